import type { Context } from '../ground/context.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { readFileUpTo, textOfBytes } from '../ground/read-bytes.ts';
import { Secret } from '../ground/secret.ts';
import { systemReason } from '../ground/system-words.ts';
import type { Provider } from '../providers/provider.ts';

/** A client as its downloaded file describes it. */
export interface ImportedClient {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Set when the client is registered for exactly this one. */
  readonly redirectUri?: string;
}

/** Longest client file that is read, in bytes; real ones have less than a thousand. */
const MAXIMUM_LENGTH = 65_536;

/**
 * Reads the client file that a provider's console offers for download: Google's `client_secret_….json` of the
 * types `installed` (any free port) and `web` (one of its registered loopback URIs).
 *
 * Throws a `UsageError` when the provider has no such file and a `ConfigurationError` when it is not one; rejects with the
 * signal's reason.
 *
 * @see [Client secrets](https://googleapis.github.io/google-api-python-client/docs/client-secrets.html)
 */
export async function readClientFile(
  file: string,
  provider: Provider,
  { signal }: Pick<Context, 'signal'>,
): Promise<ImportedClient> {
  if (provider.clientFile === undefined) {
    throw new UsageError('usage_invalid', `${provider.label} has no client file to import`, {
      hint: `run oauth-login setup ${provider.name} in a terminal, or give --client-id and --client-secret-file`,
    });
  }
  const document = parse(file, await readText(file, signal));
  const installed = member(document, 'installed');
  if (installed !== undefined) {
    return clientOf(file, installed);
  }
  const web = member(document, 'web');
  if (web !== undefined) {
    return { ...clientOf(file, web), redirectUri: loopbackRedirectUri(file, web) };
  }
  throw notClient(file, document);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(file, 'is not JSON');
  }
}

async function readText(path: string, signal: AbortSignal): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFileUpTo(path, MAXIMUM_LENGTH, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    const reason = systemReason(cause);
    throw invalid(path, `cannot be read (${reason})`, 'give the path of the file as it was downloaded');
  }
  if (bytes.length > MAXIMUM_LENGTH) {
    throw invalid(path, 'is too large for a client file');
  }
  return textOfBytes(bytes);
}

function clientOf(file: string, entry: Record<string, unknown>): ImportedClient {
  const { client_id, client_secret } = entry;
  if (typeof client_id !== 'string' || !/^[\x21-\x7e]{1,2048}$/.test(client_id)) {
    throw invalid(file, 'has no client_id');
  }
  if (client_secret === undefined) {
    throw invalid(
      file,
      'has no client_secret',
      'the console shows a secret only once, when it is made: add a new one to the client there and run oauth-login setup google, or create a client of type "Desktop app"',
    );
  }
  if (typeof client_secret !== 'string' || !/^[\x21-\x7e]{1,2048}$/.test(client_secret)) {
    throw invalid(file, 'has a client_secret that cannot be one');
  }
  return { clientId: client_id, clientSecret: new Secret(client_secret) };
}

/** Of a web client every character is compared, so the port and the path have to stand in the registered URI. */
function loopbackRedirectUri(file: string, web: Record<string, unknown>): string {
  const uris: unknown[] = Array.isArray(web.redirect_uris) ? web.redirect_uris : [];
  const usable = uris.find((uri) => {
    const match =
      typeof uri === 'string' &&
      /^http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):(\d{4,5})\/[^?#\s]*$/.exec(uri);
    return match && Number(match[1]) >= 1024 && Number(match[1]) <= 65_535;
  });
  if (typeof usable === 'string') {
    return usable;
  }
  throw invalid(
    file,
    'registers no redirect URI on this machine with a port and a path',
    'add http://localhost:8765/callback to the client in the Google Cloud console and download it again, or create a client of type "Desktop app", which needs none',
  );
}

/** The console offers other files that look much the same. */
function notClient(file: string, document: unknown): ConfigurationError {
  const type = typeof document === 'object' && document !== null && 'type' in document ? document.type : '';
  if (type === 'service_account') {
    return invalid(
      file,
      'is the key of a service account, which gets its tokens without a sign-in',
      `oauth-login token google --grant jwt-bearer --key-file ${shellQuoted(file)}`,
    );
  }
  if (type === 'authorized_user') {
    return invalid(file, 'contains a finished sign-in of another program, not a client');
  }
  return invalid(file, 'has neither "installed" nor "web" at its top level level level');
}

function member(value: unknown, key: string): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) {
    return undefined;
  }
  const inner = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof inner === 'object' && inner !== null ? { ...inner } : undefined;
}

function invalid(file: string, what: string, hint?: string): ConfigurationError {
  return new ConfigurationError('config_invalid_client_file', `${file} ${what}`, {
    hint:
      hint ??
      'download the client again: https://console.cloud.google.com/auth/clients, the client of type "Desktop app", Download JSON',
  });
}
