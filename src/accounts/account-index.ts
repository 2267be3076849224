import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { readPrivateFile } from '../secrets/private-file-reading.ts';

/** With fewer account files than this, reading all of them costs less than an index does. */
export const SMALLEST_INDEXED = 16;
/** Bytes; enough for some thirty thousand accounts. */
const LARGEST_INDEX = 8_388_608;

/** What the name of an account file is made from, and so never changes; `null` for a file that cannot be read. */
export type IndexEntry = readonly [provider: string, issuer: string] | null;

/** The entries by the identifier of the account. */
export type AccountIndex = ReadonlyMap<string, IndexEntry>;

/**
 * Reads the provider of each account, so that one account can be found without reading all files; `undefined` when
 * the index is missing or not understood. The index proves nothing: the account file that it leads to is checked
 * like any other.
 */
export function readAccountIndex(file: string): AccountIndex | undefined {
  const bytes = readPrivateFile(file, LARGEST_INDEX);
  const entries = plainObject(plainObject(parsePlainJson(bytes?.toString('utf8') ?? ''))?.accounts);
  if (entries === undefined) {
    return undefined;
  }
  const index = new Map<string, IndexEntry>();
  for (const [id, entry] of Object.entries(entries)) {
    if (!isEntry(entry)) {
      return undefined;
    }
    index.set(id, entry);
  }
  return index;
}

/**
 * The accounts among `ids` that belong to a provider or an issuer of that name, and those whose provider is not
 * known; `undefined` when the index does not cover exactly these accounts, or knows none of that name.
 */
export function indexedAccounts(
  index: AccountIndex,
  ids: readonly string[],
  of: string,
): string[] | undefined {
  if (index.size !== ids.length || !ids.every((id) => index.has(id))) {
    return undefined;
  }
  const name = of.toLowerCase();
  const isKnown = ids.some((id) => isOf(index.get(id), name, of));
  return isKnown ? ids.filter((id) => index.get(id) === null || isOf(index.get(id), name, of)) : undefined;
}

function isOf(entry: IndexEntry | undefined, provider: string, issuer: string): boolean {
  return entry?.[0] === provider || entry?.[1] === issuer;
}

function isEntry(value: unknown): value is IndexEntry {
  if (value === null) {
    return true;
  }
  return Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === 'string');
}
