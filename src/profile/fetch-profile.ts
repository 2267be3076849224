import { type AuthorizedRequest, sendAuthorized } from '../credential/authorized-request.ts';
import { AbortedError } from '../ground/errors.ts';
import { appsecretProof } from '../protocol/dialects/appsecret-proof.ts';
import type { ProfileRequest } from '../providers/profile-request.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { readClaim } from './claim.ts';
import type { Profile } from './profile.ts';
import type { ProfileOptions } from './profile-options.ts';
import { parseDocument, readProfileResponse } from './profile-response.ts';
import { copyDocument } from './raw-document.ts';
import { readEmailAddress, readProfile } from './read-profile.ts';
import { anotherPerson, fetchUserInfo } from './user-info.ts';

/**
 * Gives the profile of the End-User: from the provider's own request, from the UserInfo endpoint, or, when
 * there is neither, from the verified ID Token. `undefined`: the server has no way to tell who signed in.
 *
 * Throws an `AuthenticationRequiredError` when the token is not accepted, an `AuthorizationServerError` when
 * the request is refused, a `NetworkError` when the server fails, and a `ProtocolError` when the document
 * must not be trusted.
 *
 * @see https://openid.net/specs/openid-connect-core-1_0.html#UserInfo
 */
export async function fetchProfile(
  provider: ResolvedProvider,
  options: ProfileOptions,
): Promise<Profile | undefined> {
  const { url } = provider.profile;
  if (url !== undefined) {
    const document = copyDocument(await fetchDocument(provider, { ...provider.profile, url }, options));
    const profile = readProfile(provider, document);
    if (profile.sub !== (options.idTokenClaims?.sub ?? profile.sub)) {
      throw anotherPerson(provider);
    }
    return withEmail(provider, profile, options);
  }
  if (provider.endpoints.userinfo_endpoint !== undefined) {
    const claims = await fetchUserInfo(provider, options);
    return readProfile(provider, claims, ...(options.idTokenClaims ? [options.idTokenClaims] : []));
  }
  return options.idTokenClaims === undefined ? undefined : readProfile(provider, options.idTokenClaims);
}

/** Asks a resource of the provider with the access token (RFC 6750 §2.1) and gives its JSON. */
async function fetchDocument(
  provider: ResolvedProvider,
  request: Omit<ProfileRequest, 'map' | 'emails' | 'url'> & { readonly url: string },
  options: ProfileOptions,
): Promise<unknown> {
  const { method = 'GET', headers, query = {}, json } = request;
  const url = new URL(request.url);
  for (const [name, value] of Object.entries(query)) {
    url.searchParams.set(name, value.replace('{client_id}', options.clientId));
  }
  if (provider.quirks.includes('appsecret-proof') && options.clientSecret !== undefined) {
    url.searchParams.set('appsecret_proof', appsecretProof(options.accessToken, options.clientSecret));
  }
  const send = (authorized: AuthorizedRequest) =>
    options.fetch(authorized.url.href, {
      method,
      headers: {
        accept: 'application/json',
        ...Object.fromEntries(
          Object.entries(headers ?? {}).map(([name, value]) => [
            name,
            value.replace('{client_id}', options.clientId),
          ]),
        ),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...authorized.fixed,
        ...authorized.credentials,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      redirect: 'manual',
    });
  const response = await sendAuthorized(provider, { method, url }, options, { send });
  return parseDocument(provider, await readProfileResponse(provider, response, options.accessToken));
}

/** Adds the address that is primary and verified when the profile has none; does without when that fails. */
async function withEmail(
  provider: ResolvedProvider,
  profile: Profile,
  options: ProfileOptions,
): Promise<Profile> {
  const { emails } = provider.profile;
  if (emails === undefined || profile.email !== undefined) {
    return profile;
  }
  let reply: unknown;
  try {
    reply = await fetchDocument(
      provider,
      { url: emails.url, headers: provider.profile.headers ?? {} },
      options,
    );
  } catch (error) {
    if (error instanceof AbortedError) {
      throw error;
    }
    return profile;
  }
  const list =
    emails.list === undefined || typeof reply !== 'object' || reply === null
      ? reply
      : readClaim(reply, emails.list);
  for (const entry of Array.isArray(list) ? list : []) {
    if (typeof entry !== 'object' || entry === null) {
      continue;
    }
    const email = readEmailAddress(readClaim(entry, emails.email));
    const chosen = readClaim(entry, emails.primary) === true && readClaim(entry, emails.verified) === true;
    if (email !== undefined && chosen) {
      return { ...profile, email, email_verified: true };
    }
  }
  return profile;
}
