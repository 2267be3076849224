import type { SignedOut } from '../access/sign-out.ts';
import type { UnreadableAccount } from '../accounts/choose-account.ts';
import type { KeptToken } from '../accounts/unattended-tokens.ts';
import { AuthorizationServerError, ConsequenceError, type OAuthLoginError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import { UNEXPLAINED } from '../protocol/library-errors.ts';
import type { RemovedRegistration } from '../setup/remove-registrations.ts';
import { jsonText } from './json.ts';
import { removedRegistrationDocument } from './removed-registration-text.ts';
import { accountPerson } from './text.ts';

/** What became of the session of an account in the browser. */
export interface EndedInBrowser {
  readonly account: string;
  readonly provider: string;
  readonly browser: 'done' | 'sent' | 'not-offered' | 'failed';
  readonly error?: OAuthLoginError;
}

/** Characters of an error's message that are shown inside a sentence. */
const LONGEST = 400;

/** What `logout` did with one account, and the error that tells of it where its tokens could not be revoked. */
export interface ToldSignOut extends SignedOut {
  readonly error?: ConsequenceError;
}

/** One truthful sentence or two for an account that was signed out. */
export function forgottenText({ head, revocation, reviewPage }: SignedOut): string {
  const label = safeText(head.label);
  const start = `Signed out ${accountPerson(head)} at ${label}: `;
  const page = reviewPage === undefined ? '' : `; withdraw the access at ${reviewPage}`;
  const end = `until ${head.expiresAt === undefined ? `you revoke them at ${label}` : 'they expire'}${page}`;
  const here = 'the tokens were deleted from this machine';
  switch (revocation.kind) {
    case 'revoked':
      return `${start}the tokens were revoked at ${label} and deleted from this machine.\n`;
    case 'access-token-left': {
      const until =
        head.expiresAt === undefined
          ? ` until you revoke it at ${label}`
          : ` until ${safeText(head.expiresAt)}`;
      return `${start}the refresh token was revoked at ${label}, and ${here}. ${label} does not revoke the access token (${refusalText(revocation.refusal)}), so it may stay valid${until}${page}.\n`;
    }
    case 'not-offered':
      return `${start}${here}. ${label} offers no way to revoke them, so they stay valid ${end}.\n`;
    case 'not-asked':
      return `${start}${here}. ${label} was not asked to revoke them (${safeText(revocation.error.message, LONGEST)}), so they stay valid ${end}.\n`;
    case 'failed': {
      const { error } = revocation;
      const answer =
        error instanceof AuthorizationServerError
          ? `refused to revoke them (${refusalText(error)})`
          : `was asked to revoke them, and that failed (${safeText(error.message, LONGEST)})`;
      return `${start}${here}, but ${label} ${answer}, so they may stay valid ${end}.\n`;
    }
  }
}

/**
 * What `logout` did with an account. Where its tokens could not be revoked, the failed request is told by what it means
 * for the account; `command` forgets the account all the same.
 */
export function toldSignOut(outcome: SignedOut, command: string): ToldSignOut {
  if (!('error' in outcome.revocation)) {
    return outcome;
  }
  const { error } = outcome.revocation;
  return { ...outcome, error: new ConsequenceError(error, notSignedOutText(outcome, error, command)) };
}

/** What happened to an account whose tokens could not be revoked, why, and what helps. */
function notSignedOutText(
  { head, isForgotten, reviewPage }: SignedOut,
  error: OAuthLoginError,
  command: string,
): { readonly message: string; readonly hint: string } {
  if (isForgotten) {
    const remedy =
      reviewPage === undefined
        ? 'ask the people who run the provider to revoke its tokens'
        : `withdraw the access at ${reviewPage}`;
    return { message: error.message, hint: `the sign-in is deleted from this machine; ${remedy}` };
  }
  const page = reviewPage === undefined ? '' : ` (withdraw the access at ${reviewPage})`;
  return {
    message: `${accountPerson(head)} was not signed out of ${safeText(head.label)}: ${error.message}`,
    hint: `${error.hint}; or delete the tokens from this machine, though they may stay valid${page}: ${command}`,
  };
}

function refusalText({ error, status }: AuthorizationServerError): string {
  return error === UNEXPLAINED && status !== undefined ? `status ${status}` : error;
}

/** What `logout` says of tokens that belong to no person. */
export function forgottenTokensText(count: number): string {
  return `Deleted ${count} kept ${count === 1 ? 'token' : 'tokens'} of --grant from this machine; ${count === 1 ? 'it stays valid at the provider until it expires' : 'they stay valid at the provider until they expire'}.\n`;
}

/**
 * What `logout --json` answers: one entry for each account, then one for each kept token of `--grant`, then one for
 * each account that stays because its file cannot be read, then one for each client that this tool registered, then one for
 * each session in the browser.
 */
export function forgottenJson(
  outcomes: readonly ToldSignOut[],
  keptTokens: readonly KeptToken[],
  unreadable: readonly UnreadableAccount[],
  registrations: readonly RemovedRegistration[],
  inBrowser: readonly EndedInBrowser[],
): string {
  return jsonText([
    ...outcomes.map(({ head, revocation, isForgotten, error }) => ({
      account: head.id,
      provider: head.provider,
      revocation: revocation.kind,
      ...(error === undefined ? {} : { error: errorMembers(error) }),
      ...('refusal' in revocation ? { access_token_expires_at: head.expiresAt ?? null } : {}),
      forgotten: isForgotten,
    })),
    ...keptTokens.map(({ grant, provider, clientId }) => ({
      grant,
      provider,
      client_id: clientId ?? null,
      revocation: 'not-tried',
      forgotten: true,
    })),
    ...unreadable.map(({ id, error }) => ({ account: id, error: errorMembers(error), forgotten: false })),
    ...registrations.map(removedRegistrationDocument),
    ...inBrowser.map(({ error, ...ended }) =>
      error === undefined ? ended : { ...ended, error: errorMembers(error) },
    ),
  ]);
}

function errorMembers({ code, message, hint }: OAuthLoginError) {
  return { code, message, hint };
}
