import { realpathSync } from 'node:fs';
import type { Context } from '../ground/context.ts';
import { isObject } from '../providers/description.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { configurationFile, type ProviderConfiguration, readConfiguration } from './configuration.ts';
import { openConfigurationLock } from './configuration-lock.ts';
import { readConfigurationSource } from './configuration-source.ts';

type Needs = Pick<Context, 'paths' | 'clock' | 'signal'>;
type Document = Readonly<Record<string, unknown>>;

/**
 * Changes one provider of the file and leaves everything else in it as it stands, also what another process writes
 * at the same time. Throws a `ConfigurationError`, or the signal's reason.
 */
export async function writeProviderConfiguration(
  context: Needs,
  name: string,
  change: ProviderConfiguration,
): Promise<void> {
  await changeDocument(context, (document) => {
    const providers = isObject(document.providers) ? document.providers : {};
    const entry = isObject(providers[name]) ? providers[name] : {};
    // What belongs to the server that the resource named before stays with that server (RFC 9700 §4.4).
    const isOfOtherServer = change.resource !== undefined && entry.issuer !== change.issuer;
    const before = isOfOtherServer ? {} : entry;
    return { ...document, providers: { ...providers, [name]: { ...before, ...change } } };
  });
}

/** The keys of a client, which are removed with it. */
const clientKeys: ReadonlySet<string> = new Set(['client_id', 'client_authentication', 'redirect_uri']);

/** Takes the client of a provider out of the file; throws like `writeProviderConfiguration`. */
export async function removeClientConfiguration(context: Needs, name: string): Promise<void> {
  await changeDocument(context, (document) => {
    const { [name]: entry, ...others } = isObject(document.providers) ? document.providers : {};
    const kept = Object.entries(isObject(entry) ? entry : {}).filter(([key]) => !clientKeys.has(key));
    const providers = kept.length === 0 ? others : { ...others, [name]: Object.fromEntries(kept) };
    return { ...document, providers };
  });
}

/** Takes everything that is set for a provider out of the file; throws like `writeProviderConfiguration`. */
export async function removeProviderEntry(context: Needs, name: string): Promise<void> {
  await changeDocument(context, (document) => {
    const { [name]: _entry, ...others } = isObject(document.providers) ? document.providers : {};
    return { ...document, providers: others };
  });
}

/** Saves where the sealing key is kept; throws like `writeProviderConfiguration`. */
export async function writeStoreChoice(context: Needs, store: StoreKind): Promise<void> {
  await changeDocument(context, (document) => ({ ...document, store }));
}

async function changeDocument(context: Needs, change: (document: Document) => Document) {
  // Where the file is a link, for example into a repository of settings, the target of the link is replaced.
  const file = targetOfLink(configurationFile(context.paths));
  const lock = await openConfigurationLock(file, context);
  try {
    await readConfiguration(context.paths);
    const source = readConfigurationSource(file);
    const document: unknown = source === undefined ? {} : JSON.parse(source);
    lock.replace(`${JSON.stringify(change(isObject(document) ? document : {}), null, 2)}\n`);
  } finally {
    lock.close();
  }
}

function targetOfLink(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}
