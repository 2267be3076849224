import { defined } from '../ground/defined.ts';
import { AbortedError, OAuthLoginError } from '../ground/errors.ts';
import type { IdTokenClaims } from '../protocol/token-set.ts';
import { standardClaims } from '../providers/profile-request.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { fetchProfile } from './fetch-profile.ts';
import type { Profile } from './profile.ts';
import type { ProfileOptions } from './profile-options.ts';
import { readProfile } from './read-profile.ts';

/** Who has just signed in, as far as it is known. */
export interface SignInProfile {
  /** Absent: the server does not tell, or did not this time. */
  readonly profile?: Profile;
  /** Why the request for the profile was of no use; the profile is then that of the ID Token, if any. */
  readonly problem?: OAuthLoginError;
}

/**
 * Gives the profile of a sign-in whose tokens are here. A request for the profile that fails ends nothing: then the
 * verified ID Token tells who signed in, or nobody does.
 *
 * Throws a `ProtocolError` when the profile is about another subject than the ID Token (OpenID Connect Core §5.3.2),
 * and an `AbortedError`.
 */
export async function signInProfile(
  provider: ResolvedProvider,
  options: ProfileOptions,
): Promise<SignInProfile> {
  try {
    const profile = await fetchProfile(provider, options);
    return profile === undefined ? {} : { profile };
  } catch (problem) {
    if (!(problem instanceof OAuthLoginError) || problem instanceof AbortedError) {
      throw problem;
    }
    if (problem.code === 'protocol_subject_mismatch') {
      throw problem;
    }
    const profile = profileOfIdToken(provider, options.idTokenClaims);
    return { problem, ...defined({ profile }) };
  }
}

/** A profile of an ID Token that cannot be read is none: the subject is too long, say. */
function profileOfIdToken(
  provider: ResolvedProvider,
  claims: IdTokenClaims | undefined,
): Profile | undefined {
  if (claims === undefined) {
    return undefined;
  }
  // The map of a provider with a request of its own is made for the document that it answers with.
  const map = provider.profile.url === undefined ? provider.profile.map : standardClaims;
  try {
    return readProfile({ name: provider.name, profile: { map } }, claims);
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return undefined;
    }
    throw error;
  }
}
