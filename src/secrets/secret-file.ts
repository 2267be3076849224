import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import type { Context } from '../context.ts';
import { ConfigurationError, StoreError } from '../errors.ts';
import { Secret } from './secret.ts';

/** Longest secret that is read, in bytes. */
const MAXIMUM_LENGTH = 65_536;

/**
 * Reads a secret from a file, or from standard input for `-`; one line break at the end does not count.
 *
 * Throws a `StoreError` when others may read the file, and a `ConfigurationError` when it holds no secret.
 */
export async function readSecretFile(
  path: string,
  context: Pick<Context, 'stdin' | 'platform'>,
): Promise<Secret> {
  const text = path === '-' ? await readAll(context.stdin) : readPrivate(path, context.platform);
  const secret = text.replace(/\r?\n$/, '');
  if (/^[\x20-\x7e]+$/.test(secret)) return new Secret(secret);
  const what = secret === '' ? 'is empty' : 'holds more than one line of printable ASCII text';
  throw new ConfigurationError('config_invalid_value', `${path === '-' ? 'standard input' : path} ${what}`, {
    hint: 'it has to hold the client secret and nothing else',
  });
}

async function readAll(input: Context['stdin']): Promise<string> {
  let text = '';
  for await (const chunk of input) {
    text += chunk.toString();
    if (text.length > MAXIMUM_LENGTH) break;
  }
  return text;
}

function readPrivate(path: string, platform: NodeJS.Platform): string {
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY);
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new ConfigurationError('config_invalid_value', `cannot read ${path}${reason}`, {
      hint: 'name a file that holds the secret, or - for standard input',
    });
  }
  try {
    const status = fstatSync(descriptor);
    if (platform !== 'win32' && status.isFile() && (status.mode & 0o077) !== 0) {
      throw new StoreError('store_permissions', `other users may read ${path}`, {
        hint: `run chmod 600 ${path}, or give it on standard input with --client-secret-file -`,
      });
    }
    if (status.isDirectory() || status.size > MAXIMUM_LENGTH) {
      throw new ConfigurationError('config_invalid_value', `${path} does not hold a secret`, {
        hint: 'name a file that holds the secret and nothing else',
      });
    }
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}
