import { ProtocolError } from '../../ground/errors.ts';
import { Secret } from '../../ground/secret.ts';
import type { OAuth1Server } from '../../providers/oauth1.ts';
import { type CredentialEndpoint, requestCredentials } from './request-credentials.ts';

/** Temporary credentials, which a person is asked to authorize. */
export interface TemporaryCredentials {
  readonly identifier: string;
  readonly secret: Secret;
}

/**
 * Asks for temporary credentials. A server of OAuth 1.0a confirms that it has understood the callback; one that does not
 * is a server of OAuth Core 1.0, whose sign-in can be taken over by others, and is not gone on with.
 *
 * Throws a `ProtocolError` where the callback is not confirmed, and what `requestCredentials` throws.
 *
 * @see [RFC 5849 §2.1](https://www.rfc-editor.org/rfc/rfc5849.html#section-2.1)
 */
export async function requestTemporaryCredentials(
  endpoint: CredentialEndpoint & { readonly server: OAuth1Server },
  callback: string,
): Promise<TemporaryCredentials> {
  const { server, label } = endpoint;
  const { identifier, secret, members } = await requestCredentials(endpoint, {
    url: server.temporaryCredentialUri,
    what: 'the request for temporary credentials',
    parameters: server.isWithoutVerifier ? {} : { oauth_callback: callback },
    more: server.temporaryCredentialParameters,
  });
  if (!server.isWithoutVerifier && members.get('oauth_callback_confirmed') !== 'true') {
    throw new ProtocolError(
      'protocol_invalid_response',
      `${label} did not confirm the callback of this sign-in (oauth_callback_confirmed is not "true")`,
      {
        hint: 'it may be a server of OAuth 1.0 without revision A, whose sign-ins are not safe; no browser was opened',
      },
    );
  }
  return { identifier, secret: new Secret(secret) };
}

/**
 * Gives the address that the person is sent to. A query in the address of the endpoint stays.
 *
 * @see [RFC 5849 §2.2](https://www.rfc-editor.org/rfc/rfc5849.html#section-2.2)
 */
export function authorizationUriOf(
  server: OAuth1Server,
  { identifier }: TemporaryCredentials,
  callback: string,
  parameters: Readonly<Record<string, string>>,
  clientId: string,
): string {
  const uri = new URL(server.authorizationUri);
  uri.searchParams.set(server.tokenParameter, identifier);
  if (server.isWithoutVerifier) {
    uri.searchParams.set('oauth_callback', callback);
  }
  for (const [name, value] of Object.entries(parameters)) {
    uri.searchParams.set(name, value.replaceAll('{client_id}', clientId));
  }
  return uri.href;
}
