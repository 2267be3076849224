import { defined } from '../ground/defined.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import { readAuthenticationChallenges } from '../protocol/authentication-challenge.ts';
import type { Provider } from '../providers/provider.ts';
import type { ProofKey } from './dpop/proof-key.ts';
import { type OAuth1Signer, signedRequest } from './oauth1/signed-request.ts';
import { presentToken } from './token-presentation.ts';

/** A request of an API that is to be authorized. */
export interface PlainRequest {
  readonly method: string;
  readonly url: URL;
  /** The body, where it is `application/x-www-form-urlencoded`: OAuth 1.0a signs it too. */
  readonly form?: string;
}

/** Whose request it is. */
export interface TokenHolder {
  readonly accessToken: Secret;
  /** Absent: nobody knows which client the token was issued to. */
  readonly clientId?: string;
  /** Signs the request with the token, which is not shown then. */
  readonly signer?: OAuth1Signer;
  /** The key that the token is bound to (RFC 9449); absent for a bearer token. */
  readonly proofKey?: ProofKey;
}

/** What is to be sent. */
export interface AuthorizedRequest {
  readonly url: URL;
  /** Headers that say nothing of the token. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Headers that hold the token or the signature, unless the query or the body does. */
  readonly credentials: Readonly<Record<string, string>>;
  /** The body, where the signature stands in it; absent: the body stays as it is. */
  readonly form?: string;
}

/**
 * Gives the request with what the provider's API wants of its holder: the token as it takes it, the token with a proof, or
 * a signature. The query of the address stays as it was written.
 *
 * Throws a `ConfigurationError` where the API wants a signature and nothing can sign.
 *
 * @see [RFC 5849 §3.1](https://www.rfc-editor.org/rfc/rfc5849.html#section-3.1)
 * @see [RFC 9449 §7](https://www.rfc-editor.org/rfc/rfc9449.html#section-7)
 */
export async function authorizedRequest(
  provider: Pick<Provider, 'label' | 'tokenPresentation' | 'apiHeaders' | 'oauth1'>,
  { method, url, form }: PlainRequest,
  { accessToken, clientId, signer, proofKey }: TokenHolder,
): Promise<AuthorizedRequest> {
  const { fixed, credentials, query } = presentToken(provider, accessToken, clientId);
  if (signer !== undefined) {
    const signed = signedRequest({ method, url: url.href, ...defined({ form }) }, signer);
    const isInBody = signed.form !== undefined && signed.form !== form;
    return {
      fixed,
      credentials: signed.headers,
      url: new URL(signed.url),
      ...(isInBody ? { form: signed.form } : {}),
    };
  }
  if (provider.oauth1 !== undefined && !provider.oauth1.isSecretTheKey) {
    throw new ConfigurationError(
      'config_invalid_value',
      `a token of ${provider.label} alone is of no use: its requests are signed (OAuth 1.0a)`,
      { hint: 'take the token out of the environment, and sign in' },
    );
  }
  if (proofKey !== undefined) {
    const { boundAuthorization } = await import('./dpop/bound-authorization.ts');
    return { fixed, credentials: await boundAuthorization(proofKey, accessToken, { method, url }), url };
  }
  return { fixed, credentials, url: withQuery(url, query) };
}

/** How an authorized request is sent. */
export interface Sending {
  /** Sends it with these headers, and gives the response. */
  readonly send: (authorized: AuthorizedRequest) => Promise<Response>;
  /** The body is gone after the first time. */
  readonly isOnce?: boolean;
}

/**
 * Authorizes a request as `authorizedRequest` does, and sends it. Where the API wants a nonce in the proof of a bound
 * token, the request is sent once more with the nonce that it gave.
 *
 * Throws what `authorizedRequest`, `withNonce` and `send` throw.
 *
 * @see [RFC 9449 §9](https://www.rfc-editor.org/rfc/rfc9449.html#section-9)
 */
export async function sendAuthorized(
  provider: Parameters<typeof authorizedRequest>[0],
  request: PlainRequest,
  holder: TokenHolder,
  { send, isOnce = false }: Sending,
): Promise<Response> {
  const authorizedSend = async () => send(await authorizedRequest(provider, request, holder));
  const { proofKey } = holder;
  if (proofKey === undefined) {
    return authorizedSend();
  }
  const { withNonce } = await import('./dpop/with-nonce.ts');
  const { url } = request;
  const what = `the API at ${url.host}`;
  return withNonce(proofKey, { url, what, send: authorizedSend, wantsNonce: challengesForNonce, isOnce });
}

/** Whether a resource server wants a nonce in the proof, or another one (RFC 9449 §9). */
export function challengesForNonce({ status, headers }: Response): boolean {
  const challenges =
    status === 401 ? readAuthenticationChallenges(headers.get('www-authenticate') ?? '') : [];
  return challenges.some(
    ({ scheme, parameters }) => scheme === 'dpop' && parameters.get('error') === 'use_dpop_nonce',
  );
}

function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const more = new URLSearchParams(query).toString();
  if (more === '') {
    return url;
  }
  const whole = new URL(url);
  whole.search += `${url.search === '' ? '?' : '&'}${more}`;
  return whole;
}
