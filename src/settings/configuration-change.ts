import { realpathSync } from 'node:fs';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { isObject } from '../providers/description.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { checkNextConfiguration, type ProviderConfiguration, readConfiguration } from './configuration.ts';
import { configurationFile } from './configuration-file.ts';
import { openConfigurationLock } from './configuration-lock.ts';
import { readConfigurationSource } from './configuration-source.ts';
import { resolvedDirectory } from './rules-that-hold.ts';

type Needs = Pick<Context, 'paths' | 'clock' | 'signal'>;
type Document = Readonly<Record<string, unknown>>;

/**
 * Changes one provider of the file and leaves everything else in it as it stands, also what another process writes
 * at the same time. Throws a `ConfigurationError`, also when no command could read the changed file, or the signal's reason.
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
const clientKeys: ReadonlySet<string> = new Set([
  'client_id',
  'client_authentication',
  'client_key_file',
  'redirect_uri',
]);

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

/**
 * Makes an account the one that is meant where no provider is named; without one, takes that away. Throws like
 * `writeProviderConfiguration`.
 */
export async function writeOverallDefault(context: Needs, account: string | undefined): Promise<void> {
  await changeDocument(context, ({ default_account: _before, ...others }) =>
    defined({ ...others, default_account: account }),
  );
}

/**
 * Sets the default account of a provider, by its name there; without one, takes it away. Throws like
 * `writeProviderConfiguration`.
 */
export async function writeDefaultAccount(
  context: Needs,
  provider: string,
  account: string | undefined,
): Promise<void> {
  await changeDocument(context, (document) => {
    const { [provider]: _before, ...others } = isObject(document.default_accounts)
      ? document.default_accounts
      : {};
    return withMembers(document, 'default_accounts', defined({ ...others, [provider]: account }));
  });
}

/**
 * Changes the accounts that a directory means. `change` gets those of every name of the directory, since a link may be
 * one; they are kept under its resolved path, or nowhere when none is left. Throws like
 * `writeProviderConfiguration`.
 */
export async function changeDirectoryRule(
  context: Needs,
  directory: string,
  change: (accounts: readonly string[]) => readonly string[],
): Promise<void> {
  await changeDocument(context, (document) => {
    const rules = Object.entries(isObject(document.directories) ? document.directories : {});
    const isSame = ([path]: readonly [string, unknown]) => resolvedDirectory(path) === directory;
    const before = rules.filter(isSame).flatMap(([, accounts]) => accounts);
    const accounts = change(before.filter((account) => typeof account === 'string'));
    const others = rules.filter((rule) => !isSame(rule));
    const own = accounts.length === 0 ? [] : [[directory, accounts.length === 1 ? accounts[0] : accounts]];
    return withMembers(document, 'directories', Object.fromEntries([...others, ...own]));
  });
}

/** Without the key where nothing is left under it. */
function withMembers(document: Document, key: string, members: object): Document {
  const { [key]: _before, ...others } = document;
  return Object.keys(members).length === 0 ? others : { ...others, [key]: members };
}

async function changeDocument(context: Needs, change: (document: Document) => Document) {
  // Where the file is a link, for example into a repository of settings, the target of the link is replaced.
  const file = targetOfLink(configurationFile(context.paths));
  const lock = await openConfigurationLock(file, context);
  try {
    const { added = new Map() } = await readConfiguration(context.paths);
    const source = readConfigurationSource(file);
    const document: unknown = source === undefined ? {} : JSON.parse(source);
    const before = isObject(document) ? document : {};
    const after = change(before);
    // What changes nothing writes no file either.
    if (JSON.stringify(after) !== JSON.stringify(before)) {
      const next = `${JSON.stringify(after, null, 2)}\n`;
      await checkNextConfiguration(next, added);
      lock.replace(next);
    }
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
