import type { ClaimPath } from '../providers/profile-request.ts';
import type { Provider } from '../providers/provider.ts';
import { readClaim } from './claim.ts';
import type { Profile } from './profile.ts';
import { copyDocument, invalidProfile } from './raw-document.ts';

/** OpenID Connect Core §2: `sub` has no more than 255 characters. */
const LONGEST_SUBJECT = 255;
const LONGEST_TEXT = 1024;
const LONGEST_ADDRESS = 2048;
/** RFC 5321 §4.5.3.1: 64 for the local part, 255 for the domain, and the sign between them. */
const LONGEST_EMAIL = 320;

/**
 * Gives the profile that the provider's map finds in its document; what the document leaves out is taken from
 * the further ones, which must be about the same person. Claims of a wrong type or form are left out.
 *
 * Throws a `ProtocolError` when there is no usable `sub`.
 *
 * @see https://openid.net/specs/openid-connect-core-1_0.html#StandardClaims
 */
export function readProfile(
  provider: Pick<Provider, 'name' | 'profile'>,
  document: object,
  ...further: readonly object[]
): Profile {
  const { map } = provider.profile;
  const documents = [document, ...further];
  const first = <Value>(path: ClaimPath | undefined, read: (claim: unknown) => Value | undefined) => {
    for (const one of documents) {
      const value = read(readClaim(one, path));
      if (value !== undefined) {
        return value;
      }
    }
    return undefined;
  };
  const sub = readSubject(readClaim(document, map.sub));
  if (sub === undefined) {
    throw invalidProfile('has no usable subject identifier');
  }
  const claims = {
    preferred_username: first(map.preferred_username, readText),
    name: first(map.name, readText),
    picture: first(map.picture, readAddress),
    profile: first(map.profile, readAddress),
  };
  const present = Object.fromEntries(Object.entries(claims).filter(([, claim]) => claim !== undefined));
  return {
    provider: provider.name,
    sub,
    ...present,
    ...documents.map((one) => readEmail(one, provider)).find((email) => email !== undefined),
    raw: copyDocument(document),
  };
}

/** Gives the address when it looks like one; it is a label, so nothing more is asked of it. */
export function readEmailAddress(claim: unknown): string | undefined {
  return typeof claim === 'string' &&
    claim.length <= LONGEST_EMAIL &&
    /^[^\s\p{C}@]+@[^\s\p{C}@]+$/u.test(claim)
    ? claim
    : undefined;
}

/** An address and what is said about it belong together, so both come from one document. */
function readEmail(
  document: object,
  provider: Pick<Provider, 'profile'>,
): Pick<Profile, 'email' | 'email_verified'> | undefined {
  const { map } = provider.profile;
  const email = readEmailAddress(readClaim(document, map.email));
  if (email === undefined) {
    return undefined;
  }
  const verified = map.email_verified === true ? true : readClaim(document, map.email_verified);
  if (verified === true || verified === 'true') {
    return { email, email_verified: true };
  }
  return verified === false || verified === 'false' ? { email, email_verified: false } : { email };
}

/** Numbers beyond 2^53 were rounded when they were read, so they may be somebody else's. */
function readSubject(claim: unknown): string | undefined {
  if (typeof claim === 'number') {
    return Number.isSafeInteger(claim) ? String(claim) : undefined;
  }
  return typeof claim === 'string' && claim.length <= LONGEST_SUBJECT && !/\p{C}/u.test(claim)
    ? claim
    : undefined;
}

function readText(claim: unknown): string | undefined {
  return typeof claim === 'string' && claim.length <= LONGEST_TEXT ? claim : undefined;
}

function readAddress(claim: unknown): string | undefined {
  if (typeof claim !== 'string' || claim.length > LONGEST_ADDRESS || !URL.canParse(claim)) {
    return undefined;
  }
  const url = new URL(claim);
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined;
}
