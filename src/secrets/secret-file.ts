import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import type { Context } from '../context.ts';
import { ConfigurationError, StoreError } from '../errors.ts';
import { shellQuoted } from './file-system-words.ts';
import { effectiveUid } from './private-directory.ts';
import { Secret } from './secret.ts';

/** Longest secret that is read, in bytes. */
const MAXIMUM_LENGTH = 65_536;
/** What the shell has opened for this process, as `<(command)` does: a pipe, but nobody else's. */
const OPEN_ALREADY = /^\/(?:dev\/stdin|dev\/fd\/\d+|proc\/self\/fd\/\d+)$/;
/** Seconds that standard input may take: the program that writes there may have to ask somebody first. */
const PATIENCE_SECONDS = 60;

/** What a secret is called in an error, and the flag that named its place. */
export interface SecretSource {
  readonly what: string;
  readonly flag: string;
}

const CLIENT_SECRET: SecretSource = { what: 'the client secret', flag: '--client-secret-file' };

type Surroundings = Pick<Context, 'stdin' | 'platform' | 'clock' | 'signal'>;

/**
 * Reads a secret from a file, or from standard input for `-`; one line break at the end does not count.
 *
 * Throws a `StoreError` when others may read the file, and a `ConfigurationError` when it holds no secret.
 */
export async function readSecretFile(
  path: string,
  context: Surroundings,
  source: SecretSource = CLIENT_SECRET,
): Promise<Secret> {
  const secret = (await readSecretText(path, context, source)).replace(/\r?\n$/, '');
  if (/^[\x20-\x7e]+$/.test(secret)) return new Secret(secret);
  const what = secret === '' ? 'is empty' : 'holds more than one line of printable ASCII text';
  throw new ConfigurationError('config_invalid_value', `${placeName(path)} ${what}`, {
    hint: `it has to hold ${source.what} and nothing else`,
  });
}

/** Reads a secret of more than one line, such as a key; otherwise like `readSecretFile`. */
export async function readSecretText(
  path: string,
  context: Surroundings,
  source: SecretSource,
): Promise<string> {
  return path === '-' ? readInput(context, source) : readPrivate(path, context.platform, source);
}

/** The place of a secret as an error names it. */
export function placeName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

async function readInput({ stdin, clock, signal }: Surroundings, source: SecretSource): Promise<string> {
  const done = new AbortController();
  const stop = AbortSignal.any([signal, done.signal]);
  const late = clock.sleep(PATIENCE_SECONDS * 1000, stop).then(() => {
    throw new ConfigurationError(
      'config_invalid_value',
      `standard input has not ended within ${PATIENCE_SECONDS} seconds`,
      { hint: `write ${source.what} to it and close it, or name a file: ${source.flag} FILE` },
    );
  });
  try {
    return await Promise.race([readAll(stdin), late]);
  } catch (error) {
    stdin.destroy?.();
    throw error;
  } finally {
    done.abort();
  }
}

async function readAll(input: Context['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += chunk.toString();
    if (text.length > MAXIMUM_LENGTH) break;
  }
  return text;
}

function readPrivate(path: string, platform: NodeJS.Platform, source: SecretSource): string {
  let descriptor: number;
  try {
    // Without O_NONBLOCK, opening a pipe with a name would wait for a writer.
    const wait = OPEN_ALREADY.test(path) ? 0 : (constants.O_NONBLOCK ?? 0);
    descriptor = openSync(path, constants.O_RDONLY | wait);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new ConfigurationError('config_invalid_value', `cannot read ${path}${reason}`, {
      hint: `name a file that holds ${source.what}, or - for standard input`,
    });
  }
  try {
    const status = fstatSync(descriptor);
    if (platform !== 'win32') refuseUnlessPrivate(path, status, source);
    if (status.isDirectory() || status.size > MAXIMUM_LENGTH) {
      throw new ConfigurationError('config_invalid_value', `${path} does not hold a secret`, {
        hint: `name a file that holds ${source.what} and nothing else`,
      });
    }
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function refuseUnlessPrivate(path: string, status: Stats, { flag }: SecretSource): void {
  const refuse = (what: string, command: string) =>
    new StoreError('store_permissions', what, {
      hint: `run ${command}, or give it on standard input with ${flag} -`,
    });
  const uid = effectiveUid();
  const quoted = shellQuoted(path);
  if (status.isFIFO() && !OPEN_ALREADY.test(path)) throw refuse(`${path} is a pipe`, `rm ${quoted}`);
  if (!status.isFile()) return;
  // What belongs to root could be changed by root anyway; many systems hand out secrets that way.
  if (uid !== undefined && status.uid !== uid && status.uid !== 0) {
    throw refuse(`${path} belongs to another user`, `sudo chown ${uid} ${quoted}`);
  }
  if ((status.mode & 0o077) !== 0) throw refuse(`other users may read ${path}`, `chmod 600 ${quoted}`);
}
