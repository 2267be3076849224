import type { ClientAuth } from 'oauth4webapi';
import type { Secret } from '../ground/secret.ts';
import { type ClientAuthentication, tlsClientAuthentications } from '../providers/provider.ts';
import { assertClient, type ClientAssertion } from './client-assertion.ts';
import { signingKeyOf } from './client-key.ts';
import { readSigningKey } from './signing-key.ts';

/** The OAuth client as it presents itself to the authorization server. */
export interface OAuthClient {
  readonly clientId: string;
  readonly clientSecret?: Secret;
  readonly clientAuthentication: ClientAuthentication;
  /** The other method, which the server offers too; nobody said for which of them the client was registered. */
  readonly otherAuthentication?: 'client_secret_post' | 'client_secret_basic';
  /** The private key that signs, as a JWK with its algorithm, of a client that authenticates by `private_key_jwt`. */
  readonly clientKey?: Secret;
  /** The `aud` of what this client signs to say who it is; the issuer when absent. */
  readonly assertionAudience?: string;
  /** Stands for the secret when present: what the client signs instead of showing one (RFC 7523 §2.2). */
  readonly assertion?: ClientAssertion;
  /** The request names no client at all: its assertion or subject token is the only credential (RFC 7521 §4.1). */
  readonly anonymous?: true;
}

/** The other way to show a client secret, where the server's metadata list both (RFC 8414 §2). */
export function otherAuthentication(
  method: ClientAuthentication,
  offered: readonly string[] | undefined,
): Pick<OAuthClient, 'otherAuthentication'> {
  const isOpen = offered?.includes('client_secret_post') && offered.includes('client_secret_basic');
  if (!isOpen || (method !== 'client_secret_post' && method !== 'client_secret_basic')) {
    return {};
  }
  const isPost = method === 'client_secret_post';
  return { otherAuthentication: isPost ? 'client_secret_basic' : 'client_secret_post' };
}

/**
 * Puts the client's identity into a request to the token or revocation endpoint.
 *
 * @see [RFC 6749 §2.3.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-2.3.1)
 */
export function authenticateClient(client: OAuthClient): ClientAuth {
  const secret = client.clientSecret;
  if (client.anonymous) {
    return () => {};
  }
  if (client.assertion !== undefined) {
    return assertClient(client.assertion);
  }
  const { clientKey } = client;
  if (clientKey !== undefined && client.clientAuthentication === 'private_key_jwt') {
    return async (server, ...more) => {
      const key = await readSigningKey(signingKeyOf(clientKey), 'the store');
      const audience = client.assertionAudience ?? server.issuer;
      await assertClient({ method: 'private_key_jwt', key, audience })(server, ...more);
    };
  }
  const isByCertificate = tlsClientAuthentications.includes(client.clientAuthentication);
  if (secret === undefined || client.clientAuthentication === 'none' || isByCertificate) {
    return (_server, { client_id }, body) => {
      body.set('client_id', client_id);
    };
  }
  if (client.clientAuthentication === 'client_secret_jwt') {
    return (server, ...more) => {
      const audience = client.assertionAudience ?? server.issuer;
      return assertClient({ method: 'client_secret_jwt', secret, audience })(server, ...more);
    };
  }
  if (client.clientAuthentication === 'client_secret_post') {
    return (_server, { client_id }, body) => {
      body.set('client_id', client_id);
      body.set('client_secret', secret.reveal());
    };
  }
  return (_server, { client_id }, _body, headers) => {
    for (const [name, value] of Object.entries(basicAuthentication(client_id, secret))) {
      headers.set(name, value);
    }
  };
}

/**
 * The header that authenticates a client with HTTP Basic.
 *
 * Deviation: RFC 6749 §2.3.1 form-encodes both parts whole, but many servers never decode them; only what
 * cannot stand there otherwise is encoded, which is right for both kinds of server as far as possible.
 */
export function basicAuthentication(
  clientId: string,
  clientSecret: Secret,
): { readonly authorization: string } {
  const pair = `${encodeWhereNeeded(clientId)}:${encodeWhereNeeded(clientSecret.reveal())}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}

/**
 * Whether servers may read the client's secret differently: in HTTP Basic some decode it and others do not, and it has
 * signs for which that makes a difference.
 */
export function isReadDifferently({ clientSecret, clientAuthentication }: OAuthClient): boolean {
  if (clientSecret === undefined || clientAuthentication !== 'client_secret_basic') {
    return false;
  }
  return encodeWhereNeeded(clientSecret.reveal()) !== clientSecret.reveal();
}

function encodeWhereNeeded(text: string): string {
  return text.replace(/[^!-$&-*,-9;-~]/gu, (character) =>
    character === ' ' ? '+' : encodeURIComponent(character),
  );
}
