import type * as Library from 'oauth4webapi';
import { NetworkError } from '../ground/errors.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { idTokenAlgorithms } from '../providers/signature-algorithms.ts';
import {
  clockHint,
  type ExpectedIdToken,
  invalidIdToken,
  validateIdTokenClaims,
  validateIdTokenForm,
  withAcceptedIssuer,
} from './id-token.ts';
import { readJwtHeader } from './jwt-header.ts';
import { verifySignature } from './jwt-signature.ts';
import type { TokenEndpoint } from './token-endpoint.ts';
import type { IdTokenClaims } from './token-set.ts';

/** An ID Token and what it has to fit to. */
export interface IdTokenToVerify extends Omit<ExpectedIdToken, 'algorithm' | 'clientId' | 'provider'> {
  readonly idToken: string;
  /** The client with the clock that the token is judged by. */
  readonly client: Library.Client;
}

/**
 * Verifies an ID Token, signature included, and gives its claims; `undefined` when the keys cannot be fetched and the
 * endpoint says to do without.
 *
 * The library judges it as it judges a signed UserInfo, form, algorithm, times, issuer and audience: its own way for
 * ID Tokens demands an `azp` that OpenID Connect Core with errata set 2 leaves to extensions. What that leaves out is
 * checked by `validateIdTokenClaims`.
 *
 * Throws a `ProtocolError` for a token that must not be believed, and a `NetworkError`.
 *
 * @see [OpenID Connect Core §3.1.3.7](https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation)
 */
export async function verifyIdToken(
  library: typeof Library,
  endpoint: TokenEndpoint,
  { idToken, client, ...expected }: IdTokenToVerify,
): Promise<IdTokenClaims | undefined> {
  const { provider } = endpoint;
  validateIdTokenForm(idToken);
  const header = readJwtHeader(idToken);
  const server = {
    ...withAcceptedIssuer(provider.metadata, provider, idToken),
    userinfo_signing_alg_values_supported: idTokenAlgorithms(provider.metadata),
  };
  const response = new Response(idToken, { headers: { 'content-type': 'application/jwt' } });
  let claims: IdTokenClaims;
  try {
    const judged = await library.processUserInfoResponse(server, client, library.skipSubjectCheck, response);
    const { clientId } = endpoint.client;
    claims = validateIdTokenClaims(judged, { ...expected, algorithm: header.alg, clientId, provider });
  } catch (error) {
    throw idTokenFault(library, error, expected.clockOffset);
  }
  try {
    await verifySignature(
      library,
      { response, header, name: 'the ID Token', code: 'protocol_invalid_id_token' },
      { server, label: provider.label, fetch: libraryFetch(endpoint.fetch) },
    );
  } catch (error) {
    if (endpoint.idTokenWithoutKeys === 'left-out' && error instanceof NetworkError) {
      return undefined;
    }
    throw error;
  }
  return claims;
}

/** What the library found, by the claim that it names as the cause. */
function idTokenFault(library: typeof Library, error: unknown, clockOffset: number | undefined): unknown {
  if (
    !(error instanceof library.OperationProcessingError || error instanceof library.UnsupportedOperationError)
  ) {
    return error;
  }
  const claim: unknown = Object.getOwnPropertyDescriptor(Object(error.cause), 'claim')?.value;
  if (error.code === library.JWT_TIMESTAMP_CHECK) {
    return invalidIdToken(claim === 'exp' ? 'it has expired' : 'it is not valid yet', {
      hint: clockHint(clockOffset),
    });
  }
  if (error.code === library.JWT_CLAIM_COMPARISON) {
    return invalidIdToken(claim === 'aud' ? 'it is not for this client' : 'it comes from a different issuer');
  }
  return invalidIdToken(error.message);
}
