import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { readFileUpTo, textOfBytes } from '../ground/read-bytes.ts';
import { readInput } from '../ground/read-input.ts';
import { systemErrorCode, systemReason } from '../ground/system-words.ts';
import { tellWaiting } from '../ground/tell-waiting.ts';
import { checkEndpoint } from '../providers/endpoint.ts';

/** Longest provider file that is read, in bytes; the longest of this package has less than a tenth of that. */
const MOST_BYTES = 65_536;

/** The most frequent reasons why a file cannot be read, in words. */
const faults = new Map([
  ['ENOENT', 'does not exist'],
  ['EACCES', 'is not readable for you'],
  ['EISDIR', 'is a directory'],
]);

/**
 * The text of a provider file: from a path, an https address, or, for `-`, the standard input.
 *
 * Throws a `ConfigurationError` for what cannot be read or is too large, and a `NetworkError`.
 */
export async function readProviderSource(source: string, context: Context): Promise<string> {
  const bytes = /^https?:\/\//i.test(source)
    ? await fetchSource(source, context)
    : await readLocal(source, context);
  if (bytes.length > MOST_BYTES) {
    throw unreadable(source, `is larger than any provider file (${MOST_BYTES / 1024} KiB)`);
  }
  return textOfBytes(bytes);
}

async function readLocal(source: string, context: Context): Promise<Uint8Array> {
  try {
    if (source === '-') {
      tellWaiting('the provider file', context);
      return await readInput(context.stdin, context.signal, MOST_BYTES);
    }
    return await readFileUpTo(source, MOST_BYTES, context);
  } catch (cause) {
    context.signal.throwIfAborted();
    const code = systemErrorCode(cause);
    throw unreadable(source, faults.get(code ?? '') ?? `cannot be read (${systemReason(code)})`);
  }
}

async function fetchSource(source: string, context: Context): Promise<Uint8Array> {
  const checked = checkEndpoint(source, { allowHttpLoopback: false });
  if ('fault' in checked) {
    throw unreadable(source, checked.fault);
  }
  const http = await context.openHttp(httpOptions({}, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    const response = await fetch(checked.href, { headers: { accept: 'application/json' } });
    // A redirect would lead to a file that nobody named.
    if (!response.ok) {
      throw unreadable(source, `answered ${response.status}`);
    }
    return new Uint8Array(await response.arrayBuffer());
  } finally {
    await http.close();
  }
}

function unreadable(source: string, what: string): ConfigurationError {
  return new ConfigurationError('config_invalid_file', `${source} ${what}`, {
    hint: 'give the path or the https address of one provider file; to see one: oauth-login providers export github',
  });
}
