import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { StoreKind } from '../accounts/account.ts';
import type { Paths } from '../context.ts';
import { ConfigurationError } from '../errors.ts';
import type { ClientAuthentication, Endpoints } from '../providers/provider.ts';

/** What the user set for one provider; keys as they stand in the file. */
export interface ProviderConfiguration {
  /** The catalogue's row this one is built on; the provider's own name when absent. */
  readonly preset?: string;
  readonly label?: string;
  readonly issuer?: string;
  readonly host?: string;
  readonly tenant?: string;
  readonly client_id?: string;
  readonly client_authentication?: ClientAuthentication;
  readonly redirect_uri?: string;
  readonly scopes?: readonly string[];
  readonly parameters?: Readonly<Record<string, string>>;
  readonly endpoints?: Partial<Endpoints>;
  /** Further origins that the access token may be sent to. */
  readonly api_origins?: readonly string[];
  /** The origin of a token endpoint that is not the authorization endpoint's, as the user confirmed it. */
  readonly token_endpoint_origin?: string;
}

/** `config.json` in the user's own configuration directory: no secrets, and no program to run. */
export interface Configuration {
  readonly store?: StoreKind;
  readonly default_account?: string;
  readonly providers: ReadonlyMap<string, ProviderConfiguration>;
}

/** The rule for names of providers; they become parts of variable names, never paths. */
export const PROVIDER_NAME = /^[a-z0-9][a-z0-9._-]{0,63}(?<!\.)$/;

type Shape =
  | { readonly kind: 'text'; readonly expected: string; readonly matches?: RegExp }
  | { readonly kind: 'list'; readonly expected: string; readonly matches?: RegExp }
  | { readonly kind: 'texts'; readonly expected: string; readonly keys?: readonly string[] };

const text = (expected: string, matches?: RegExp): Shape =>
  matches === undefined ? { kind: 'text', expected } : { kind: 'text', expected, matches };

const endpointKeys = [
  'authorization_endpoint',
  'token_endpoint',
  'userinfo_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'jwks_uri',
] as const;

const providerShape: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['preset', text('the name of a provider of the catalogue', PROVIDER_NAME)],
  ['label', text('a text')],
  ['issuer', text('an https URL', /^https?:\/\/\S+$/)],
  ['host', text('a host name such as "git.example.com"', /^[A-Za-z0-9.:[\]-]+$/)],
  ['tenant', text('a tenant id or domain', /^[A-Za-z0-9.-]+$/)],
  ['client_id', text('a client identifier', /^[\x20-\x7e]+$/)],
  [
    'client_authentication',
    text(
      '"none", "client_secret_post" or "client_secret_basic"',
      /^(none|client_secret_post|client_secret_basic)$/,
    ),
  ],
  ['redirect_uri', text('a URL', /^https?:\/\/\S+$/)],
  ['scopes', { kind: 'list', expected: 'a list of texts' }],
  ['parameters', { kind: 'texts', expected: 'an object of texts' }],
  ['endpoints', { kind: 'texts', expected: 'an object of endpoint URLs', keys: endpointKeys }],
  [
    'api_origins',
    {
      kind: 'list',
      expected: 'a list of origins such as "https://api.example.com" (plain http: loopback addresses only)',
      matches: /^(?:https:\/\/[A-Za-z0-9.-]+|https?:\/\/(?:127(?:\.\d{1,3}){3}|\[::1\]))(?::\d{1,5})?$/,
    },
  ],
  ['token_endpoint_origin', text('an origin such as "https://login.example.com"', /^https?:\/\/[^/\s]+$/)],
]);

const topShape: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['$schema', text('a text')],
  ['store', text('"keychain", "passphrase" or "file"', /^(keychain|passphrase|file)$/)],
  ['default_account', text('the id of an account, as oauth-login status shows it')],
]);

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);

/** The file's place. */
export function configurationFile(paths: Paths): string {
  return join(paths.configDir, 'config.json');
}

/**
 * Reads the configuration; an absent file is an empty one.
 *
 * Throws a `ConfigurationError` that names file, line, key and what was expected.
 */
export async function readConfiguration(paths: Paths): Promise<Configuration> {
  const file = configurationFile(paths);
  const source = readIfPresent(file);
  if (source === undefined) return { providers: new Map() };
  const problem = (path: readonly string[], what: string) => invalidFile(file, source, path, what);
  let document: unknown;
  try {
    document = JSON.parse(source);
  } catch {
    throw await problem([], 'is not JSON');
  }
  if (!isObject(document)) throw await problem([], 'must hold one JSON object');
  const top: Record<string, unknown> = {};
  const providers = new Map<string, ProviderConfiguration>();
  for (const [key, value] of Object.entries(document)) {
    if (key === 'providers') {
      if (!isObject(value)) throw await problem([key], 'expected an object of providers');
      for (const [name, entry] of Object.entries(value)) {
        if (!PROVIDER_NAME.test(name) || forbidden.has(name)) {
          throw await problem([key, name], 'expected a name of small letters, digits, ".", "_" and "-"');
        }
        if (!isObject(entry)) throw await problem([key, name], 'expected an object');
        // Checked member by member against the shapes above.
        const checked = await readObject(entry, providerShape, [key, name], problem);
        providers.set(name, checked as ProviderConfiguration);
      }
    } else {
      Object.assign(top, await readObject({ [key]: value }, topShape, [], problem));
    }
  }
  return { ...top, providers };
}

/** Changes one provider of the file and leaves everything else in it as it stands. */
export async function writeProviderConfiguration(
  paths: Paths,
  name: string,
  change: ProviderConfiguration,
): Promise<void> {
  await readConfiguration(paths);
  const document = rawDocument(paths);
  const providers = isObject(document.providers) ? document.providers : {};
  const before = isObject(providers[name]) ? providers[name] : {};
  writeDocument(paths, { ...document, providers: { ...providers, [name]: { ...before, ...change } } });
}

/** Remembers where the sealing key shall live. */
export async function writeStoreChoice(paths: Paths, store: StoreKind): Promise<void> {
  await readConfiguration(paths);
  writeDocument(paths, { ...rawDocument(paths), store });
}

function rawDocument(paths: Paths): Record<string, unknown> {
  const source = readIfPresent(configurationFile(paths));
  const document: unknown = source === undefined ? {} : JSON.parse(source);
  return isObject(document) ? document : {};
}

function writeDocument(paths: Paths, document: Record<string, unknown>): void {
  const file = configurationFile(paths);
  const sibling = `${file}.${randomBytes(16).toString('hex')}`;
  try {
    mkdirSync(paths.configDir, { recursive: true, mode: 0o700 });
    const descriptor = openSync(sibling, 'wx', 0o600);
    try {
      writeSync(descriptor, `${JSON.stringify(document, null, 2)}\n`);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(sibling, file);
  } catch (cause) {
    rmSync(sibling, { force: true });
    throw new ConfigurationError('config_write_failed', `cannot write ${file}${systemReason(cause)}`, {
      hint: 'make the directory writable and the disk not full, or name another one in OAUTH_LOGIN_CONFIG_DIR',
    });
  }
}

function readIfPresent(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (isObject(cause) && cause.code === 'ENOENT') return undefined;
    throw new ConfigurationError('config_invalid_file', `cannot read ${file}${systemReason(cause)}`, {
      hint: 'make it a file that you may read',
    });
  }
}

type Problem = (path: readonly string[], what: string) => Promise<ConfigurationError>;

async function readObject(
  value: Record<string, unknown>,
  shapes: ReadonlyMap<string, Shape>,
  path: readonly string[],
  problem: Problem,
): Promise<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    const shape = shapes.get(key);
    if (shape === undefined || forbidden.has(key)) {
      throw await problem([...path, key], `is not a key; expected one of ${[...shapes.keys()].join(', ')}`);
    }
    result[key] = await readMember(member, shape, [...path, key], problem);
  }
  return result;
}

async function readMember(
  value: unknown,
  shape: Shape,
  path: readonly string[],
  problem: Problem,
): Promise<unknown> {
  if (shape.kind === 'text') {
    if (typeof value === 'string' && (shape.matches?.test(value) ?? true)) return value;
  } else if (shape.kind === 'list') {
    const { matches } = shape;
    const fits = (item: unknown) => typeof item === 'string' && (matches?.test(item) ?? true);
    if (Array.isArray(value) && value.every(fits)) return [...value];
  } else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) {
      if (forbidden.has(key) || (shape.keys !== undefined && !shape.keys.includes(key))) {
        throw await problem(
          [...path, key],
          `is not a key; expected one of ${shape.keys?.join(', ') ?? 'any other'}`,
        );
      }
      if (typeof member !== 'string') throw await problem([...path, key], 'expected a text');
    }
    return { ...value };
  }
  throw await problem(path, `expected ${shape.expected}`);
}

async function invalidFile(
  file: string,
  source: string,
  path: readonly string[],
  what: string,
): Promise<ConfigurationError> {
  const { findNodeAtLocation, parseTree, printParseErrorCode } = await import('jsonc-parser');
  const errors: import('jsonc-parser').ParseError[] = [];
  const tree = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  const node = tree === undefined ? undefined : findNodeAtLocation(tree, [...path]);
  const offset = path.length === 0 ? (errors[0]?.offset ?? 0) : (node?.parent?.offset ?? node?.offset ?? 0);
  const line = source.slice(0, offset).split('\n').length;
  const detail =
    path.length === 0 && errors[0] !== undefined ? ` (${printParseErrorCode(errors[0].error)})` : '';
  const key = path.length === 0 ? '' : ` key ${path.map((part) => JSON.stringify(part)).join('.')}`;
  return new ConfigurationError('config_invalid_file', `${file}:${line}:${key} ${what}${detail}`, {
    hint: `mend line ${line} of the file; nothing was changed`,
  });
}

function systemReason(cause: unknown): string {
  return isObject(cause) && typeof cause.code === 'string' ? ` (${cause.code})` : '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
