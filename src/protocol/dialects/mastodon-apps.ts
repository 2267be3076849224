import { ProtocolError } from '../../ground/errors.ts';
import { plainObject } from '../../ground/plain-json.ts';
import { Secret } from '../../ground/secret.ts';
import type { RegistrationEndpoint } from '../client-registration.ts';
import { refusal } from '../library-errors.ts';
import { CLIENT_NAME, type RegisteredClient, type RegistrationRequest } from '../registered-client.ts';
import { refuseServerFailure } from '../server-failure.ts';

/**
 * Creates an application at a Mastodon instance, or at a server that speaks its API; such a client has a secret, and
 * cannot be deleted by the one who made it.
 *
 * Throws an `AuthorizationServerError`, a `ProtocolError` or a `NetworkError`.
 *
 * @see https://docs.joinmastodon.org/methods/apps/#create
 */
export async function createMastodonApp(
  { provider, endpoint, fetch }: RegistrationEndpoint,
  { redirectUri, scopes }: RegistrationRequest,
): Promise<RegisteredClient> {
  const what = `the application endpoint of ${provider.label}`;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams({
      client_name: CLIENT_NAME,
      redirect_uris: redirectUri,
      scopes: scopes.join(' '),
    }),
  });
  refuseServerFailure(response, what);
  const reply = plainObject(await response.json().catch(() => undefined));
  if (!response.ok) {
    const reason = typeof reply?.error === 'string' ? reply.error : undefined;
    throw refusal('invalid_client_metadata', reason, response.status, what);
  }
  const { client_id: clientId, client_secret: secret } = reply ?? {};
  if (typeof clientId !== 'string' || clientId === '' || typeof secret !== 'string' || secret === '') {
    throw new ProtocolError('protocol_invalid_response', `${what} sent no client ID and secret`, {
      hint: 'register an application on the pages of the server, and give its client ID with --client-id',
    });
  }
  return { clientId, clientSecret: new Secret(secret), clientAuthentication: 'client_secret_post' };
}
