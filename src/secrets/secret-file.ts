import type { Stats } from 'node:fs';
import type { Context, Input } from '../ground/context.ts';
import { ConfigurationError, StoreError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { type OpenFile, openFile } from '../ground/open-file.ts';
import { readStart, textOfBytes } from '../ground/read-bytes.ts';
import { readInput } from '../ground/read-input.ts';
import { Secret } from '../ground/secret.ts';
import { systemReason } from '../ground/system-words.ts';
import { tellWaiting } from '../ground/tell-waiting.ts';
import { effectiveUid } from './private-directory.ts';

/** Longest secret that is read, in bytes. */
const MAXIMUM_LENGTH = 65_536;
/** What the shell has opened for this process, as `<(command)` does: a pipe, but nobody else's. */
const OPEN_ALREADY = /^\/(?:dev\/stdin|dev\/fd\/\d+|proc\/self\/fd\/\d+)$/;
/** Seconds that a pipe may take: the program that writes there may have to ask somebody first. */
const PATIENCE_SECONDS = 60;

/** What a secret is called in an error, and the flag that named its place. */
export interface SecretSource {
  readonly what: string;
  readonly flag: string;
}

const clientSecret: SecretSource = { what: 'the client secret', flag: '--client-secret-file' };

type Needs = Pick<Context, 'stdin' | 'stderr' | 'platform' | 'clock' | 'signal'>;

/**
 * Reads a secret from a file, or from standard input for `-`; one line break at the end does not count.
 *
 * Throws a `StoreError` when others may read the file, and a `ConfigurationError` when it holds no secret.
 */
export async function readSecretFile(
  path: string,
  context: Needs,
  source: SecretSource = clientSecret,
): Promise<Secret> {
  const secret = (await readSecretText(path, context, source)).replace(/\r?\n$/, '');
  if (/^[\x20-\x7e]+$/.test(secret)) {
    return new Secret(secret);
  }
  const what = secret === '' ? 'is empty' : 'holds more than one line of printable ASCII text';
  throw new ConfigurationError('config_invalid_value', `${sourceName(path)} ${what}`, {
    hint: `it has to hold ${source.what} and nothing else`,
  });
}

/** Reads a secret of more than one line, such as a key; otherwise like `readSecretFile`. */
export async function readSecretText(path: string, context: Needs, source: SecretSource): Promise<string> {
  if (path === '-') {
    tellWaiting(`${source.what}, which the terminal shows`, context);
    return readPatiently(context.stdin, path, context, source);
  }
  const file = open(path, source);
  try {
    if (context.platform !== 'win32') {
      refuseUnlessPrivate(path, file.status, source);
    }
    const stream = await file.stream?.();
    if (stream !== undefined) {
      return await readPatiently(stream, path, context, source);
    }
    if (file.status.isDirectory()) {
      throw noSecret(path, source);
    }
    return textOf(readStart(file.descriptor, MAXIMUM_LENGTH), path, source);
  } finally {
    file.close();
  }
}

/** Sees that the file is there, before anything else is done for it. Throws a `ConfigurationError`. */
export function requireFile(path: string, source: SecretSource): void {
  if (path !== '-') {
    open(path, source).close();
  }
}

/** How an error names the file that a secret is read from. */
export function sourceName(path: string): string {
  return path === '-' ? 'standard input' : path;
}

async function readPatiently(
  input: Input,
  path: string,
  { clock, signal }: Pick<Needs, 'clock' | 'signal'>,
  source: SecretSource,
): Promise<string> {
  const done = new AbortController();
  const late = new AbortController();
  clock.sleep(PATIENCE_SECONDS * 1000, AbortSignal.any([signal, done.signal])).then(
    () => late.abort(tooLate(path, source)),
    () => {},
  );
  try {
    const bytes = await readInput(input, AbortSignal.any([signal, late.signal]), MAXIMUM_LENGTH);
    return textOf(bytes, path, source);
  } finally {
    done.abort();
  }
}

function tooLate(path: string, { what, flag }: SecretSource): ConfigurationError {
  return new ConfigurationError(
    'config_invalid_value',
    `${sourceName(path)} has not ended within ${PATIENCE_SECONDS} seconds`,
    { hint: `write ${what} to it and close it, or name a file: ${flag} FILE` },
  );
}

function open(path: string, source: SecretSource): OpenFile {
  try {
    return openFile(path);
  } catch (cause) {
    const reason = systemReason(cause);
    throw new ConfigurationError('config_invalid_value', `cannot read ${path} (${reason})`, {
      hint: `name a file that holds ${source.what}, or - for standard input`,
      cause,
    });
  }
}

function textOf(bytes: Buffer, path: string, source: SecretSource): string {
  if (bytes.length > MAXIMUM_LENGTH) {
    throw noSecret(path, source);
  }
  return textOfBytes(bytes);
}

function noSecret(path: string, { what }: SecretSource): ConfigurationError {
  return new ConfigurationError('config_invalid_value', `${sourceName(path)} does not hold a secret`, {
    hint: `name a file that holds ${what} and nothing else`,
  });
}

function refuseUnlessPrivate(path: string, status: Stats, { flag }: SecretSource): void {
  const refuse = (what: string, command: string) =>
    new StoreError('store_permissions', what, {
      hint: `run ${command}, or give it on standard input with ${flag} -`,
    });
  const uid = effectiveUid();
  const quoted = shellQuoted(path);
  if (status.isFIFO() && !OPEN_ALREADY.test(path)) {
    throw refuse(`${path} is a pipe`, `rm ${quoted}`);
  }
  if (!status.isFile()) {
    return;
  }
  if (uid !== undefined && status.uid !== uid) {
    throw refuse(`${path} belongs to another user`, `sudo chown ${uid} ${quoted}`);
  }
  if ((status.mode & 0o077) !== 0) {
    throw refuse(`other users may read ${path}`, `chmod 600 ${quoted}`);
  }
}
