import {
  type AuthorizedRequest,
  authorizedRequest,
  type PlainRequest,
  type Sending,
  sendAuthorized,
  type TokenHolder,
} from '../credential/authorized-request.ts';
import { defined } from '../ground/defined.ts';
import { appsecretProof } from '../protocol/dialects/appsecret-proof.ts';
import type { Provider } from '../providers/provider.ts';
import type { FreshToken } from './fresh-token.ts';

/**
 * Gives the request with what the provider's API wants of the holder of the token, and a proof where the app wants its
 * calls signed. Throws what `authorizedRequest` throws.
 */
export function authorizedWith(
  token: FreshToken,
  request: PlainRequest,
  provider: Provider,
): Promise<AuthorizedRequest> {
  return authorizedRequest(provider, signedByApp(request, provider, token), holderOf(token));
}

/**
 * Sends a request with what `authorizedWith` gives, and once more where the API wants a nonce in the proof of the token.
 * Throws what `sendAuthorized` throws.
 */
export function sendAs(
  token: FreshToken,
  request: PlainRequest,
  provider: Provider,
  sending: Sending,
): Promise<Response> {
  return sendAuthorized(provider, signedByApp(request, provider, token), holderOf(token), sending);
}

function holderOf(token: FreshToken): TokenHolder {
  const { accessToken, proofKey } = token;
  const clientId = token.kind === 'supplied' ? undefined : token.head.clientId;
  const signer = token.kind === 'account' ? token.signer : undefined;
  return { accessToken, ...defined({ clientId, signer, proofKey }) };
}

function signedByApp(request: PlainRequest, provider: Provider, token: FreshToken): PlainRequest {
  return { ...request, url: withProof(request.url, provider, token) };
}

/** The Graph API wants its calls signed, where the app says so. */
function withProof(url: URL, provider: Provider, token: FreshToken): URL {
  const clientSecret = token.kind === 'account' ? token.clientSecret : undefined;
  if (!provider.quirks.includes('appsecret-proof') || clientSecret === undefined) {
    return url;
  }
  if (url.searchParams.has('appsecret_proof')) {
    return url;
  }
  const signed = new URL(url);
  signed.search += `${url.search === '' ? '?' : '&'}appsecret_proof=${appsecretProof(token.accessToken, clientSecret)}`;
  return signed;
}
