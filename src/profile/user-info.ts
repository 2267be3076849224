import type * as Library from 'oauth4webapi';
import { challengesForNonce } from '../credential/authorized-request.ts';
import type { ProofKey } from '../credential/dpop/proof-key.ts';
import { defined } from '../ground/defined.ts';
import { OAuthLoginError, ProtocolError } from '../ground/errors.ts';
import { libraryFetch } from '../ground/fetch.ts';
import { decrypted } from '../protocol/encrypted-jwt.ts';
import { clockHint } from '../protocol/id-token.ts';
import { readJwtHeader } from '../protocol/jwt-header.ts';
import { verifySignature } from '../protocol/jwt-signature.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { userInfoAlgorithms } from '../providers/signature-algorithms.ts';
import type { ProfileOptions } from './profile-options.ts';
import { readProfileResponse } from './profile-response.ts';

const REPORT_IT = 'try again, and if it happens again, tell the operator of the server';

/**
 * Gives the claims of the UserInfo endpoint; they are about the subject of the verified ID Token when there
 * is one (OpenID Connect Core §5.3.2).
 *
 * Throws a `ProtocolError` when the response must not be trusted, and what `readProfileResponse` throws.
 *
 * @see https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 */
export async function fetchUserInfo(provider: ResolvedProvider, options: ProfileOptions): Promise<object> {
  const oauth = await import('oauth4webapi');
  const metadata = {
    ...provider.metadata,
    userinfo_signing_alg_values_supported: userInfoAlgorithms(provider.metadata),
  };
  const client = { client_id: options.clientId };
  const fetch = libraryFetch(options.fetch);
  const { proofKey } = options;
  const DPoP = await proofKey?.handle();
  const send = () =>
    oauth.userInfoRequest(metadata, client, options.accessToken.reveal(), {
      [oauth.customFetch]: fetch,
      // The endpoints were checked when the provider was resolved; http is a loopback address that was allowed.
      [oauth.allowInsecureRequests]: true,
      ...defined({ DPoP }),
    });
  const response = await (proofKey === undefined ? send() : withNonceOfUserInfo(provider, proofKey, send));
  // Read here, so that a broken connection is not taken for malformed JSON.
  const received = await readProfileResponse(provider, response, options.accessToken);
  const type = response.headers.get('content-type') ?? '';
  const what = { name: 'the UserInfo', code: 'protocol_invalid_response' } as const;
  const text = type.startsWith('application/jwt') ? await decrypted(received, options, what) : received;
  // Claims that are encrypted and not signed are an object (OpenID Connect Core §5.3.2).
  const isPlain = text !== received && text.startsWith('{');
  // A challenge beside status 200 says nothing, and the library would take it for a refusal.
  const reply = new Response(text, { headers: { 'content-type': isPlain ? 'application/json' : type } });
  const subject = options.idTokenClaims?.sub ?? oauth.skipSubjectCheck;
  let claims: object;
  try {
    claims = await oauth.processUserInfoResponse(metadata, client, subject, reply);
  } catch (error) {
    throw userInfoFault(oauth, error, provider);
  }
  if (isSigned(reply)) {
    const { label } = provider;
    const header = readJwtHeader(text);
    await verifySignature(oauth, { response: reply, header, ...what }, { server: metadata, label, fetch });
  }
  return claims;
}

async function withNonceOfUserInfo(
  { label, metadata }: ResolvedProvider,
  key: ProofKey,
  send: () => Promise<Response>,
): Promise<Response> {
  const { withNonce } = await import('../credential/dpop/with-nonce.ts');
  const url = new URL(metadata.userinfo_endpoint ?? '');
  const what = `the UserInfo endpoint of ${label}`;
  return withNonce(key, { url, what, send, wantsNonce: challengesForNonce });
}

function isSigned(reply: Response): boolean {
  return reply.headers.get('content-type')?.startsWith('application/jwt') === true;
}

/** What the library found, by its code; its errors carry the document, so they are no cause to keep. */
function userInfoFault(oauth: typeof Library, error: unknown, provider: ResolvedProvider): unknown {
  if (error instanceof OAuthLoginError) {
    return error;
  }
  if (
    !(error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError)
  ) {
    // A challenge beside status 200, say.
    return malformed(provider, '', REPORT_IT);
  }
  if (error.code === oauth.JSON_ATTRIBUTE_COMPARISON) {
    return anotherPerson(provider);
  }
  const isNoJson = error.code === oauth.PARSE_ERROR || error.code === oauth.RESPONSE_IS_NOT_JSON;
  const hint = error.code === oauth.JWT_TIMESTAMP_CHECK ? clockHint(undefined) : REPORT_IT;
  return malformed(provider, `: ${isNoJson ? 'it is not JSON' : error.message}`, hint);
}

function malformed({ label }: Pick<ResolvedProvider, 'label'>, reason: string, hint: string): ProtocolError {
  const what = `the UserInfo of ${label} is malformed${reason}`;
  return new ProtocolError('protocol_invalid_response', what, { hint });
}

/** The error for a profile that is not about the subject of the ID Token (OpenID Connect Core §5.3.2). */
export function anotherPerson({ label }: Pick<ResolvedProvider, 'label'>): ProtocolError {
  return new ProtocolError(
    'protocol_subject_mismatch',
    `${label} answered with the profile of somebody other than the person who signed in`,
    { hint: 'sign in again' },
  );
}
