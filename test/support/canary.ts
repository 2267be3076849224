import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Any part of a secret of this many characters counts as a leak. */
const windowLength = 12;

/** What is searched for in one encoding, and the secrets that it is a part of. */
interface Needle {
  readonly form: string;
  readonly secrets: string[];
}

/** Files under a directory, to be searched with their names. */
export interface Tree {
  readonly directory: string;
}

/**
 * Throws when any 12 characters of any of the secrets are found in the text, or in a name or content under the
 * directory: as they are, URL-encoded, JSON-escaped, in hexadecimal, or in base64 at any of the three offsets.
 * The message says which secret and where, and never what.
 */
export function expectNoSecrets(where: string | Tree, secrets: readonly string[]): void {
  const findings = findSecrets(where, secrets);
  if (findings.length > 0) {
    throw new Error(`secrets leaked:\n${findings.join('\n')}`);
  }
}

/** The findings of `expectNoSecrets`, one line for each. */
export function findSecrets(where: string | Tree, secrets: readonly string[]): string[] {
  if (secrets.length === 0) {
    throw new Error('no secrets to search for: the search could not fail');
  }
  const short = secrets.findIndex((secret) => secret.length < 8);
  if (short !== -1) {
    throw new Error(`secret ${short} is too short to be told from other text`);
  }
  const wanted = new Map(secrets.map((secret, index) => [secret, index]));
  needles.learn(secrets);
  if (typeof where === 'string') {
    return needles.findIn(where, 'text', wanted);
  }
  return [...readTree(where.directory)].flatMap(({ path, content }) => [
    ...needles.findIn(path, `name of ${path}`, wanted),
    ...needles.findIn(content, path, wanted),
  ]);
}

/** By length, so that one pass over a text looks for all needles of that length at once. */
type Table = Map<number, Map<string, Needle>>;

/** Of all secrets that were ever searched for: tests ask for hundreds again and again, with a few more each time. */
class Needles {
  readonly #known = new Set<string>();
  readonly #plain: Table = new Map();
  readonly #hex: Table = new Map();
  readonly #base64: Table = new Map();

  learn(secrets: readonly string[]): void {
    for (const secret of secrets) {
      if (this.#known.has(secret)) {
        continue;
      }
      this.#known.add(secret);
      for (const part of windows(secret, windowLength)) {
        add(this.#plain, part, 'plain', secret);
        add(this.#hex, Buffer.from(part).toString('hex'), 'hex', secret);
        for (const offset of [0, 1, 2]) {
          add(this.#base64, base64At(part, offset), `base64 at ${offset}`, secret);
        }
      }
    }
  }

  /** `wanted` are the secrets that count, each with its number. */
  findIn(text: string, place: string, wanted: ReadonlyMap<string, number>): string[] {
    const found = new Set<string>();
    const search = (haystack: string, table: Table, reading: string) => {
      for (const { form, secrets } of matches(haystack, table)) {
        const secret = secrets.findLast((one) => wanted.has(one));
        if (secret !== undefined) {
          found.add(`secret ${wanted.get(secret)} in ${place} (${form}${reading})`);
        }
      }
    };
    for (const [reading, haystack] of readings(text)) {
      search(haystack, this.#plain, reading);
      search(haystack.toLowerCase(), this.#hex, reading);
      search(haystack.replaceAll('-', '+').replaceAll('_', '/'), this.#base64, reading);
    }
    return [...found];
  }
}

const needles = new Needles();

/** The text itself, and what it says once an encoding is undone. */
function readings(text: string): Map<string, string> {
  const all = new Map([['', text]]);
  const unescaped: [string, string][] = [
    [', URL-encoded', text.replaceAll('+', ' ').replace(/%([0-9a-f]{2})/gi, (_, hex) => character(hex))],
    [', URL-encoded', text.replace(/%([0-9a-f]{2})/gi, (_, hex) => character(hex))],
    [
      ', JSON-escaped',
      text.replace(/\\(?:u([0-9a-f]{4})|(["\\/]))/gi, (_, hex, plain) => plain ?? character(hex)),
    ],
    [', in two-byte characters', text.replaceAll('\0', '')],
  ];
  for (const [reading, other] of unescaped) {
    if (other !== text) {
      all.set(all.has(reading) ? `${reading} ` : reading, other);
    }
  }
  return all;
}

function character(hex: string): string {
  return String.fromCharCode(Number.parseInt(hex, 16));
}

/** The base64 characters that depend on nothing but this part when it stands `offset` bytes into a group of three. */
function base64At(part: string, offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(part)]);
  const firstWhole = offset === 0 ? 0 : offset + 1;
  return bytes.toString('base64').slice(firstWhole, Math.floor((bytes.length * 8) / 6));
}

function* windows(text: string, length: number): Generator<string> {
  for (let start = 0; start <= Math.max(0, text.length - length); start += 1) {
    yield text.slice(start, start + length);
  }
}

function* matches(haystack: string, table: Table): Generator<Needle> {
  for (const [length, sameLength] of table) {
    for (let start = 0; start + length <= haystack.length; start += 1) {
      const needle = sameLength.get(haystack.slice(start, start + length));
      if (needle !== undefined) {
        yield needle;
      }
    }
  }
}

function add(table: Table, text: string, form: string, secret: string): void {
  const sameLength = table.get(text.length) ?? new Map<string, Needle>();
  table.set(text.length, sameLength);
  const needle = sameLength.get(text);
  if (needle === undefined) {
    sameLength.set(text, { form, secrets: [secret] });
  } else {
    needle.secrets.push(secret);
  }
}

function* readTree(directory: string): Generator<{ path: string; content: string }> {
  for (const name of readdirSync(directory)) {
    const path = join(directory, name);
    const stats = lstatSync(path);
    if (stats.isDirectory()) {
      yield { path, content: '' };
      yield* readTree(path);
    } else if (stats.isSymbolicLink()) {
      yield { path, content: readlinkSync(path) };
    } else {
      yield { path, content: stats.isFile() ? readFileSync(path, 'latin1') : '' };
    }
  }
}
