import { isWithdrawn } from '../access/freshness.ts';
import type { AccountHead } from '../accounts/account.ts';
import { durationText } from '../ground/duration.ts';
import { safeText } from '../ground/safe-text.ts';
import { person } from '../profile/person.ts';
import { accountPerson, agoText, NOT_CHECKED, scopesText, storeText } from './text.ts';

/** What `login` answers. */
export function signedInText(
  head: AccountHead,
  kept: 'kept' | 'not kept',
  missing: readonly string[],
  now: Date,
): string {
  const lines =
    head.profile === undefined
      ? [
          `Signed in to ${safeText(head.label)}, which did not say who signed in`,
          `  client:  ${safeText(head.clientId)}`,
        ]
      : [`Signed in to ${safeText(head.label)} as ${person(head.profile)}`];
  lines.push(kept === 'kept' ? `  stored:  ${storeText(head.store)}` : '  stored:  nowhere (--no-store)');
  lines.push(`  scopes:  ${scopesText(head.scopes)}`);
  if (missing.length > 0) {
    lines.push(`           requested but not granted: ${scopesText(missing)}`);
  }
  lines.push(`  valid:   ${validityText(head, now)}`);
  return `${lines.join('\n')}\n`;
}

/** One block of `status`; `words` is what to type for the account, `here` whether it applies in this directory, and `isChecked` tells whether the key vouches for what it shows. */
export function statusText(
  head: AccountHead,
  words: string,
  isChecked: boolean,
  now: Date,
  here?: string,
): string {
  const lines = [
    `${safeText(head.label)}: ${accountPerson(head)}${head.profile === undefined ? ' (who signed in is not known)' : ''}`,
    `  provider:  ${safeText(head.provider)} (${safeText(head.issuer, 400)})`,
    ...(head.resource === undefined ? [] : [`  resource:  ${safeText(head.resource, 400)}`]),
    `  account:   ${words}`,
    ...(here === undefined ? [] : [`  here:      ${here}`]),
    `  scopes:    ${scopesText(head.scopes)}`,
    `  valid:     ${validityText(head, now)}`,
    ...(head.tokenType === undefined ? [] : ['  token:     bound to a key of this account (DPoP)']),
    ...refreshTokenLines(head, now),
    `  stored:    ${storeText(head.store)}`,
    `  verified:  ${agoText(head.verifiedAt, now)}`,
  ];
  if (!isChecked) {
    lines.push(`  checked:   ${NOT_CHECKED}`);
  }
  if (head.needsLogin !== undefined) {
    lines.push(
      `  attention: ${safeText(head.needsLogin)}; sign in again with: oauth-login ${safeText(head.target, 400)}`,
    );
  }
  if (head.allowHttpLoopback) {
    lines.push('  allowed:   plain http to a loopback address');
  }
  return `${lines.join('\n')}\n`;
}

function validityText(head: AccountHead, now: Date): string {
  const isRefreshed = head.hasRefreshToken && head.needsLogin === undefined;
  if (isWithdrawn(head)) {
    return isRefreshed ? 'refused; the next use refreshes it' : 'expired or revoked; sign in again';
  }
  const renewal = isRefreshed ? ', then refreshed' : ', then sign in again';
  if (head.expiresAt === undefined) {
    return 'until it is revoked (no expiry)';
  }
  const seconds = Math.floor((Date.parse(head.expiresAt) - now.getTime()) / 1000);
  if (seconds > 0) {
    return `for ${durationText(seconds)}${renewal}`;
  }
  return isRefreshed ? 'expired; the next use refreshes it' : 'expired; sign in again';
}

/** When the sign-in itself ends, where that is known. */
function refreshTokenLines({ refreshTokenExpiresAt, needsLogin }: AccountHead, now: Date): readonly string[] {
  if (refreshTokenExpiresAt === undefined || needsLogin !== undefined) {
    return [];
  }
  const seconds = Math.floor((Date.parse(refreshTokenExpiresAt) - now.getTime()) / 1000);
  return [
    seconds > 0
      ? `  sign-in:   ends in ${durationText(seconds)}, unless a refresh prolongs it`
      : '  sign-in:   has ended; sign in again',
  ];
}
