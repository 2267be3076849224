import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** Any part of a secret of this many characters counts as a leak. */
const windowLength = 12;

interface Needle {
  readonly text: string;
  readonly form: string;
  readonly secret: number;
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
  const needles = needlesFor(secrets);
  if (typeof where === 'string') {
    return needles.findIn(where, 'text');
  }
  return [...readTree(where.directory)].flatMap(({ path, content }) => [
    ...needles.findIn(path, `name of ${path}`),
    ...needles.findIn(content, path),
  ]);
}

let latest: { readonly secrets: string; readonly needles: Needles } | undefined;

/** A test looks for the same secrets in several places in turn, and there may be hundreds of them. */
function needlesFor(secrets: readonly string[]): Needles {
  const key = JSON.stringify(secrets);
  if (latest?.secrets !== key) latest = { secrets: key, needles: new Needles(secrets) };
  return latest.needles;
}

class Needles {
  /** By length, so that one pass over a text looks for all needles of that length at once. */
  readonly #plain = new Map<number, Map<string, Needle>>();
  readonly #hex = new Map<number, Map<string, Needle>>();
  readonly #base64 = new Map<number, Map<string, Needle>>();

  constructor(secrets: readonly string[]) {
    secrets.forEach((secret, index) => {
      for (const part of windows(secret, windowLength)) {
        add(this.#plain, { text: part, form: 'plain', secret: index });
        add(this.#hex, { text: Buffer.from(part).toString('hex'), form: 'hex', secret: index });
        for (const offset of [0, 1, 2]) {
          add(this.#base64, { text: base64At(part, offset), form: `base64 at ${offset}`, secret: index });
        }
      }
    });
  }

  findIn(text: string, place: string): string[] {
    const found = new Set<string>();
    const search = (haystack: string, table: Map<number, Map<string, Needle>>, reading: string) => {
      for (const needle of matches(haystack, table)) {
        found.add(`secret ${needle.secret} in ${place} (${needle.form}${reading})`);
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

function* matches(haystack: string, table: Map<number, Map<string, Needle>>): Generator<Needle> {
  for (const [length, needles] of table) {
    for (let start = 0; start + length <= haystack.length; start += 1) {
      const needle = needles.get(haystack.slice(start, start + length));
      if (needle !== undefined) {
        yield needle;
      }
    }
  }
}

function add(table: Map<number, Map<string, Needle>>, needle: Needle): void {
  const sameLength = table.get(needle.text.length) ?? new Map<string, Needle>();
  table.set(needle.text.length, sameLength.set(needle.text, needle));
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
