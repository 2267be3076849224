import type { AccountHead } from '../accounts/account.ts';
import type { UnreadableAccount } from '../accounts/choose-account.ts';
import type { KeptToken } from '../accounts/grant-tokens.ts';
import type { OAuthLoginError } from '../errors.ts';
import { safeText } from '../safe-text.ts';
import { jsonText } from './json.ts';
import { person } from './text.ts';

/** What `logout` did with one account. */
export interface Forgotten {
  readonly head: AccountHead;
  readonly revocation: 'revoked' | 'not-offered' | 'failed';
  readonly error?: OAuthLoginError;
  /** Page on which the End-User can withdraw the access. */
  readonly reviewPage?: string;
}

/** One truthful sentence for each account that was signed out. */
export function forgottenText({ head, revocation, reviewPage }: Forgotten): string {
  const label = safeText(head.label);
  const who = `${person(head.profile)} at ${label}`;
  const page = reviewPage === undefined ? '' : `; withdraw the access at ${reviewPage}`;
  const end = head.expiresAt === undefined ? 'that is done there' : 'they expire';
  switch (revocation) {
    case 'revoked':
      return `Signed out ${who}: the tokens were revoked there and forgotten here.\n`;
    case 'not-offered':
      return `Signed out ${who}: the tokens were forgotten here. ${label} offers no way to revoke them, so they stay valid until ${end}${page}.\n`;
    case 'failed':
      return `Signed out ${who}: the tokens were forgotten here, but ${label} did not confirm that it revoked them, so they may stay valid until ${end}${page}.\n`;
  }
}

/** What `logout` says of tokens that belong to no person. */
export function forgottenGrantsText(count: number): string {
  return `Forgot ${count} kept ${count === 1 ? 'token' : 'tokens'} of --grant here; ${count === 1 ? 'it stays' : 'they stay'} valid at the provider until the end of ${count === 1 ? 'its' : 'their'} time.\n`;
}

/**
 * What `logout --json` answers: one entry for each account, then one for each kept token of `--grant`, then one for
 * each account that stays because its file cannot be read.
 */
export function forgottenJson(
  outcomes: readonly Forgotten[],
  grants: readonly KeptToken[],
  unreadable: readonly UnreadableAccount[],
): string {
  return jsonText([
    ...outcomes.map(({ head, revocation, error }) => ({
      account: head.id,
      provider: head.provider,
      revocation,
      ...(error === undefined ? {} : { error: errorMembers(error) }),
      forgotten: true,
    })),
    ...grants.map(({ grant, provider, clientId }) => ({
      grant,
      provider,
      client_id: clientId ?? null,
      revocation: 'not-tried',
      forgotten: true,
    })),
    ...unreadable.map(({ id, error }) => ({ account: id, error: errorMembers(error), forgotten: false })),
  ]);
}

function errorMembers({ code, message, hint }: OAuthLoginError) {
  return { code, message, hint };
}
