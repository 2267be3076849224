import { isWithdrawn } from '../access/freshness.ts';
import type { AccountHead } from '../accounts/account.ts';
import { durationText } from '../ground/duration.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Check } from './check.ts';
import { type Finding, fine, problem, warning } from './finding.ts';

const DAY = 86_400;
/** Seconds before its end at which an account that cannot be refreshed is told of. */
const SOON = 7 * DAY;
/** Characters of an account's id that tell it apart; its names belong to a person, and into no report. */
const SHORT_ID = 8;

/** Whether the accounts can be used, and for how long. No name of a person is told. */
export const accountsCheck: Check = {
  name: 'accounts',
  run: async ({ session: { context, store } }) => {
    const { accounts, problems } = await store.list();
    const now = context.clock.now();
    const findings = [
      ...problems.map(({ error }) => problem('accounts', error)),
      ...accounts.map((head) => accountFinding(head, now)),
    ];
    return findings.length > 0 ? findings : [fine('accounts', 'nobody is signed in')];
  },
};

function accountFinding(head: AccountHead, now: Date): Finding {
  const name = `${safeText(head.label)} (account ${head.id.slice(0, SHORT_ID)})`;
  const again = `sign in again with: oauth-login ${safeText(head.target, 400)}`;
  const left = head.expiresAt === undefined ? undefined : (Date.parse(head.expiresAt) - now.getTime()) / 1000;
  if (head.needsLogin !== undefined || isWithdrawn(head)) {
    const message = `${name}: the provider does not accept the sign-in any more`;
    return problem('accounts', new AuthenticationRequiredError('login_required', message, { hint: again }));
  }
  if (Date.parse(head.issuedAt) > now.getTime() + DAY * 1000) {
    return warning('accounts', {
      message: `${name}: its token was issued in the future, by the clock of this machine`,
      hint: 'check the date of this machine: date',
    });
  }
  if (left === undefined) {
    return fine('accounts', `${name}: signed in; its token has no known end`);
  }
  if (head.hasRefreshToken) {
    return fine('accounts', `${name}: signed in; its token is refreshed when it ends`);
  }
  if (left <= 0) {
    const message = `${name}: its token expired, and there is no refresh token`;
    return problem('accounts', new AuthenticationRequiredError('login_required', message, { hint: again }));
  }
  const message = `${name}: its token ends in ${durationText(left)}, and there is no refresh token`;
  return left < SOON ? warning('accounts', { message, hint: again }) : fine('accounts', message);
}
