import { ProtocolError } from '../errors.ts';
import { libraryFetch } from '../protocol/library-fetch.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { ProfileOptions } from './profile-options.ts';
import { readProfileResponse } from './profile-response.ts';

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
  const { metadata } = provider;
  const client = { client_id: options.clientId };
  const requestOptions = {
    [oauth.customFetch]: libraryFetch(options.fetch),
    // The endpoints were checked when the provider was resolved; http is a loopback address that was allowed.
    [oauth.allowInsecureRequests]: true,
  };
  const response = await oauth.userInfoRequest(
    metadata,
    client,
    options.accessToken.reveal(),
    requestOptions,
  );
  // Read here, so that a broken connection is not taken for malformed JSON.
  const text = await readProfileResponse(provider, response);
  const reply = new Response(text, { headers: response.headers });
  try {
    const claims = await oauth.processUserInfoResponse(
      metadata,
      client,
      options.idTokenClaims?.sub ?? oauth.skipSubjectCheck,
      reply,
    );
    if (reply.headers.get('content-type')?.startsWith('application/jwt')) {
      await oauth.validateApplicationLevelSignature(metadata, reply, requestOptions);
    }
    return claims;
  } catch (error) {
    // The library's errors carry the document, so they are no cause to keep.
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.JSON_ATTRIBUTE_COMPARISON) {
      throw anotherPerson(provider);
    }
    if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
      throw new ProtocolError('protocol_invalid_response', `the UserInfo of ${provider.label} is malformed`, {
        hint: 'try again, and if it stays so, report it to the operator of the server',
      });
    }
    throw error;
  }
}

/** The error for a profile that is not about the subject of the ID Token (OpenID Connect Core §5.3.2). */
export function anotherPerson({ label }: Pick<ResolvedProvider, 'label'>): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_response',
    `${label} answered with the profile of somebody other than the person who signed in`,
    { hint: 'sign in again' },
  );
}
