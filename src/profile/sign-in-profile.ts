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
 * verified ID Token tells who signed in, or nobody does. Where there is no profile, the `sub` of the token response does.
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
    return defined({ profile: profile ?? profileOfSubject(provider, options.subject) });
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

/** An authorization server without profiles may still say in its token response who signed in. */
function profileOfSubject({ name }: ResolvedProvider, sub: string | undefined): Profile | undefined {
  return sub === undefined
    ? undefined
    : readable(() => readProfile({ name, profile: { map: standardClaims } }, { sub }));
}

function profileOfIdToken(
  provider: ResolvedProvider,
  claims: IdTokenClaims | undefined,
): Profile | undefined {
  if (claims === undefined) {
    return undefined;
  }
  // The map of a provider with a request of its own is made for the document that it answers with.
  const map = provider.profile.url === undefined ? provider.profile.map : standardClaims;
  return readable(() => readProfile({ name: provider.name, profile: { map } }, claims));
}

/** What cannot be read, such as a subject that is too long, is no profile. */
function readable(read: () => Profile): Profile | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return undefined;
    }
    throw error;
  }
}
