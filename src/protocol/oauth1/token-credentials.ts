import { ProtocolError } from '../../ground/errors.ts';
import { Secret } from '../../ground/secret.ts';
import type { OAuth1Server } from '../../providers/oauth1.ts';
import type { TokenSet } from '../token-set.ts';
import {
  type CredentialEndpoint,
  type IssuedCredentials,
  requestCredentials,
} from './request-credentials.ts';

/**
 * Exchanges authorized temporary credentials, with which the request is signed, for token credentials.
 *
 * Throws what `requestCredentials` throws.
 *
 * @see [RFC 5849 §2.3](https://www.rfc-editor.org/rfc/rfc5849.html#section-2.3)
 */
export async function requestTokenCredentials(
  endpoint: CredentialEndpoint & { readonly server: OAuth1Server },
  verifier: string | undefined,
  scopes: readonly string[],
): Promise<TokenSet> {
  const issued = await requestCredentials(endpoint, {
    url: endpoint.server.tokenUri,
    what: 'the request for token credentials',
    parameters: verifier === undefined ? {} : { oauth_verifier: verifier },
  });
  const tokens = tokenSetOf(issued, scopes);
  const { isSecretTheKey } = endpoint.server;
  if (isSecretTheKey && issued.secret === '') {
    throw new ProtocolError(
      'protocol_invalid_response',
      `the reply to the request for token credentials at ${endpoint.label} contains an empty key`,
      { hint: 'run the command again; if it happens again, tell the operator of the server' },
    );
  }
  return isSecretTheKey ? { ...tokens, accessToken: new Secret(issued.secret) } : tokens;
}

/**
 * Asks for new token credentials with the session handle that came with the old ones, with which the request is signed.
 *
 * Throws what `requestCredentials` throws.
 *
 * @see [OAuth Session 1.0 Draft 1](https://oauth.googlecode.com/svn/spec/ext/session/1.0/drafts/1/spec.html)
 */
export async function renewTokenCredentials(
  endpoint: CredentialEndpoint & { readonly tokenUri: string },
  sessionHandle: Secret,
  scopes: readonly string[],
): Promise<TokenSet> {
  const issued = await requestCredentials(endpoint, {
    url: endpoint.tokenUri,
    what: 'the request to renew the token',
    parameters: { oauth_session_handle: sessionHandle.reveal() },
  });
  const renewed = tokenSetOf(issued, scopes);
  // A server that says nothing of it goes on with the same handle.
  return renewed.refreshToken === undefined ? { ...renewed, refreshToken: sessionHandle } : renewed;
}

function tokenSetOf(
  { identifier, secret, members, issuedAt, clockOffset }: IssuedCredentials,
  scopes: readonly string[],
): TokenSet {
  const handle = members.get('oauth_session_handle');
  const expiresAt = endOf(members.get('oauth_expires_in'), issuedAt);
  const handleEnd = endOf(members.get('oauth_authorization_expires_in'), issuedAt);
  return {
    accessToken: new Secret(identifier),
    tokenSecret: new Secret(secret),
    ...(handle === null || handle === '' ? {} : { refreshToken: new Secret(handle) }),
    issuedAt,
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(handleEnd === undefined ? {} : { refreshTokenExpiresAt: handleEnd }),
    scopes,
    ...(clockOffset === undefined ? {} : { clockOffset }),
  };
}

/** 0 stands for no end. */
function endOf(seconds: string | null, from: Date): Date | undefined {
  return seconds !== null && /^[1-9]\d{0,9}$/.test(seconds)
    ? new Date(from.getTime() + Number(seconds) * 1000)
    : undefined;
}
