import type { FreshIdToken } from '../access/stored-id-token.ts';
import type { AccountHead } from '../accounts/account.ts';
import { durationText } from '../ground/duration.ts';
import { UsageError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { formattedToken, type TokenFormat } from './token-format.ts';

/** Claims with a time in seconds since 1970, and their names in the JSON answer. */
const times = { issued_at: 'iat', valid_from: 'nbf', expires_at: 'exp', authenticated_at: 'auth_time' };

/** The answer of `token --id-token`. Throws a `UsageError` for a format that would send it to the hosts of an API. */
export function idTokenText(format: TokenFormat, fresh: FreshIdToken, variable: string): string {
  if (format === 'netrc') {
    throw new UsageError('usage_conflict', 'an ID Token is for no API, so it has no line in a .netrc file', {
      hint: 'print it alone with --format raw',
    });
  }
  const document = () => idTokenDocument(fresh);
  return formattedToken(format, fresh.idToken, { variable, origins: [], document });
}

/** A note of `token --id-token`: the ID Token lives shorter than was asked for, and no new one lives longer. */
export function shortLivedIdTokenText(head: AccountHead, seconds: number, askedSeconds: number): string {
  return `note: the ID Token of ${safeText(head.label)} is valid for ${durationText(Math.floor(seconds))}, less than the ${durationText(askedSeconds)} that you asked for\n`;
}

/** The ID Token with what it says of itself: for whom it is, about whom, and its times. */
function idTokenDocument({ idToken, claims, head }: FreshIdToken): Readonly<Record<string, unknown>> {
  const { iss, sub, aud } = claims;
  const said = Object.entries(times).flatMap(([name, claim]) => {
    const seconds = claims[claim];
    return typeof seconds === 'number' ? [[name, instantText(seconds)]] : [];
  });
  return {
    id_token: idToken.reveal(),
    issuer: iss,
    subject: sub,
    audience: aud,
    ...Object.fromEntries(said),
    provider: head.provider,
    account: head.id,
  };
}

/** Any number can stand there; one that is no date is shown as `null`. */
function instantText(seconds: number): string | null {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}
