import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import type { Paths } from '../ground/context.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { optional, record, text, texts, type ValueOf } from '../ground/stored-record.ts';
import { readPrivateFile } from '../secrets/private-file-reading.ts';
import type { AccountHead } from './account.ts';

const FILE = 'destinations.json';
/** Bytes; enough for some ten thousand accounts. */
const LARGEST = 8_388_608;

const service = record({ origins: texts, username: optional(text) });

const destinations = record({
  /** What of the head it was found for. */
  head: text,
  /** The origins of the API. */
  origins: texts,
  resource: optional(text),
  git: optional(service),
  registry: optional(service),
});

/** Where the token of an account may be sent: its API, and the services that take the token as a password. */
export type Destinations = Omit<ValueOf<typeof destinations>, 'head'>;

/** The file in which what was found is kept, so that it need not be found again. */
export function destinationsFile(paths: Paths): string {
  return join(paths.dataDir, 'index', FILE);
}

/**
 * Gives what was found for each of the accounts before. Gives `undefined` where it is missing for one of them, or where
 * this program, the configuration, a provider file or an account has changed since.
 */
export function keptDestinations(
  heads: readonly AccountHead[],
  paths: Paths,
): ReadonlyMap<AccountHead, Destinations> | undefined {
  const bytes = readPrivateFile(destinationsFile(paths), LARGEST);
  const document = plainObject(parsePlainJson(bytes?.toString('utf8') ?? ''));
  if (document?.state !== stateOfSources(paths)) {
    return undefined;
  }
  const accounts = plainObject(document.accounts) ?? {};
  const found = new Map<AccountHead, Destinations>();
  for (const head of heads) {
    const entry = destinations(accounts[head.id]);
    if (entry?.head !== partOfHead(head)) {
      return undefined;
    }
    const { head: _head, ...places } = entry;
    found.set(head, places);
  }
  return found;
}

/** The document that `keptDestinations` reads; `state` is that of the sources before they were read. */
export function destinationsDocument(
  found: ReadonlyMap<AccountHead, Destinations>,
  state: string,
): Readonly<Record<string, unknown>> {
  const accounts = [...found].map(([head, rest]) => [head.id, { head: partOfHead(head), ...rest }]);
  return { state, accounts: Object.fromEntries(accounts) };
}

/** What decides it in the account. */
function partOfHead({ provider, preset, issuer, host, tenant, ...head }: AccountHead): string {
  const { resource, allowHttpLoopback, endpoints } = head;
  return JSON.stringify([
    [provider, preset, issuer, host, tenant],
    [resource, allowHttpLoopback, endpoints.userinfo_endpoint],
  ]);
}

/** A text that changes when the program, the configuration or a provider file does. */
export function stateOfSources({ configDir, machine }: Paths): string {
  const directories = [configDir, ...(machine === undefined ? [] : [machine.directory])];
  const files = directories.flatMap((directory) => [
    join(directory, 'config.json'),
    ...filesIn(join(directory, 'providers')),
  ]);
  return JSON.stringify([packageJson.version, ...files.map(stateOfFile)]);
}

function filesIn(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}

/** That of the file which is read: a link may lead to it, and then the file changes while the link stays as it is. */
function stateOfFile(path: string): readonly unknown[] {
  try {
    const stats = statSync(path);
    return [path, stats.dev, stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs];
  } catch {
    // What cannot be found is not read either, or the command has ended with an error.
    return [path];
  }
}
