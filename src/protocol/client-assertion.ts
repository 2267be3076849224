import type { AuthorizationServer, ClientAuth } from 'oauth4webapi';
import { defined } from '../ground/defined.ts';
import { Secret } from '../ground/secret.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { SigningKey } from './signing-key.ts';

/** How a client proves who it is without showing a secret (OpenID Connect Core §9). */
export type ClientAssertion = {
  /** The `aud` of the assertion: the Issuer Identifier, or what the server calls itself otherwise. */
  readonly audience: string;
} & (
  | { readonly method: 'private_key_jwt'; readonly key: SigningKey }
  | { readonly method: 'client_secret_jwt'; readonly secret: Secret }
);

/**
 * Adds a signed assertion of the client's identity to a request.
 *
 * @see [RFC 7523 §2.2](https://www.rfc-editor.org/rfc/rfc7523.html#section-2.2)
 */
export function assertClient(assertion: ClientAssertion): ClientAuth {
  return async (server, client, body, headers) => {
    const library = await import('oauth4webapi');
    const modify = (header: Record<string, unknown>, payload: Record<string, unknown>) => {
      payload.aud = assertion.audience;
      if (assertion.method === 'private_key_jwt') {
        header.alg = assertion.key.algorithm;
      }
    };
    const authenticate =
      assertion.method === 'client_secret_jwt'
        ? library.ClientSecretJwt(assertion.secret.reveal(), { [library.modifyAssertion]: modify })
        : library.PrivateKeyJwt(libraryKey(assertion.key), { [library.modifyAssertion]: modify });
    await authenticate(server, client, body, headers);
  };
}

/**
 * What a server calls itself in the `aud` of an assertion: its issuer; where it has no metadata, or is known to demand
 * it, the address of its token endpoint. A server is never tried with both: with the address of an endpoint, another
 * server could name that endpoint as its own, and use the assertion there.
 *
 * @see [draft-ietf-oauth-rfc7523bis](https://datatracker.ietf.org/doc/draft-ietf-oauth-rfc7523bis/)
 */
export function assertionAudience({ discovery, metadata, quirks }: ResolvedProvider): string {
  const isEndpoint = discovery === 'none' || quirks.includes('assertion-for-token-endpoint');
  return isEndpoint ? (metadata.token_endpoint ?? metadata.issuer) : metadata.issuer;
}

/** What an assertion says besides what every one does: `aud`, `exp`, `iat` and `jti` (RFC 7523 §3). */
export interface AssertionClaims {
  readonly issuer: string;
  readonly audience: string;
  readonly subject?: string;
  /** Seconds. */
  readonly lifetime: number;
  readonly further?: Readonly<Record<string, string>>;
}

/**
 * Gives a signed assertion, to be used as an authorization grant.
 *
 * @see [RFC 7523 §3](https://www.rfc-editor.org/rfc/rfc7523.html#section-3)
 */
export async function signAssertion(key: SigningKey, claims: AssertionClaims, now: Date): Promise<Secret> {
  const library = await import('oauth4webapi');
  const iat = Math.floor(now.getTime() / 1000);
  // The library signs assertions of clients; one that is a grant differs in nothing but its claims.
  const sign = library.PrivateKeyJwt(libraryKey(key), {
    [library.modifyAssertion]: (header, payload) => {
      header.alg = key.algorithm;
      header.typ = 'JWT';
      delete payload.nbf;
      delete payload.sub;
      Object.assign(payload, claims.further, {
        iss: claims.issuer,
        aud: claims.audience,
        ...defined({ sub: claims.subject }),
        iat,
        exp: iat + claims.lifetime,
      });
    },
  });
  const server: AuthorizationServer = { issuer: claims.audience };
  const body = new URLSearchParams();
  await sign(server, { client_id: claims.issuer }, body, new Headers());
  return new Secret(body.get('client_assertion') ?? '');
}

function libraryKey({ key, keyId }: SigningKey) {
  return keyId === undefined ? { key } : { key, kid: keyId };
}
