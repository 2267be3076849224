import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Context, Environment } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { plainObject } from '../ground/plain-json.ts';
import { safeText } from '../ground/safe-text.ts';
import { Secret } from '../ground/secret.ts';

/** A login of GitHub's command-line tool. */
export interface GhLogin {
  readonly host: string;
  /** Absent in files of early versions. */
  readonly user?: string;
  /** Absent where the token is in the keychain. */
  readonly token?: Secret;
}

const HOST = /^[a-z0-9][a-z0-9.-]{0,252}(?::\d{1,5})?$/i;
/** What a user name of GitHub consists of, with the underscore of managed users. */
const USER = /^[a-z0-9][a-z0-9_-]{0,63}$/i;
const TOKEN = /^[\x21-\x7e]{1,4096}$/;

/** Where the tool keeps its hosts: `GH_CONFIG_DIR`, else the custom of the platform. */
export function ghHostsFile({ env, platform }: Pick<Context, 'env' | 'platform'>): string {
  return join(ghDirectory(env, platform), 'hosts.yml');
}

function ghDirectory(env: Environment, platform: NodeJS.Platform): string {
  const own = variableText(env, 'GH_CONFIG_DIR');
  if (own !== undefined) {
    return own;
  }
  const xdg = variableText(env, 'XDG_CONFIG_HOME');
  if (xdg !== undefined) {
    return join(xdg, 'gh');
  }
  const appData = platform === 'win32' ? variableText(env, 'AppData') : undefined;
  return appData === undefined
    ? join(variableText(env, 'HOME') ?? homedir(), '.config', 'gh')
    : join(appData, 'GitHub CLI');
}

/**
 * The logins in a `hosts.yml`: of today's shape, where a host has several users, and of the one before, where it has one.
 * Throws a `ConfigurationError` for a text that is neither.
 */
export async function readGhHosts(source: string, file: string): Promise<readonly GhLogin[]> {
  const { parse } = await import('yaml');
  let document: unknown;
  try {
    document = parse(source, { maxAliasCount: 0, logLevel: 'silent' });
  } catch (error) {
    throw noHosts(file, error);
  }
  const hosts = Object.entries(plainObject(document) ?? {});
  const logins = hosts.flatMap(([host, entry]) => loginsOf(host, plainObject(entry)));
  if (logins.length === 0) {
    throw noHosts(file, undefined);
  }
  return logins;
}

function loginsOf(host: string, entry: Readonly<Record<string, unknown>> | undefined): readonly GhLogin[] {
  if (entry === undefined || !HOST.test(host)) {
    return [];
  }
  const users = Object.entries(plainObject(entry.users) ?? {}).filter(([name]) => USER.test(name));
  const active = typeof entry.user === 'string' && USER.test(entry.user) ? { user: entry.user } : {};
  const activeToken = tokenOf(entry);
  if (users.length === 0) {
    return 'user' in active || 'token' in activeToken ? [{ host, ...active, ...activeToken }] : [];
  }
  return users.map(([user, own]) => ({
    host,
    user,
    ...(user === entry.user ? activeToken : {}),
    ...tokenOf(plainObject(own) ?? {}),
  }));
}

function tokenOf({ oauth_token: token }: Readonly<Record<string, unknown>>): { readonly token?: Secret } {
  return typeof token === 'string' && TOKEN.test(token) ? { token: new Secret(token) } : {};
}

/**
 * The login that is meant: the only one that fits. Throws a `UsageError` that lists the choices where several do, and one
 * where none does.
 */
export function chooseGhLogin(
  logins: readonly GhLogin[],
  { host, account }: { readonly host?: string; readonly account?: string },
): GhLogin {
  const fitting = logins.filter(
    (login) =>
      (host === undefined || login.host.toLowerCase() === host.toLowerCase()) &&
      (account === undefined || login.user?.toLowerCase() === account.toLowerCase()),
  );
  const [only, ...others] = fitting;
  if (only !== undefined && others.length === 0) {
    return only;
  }
  const shown = (only === undefined ? logins : fitting)
    .map((login) => `--host ${login.host}${login.user === undefined ? '' : ` --account ${login.user}`}`)
    .map((words) => safeText(words, 400))
    .join(', or ');
  throw only === undefined
    ? new UsageError('usage_unknown_account', 'gh has no such login', { hint: `it has: ${shown}` })
    : new UsageError('usage_ambiguous_account', 'gh has more than one login', { hint: `choose: ${shown}` });
}

function noHosts(file: string, cause: unknown): ConfigurationError {
  return new ConfigurationError(
    'config_invalid_file',
    `${file} is not a hosts.yml of gh with a login in it`,
    {
      hint: 'sign in with gh first (gh auth login), or name another file',
      cause,
    },
  );
}
