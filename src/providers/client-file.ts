import { readFileSync } from 'node:fs';
import { ConfigurationError, UsageError } from '../errors.ts';
import { Secret } from '../secrets/secret.ts';
import type { Provider } from './provider.ts';

/** A client as its downloaded file describes it. */
export interface ImportedClient {
  readonly clientId: string;
  readonly clientSecret?: Secret;
  /** Set when the client is registered for exactly this one. */
  readonly redirectUri?: string;
}

/**
 * Reads the client file that a provider's console offers for download: Google's `client_secret_….json` of the
 * types `installed` (any free port) and `web` (one of its registered loopback URIs).
 *
 * Throws a `UsageError` when the provider has no such file and a `ConfigurationError` when it is not one.
 *
 * @see [Client secrets](https://googleapis.github.io/google-api-python-client/docs/client-secrets.html)
 */
export function readClientFile(file: string, provider: Provider): ImportedClient {
  if (provider.clientFile === undefined) {
    throw new UsageError('usage_invalid', `${provider.label} has no client file to import`, {
      hint: `run oauth-login setup ${provider.name} with --client-id and --client-secret-file`,
    });
  }
  const document = parse(file);
  const installed = member(document, 'installed');
  if (installed !== undefined) return clientOf(file, installed);
  const web = member(document, 'web');
  if (web !== undefined) return { ...clientOf(file, web), redirectUri: loopbackRedirectUri(file, web) };
  throw invalid(file, 'has neither "installed" nor "web" at its top');
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw invalid(file, code === '' ? 'is not JSON' : `cannot be read${code}`);
  }
}

function clientOf(file: string, entry: Record<string, unknown>): ImportedClient {
  const { client_id, client_secret } = entry;
  if (typeof client_id !== 'string' || !/^[\x21-\x7e]{1,2048}$/.test(client_id))
    throw invalid(file, 'has no client_id');
  if (client_secret === undefined) return { clientId: client_id };
  if (typeof client_secret !== 'string' || !/^[\x20-\x7e]+$/.test(client_secret)) {
    throw invalid(file, 'has a client_secret that is not a text');
  }
  return { clientId: client_id, clientSecret: new Secret(client_secret) };
}

function loopbackRedirectUri(file: string, web: Record<string, unknown>): string {
  const uris: unknown[] = Array.isArray(web.redirect_uris) ? web.redirect_uris : [];
  const usable = uris.find(
    (uri) =>
      typeof uri === 'string' && /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/[^?#]*)?$/.test(uri),
  );
  if (typeof usable === 'string') return usable;
  throw invalid(file, 'registers no redirect URI on this machine (such as http://localhost:8765/callback)');
}

function member(value: unknown, key: string): Record<string, unknown> | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
  const inner = Object.entries(value).find(([name]) => name === key)?.[1];
  return typeof inner === 'object' && inner !== null ? { ...inner } : undefined;
}

function invalid(file: string, what: string): ConfigurationError {
  return new ConfigurationError('config_invalid_client_file', `${file} ${what}`, {
    hint: 'download the client again: Google Cloud console, Clients, the client of type "Desktop app", Download JSON',
  });
}
