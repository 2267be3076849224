import { NetworkError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { unlessRedirected } from './discovery.ts';
import type { Provider } from './provider.ts';

/** What a proxy says of a server behind it that is not there (RFC 9110 §15.6). */
const nobodyBehind: ReadonlySet<number> = new Set([502, 503, 504]);

/**
 * Makes sure that something answers at a provider without metadata, before a person registers a client there: any
 * reply and any redirect will do.
 *
 * Throws a `NetworkError` when nothing answers.
 */
export async function requireAnswer(
  { endpoints, issuer, label }: Pick<Provider, 'endpoints' | 'issuer' | 'label'>,
  fetch: Fetch,
): Promise<void> {
  const { origin } = new URL(endpoints.authorization_endpoint ?? issuer);
  const response = await unlessRedirected(fetch, `${origin}/`, undefined);
  await response?.body?.cancel();
  if (response === undefined || !nobodyBehind.has(response.status)) {
    return;
  }
  throw new NetworkError('network_server_error', `${label} answered with status ${response.status}`, {
    hint: `check the spelling of ${origin}, or try again in a while; nothing was saved`,
  });
}
