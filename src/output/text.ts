import type { AccountHead } from '../accounts/account.ts';
import type { OnceMore } from '../grants/sign-in-progress.ts';
import { durationText } from '../ground/duration.ts';
import type { NetworkError, OAuthLoginError } from '../ground/errors.ts';
import { breakCommands, safeText } from '../ground/safe-text.ts';
import { person } from '../profile/person.ts';
import type { Profile } from '../profile/profile.ts';
import type { StoreKind } from '../secrets/store-kind.ts';

/** Longer than any message of this tool. A longer text came from elsewhere. */
const LONGEST_LINE = 4000;

/** The owner of an account, as a person reads it: the person, or the client where nobody is named. */
export function accountPerson({ profile, clientId }: Pick<AccountHead, 'profile' | 'clientId'>): string {
  return profile === undefined ? breakCommands(`client ${safeText(clientId)}`) : person(profile);
}

/** A note of `login`: why the profile is not the provider's own answer, and what stands in its place. */
export function profileProblemText(
  profile: Profile | undefined,
  problem: Pick<OAuthLoginError, 'message'>,
  label: string,
): string {
  const instead =
    profile === undefined
      ? `the account is stored without a profile, because ${safeText(label)} did not say who signed in`
      : 'the ID Token says who signed in';
  return `${safeText(problem.message, LONGEST_LINE)}; ${instead}`;
}

/** The two lines of an error or a warning, in the manner of git: what happened, and what to do next. */
export function problemText(
  kind: 'error' | 'warning',
  { message, hint }: Pick<OAuthLoginError, 'message' | 'hint'>,
): string {
  return `oauth-login: ${kind}: ${safeText(message, LONGEST_LINE)}\noauth-login: hint: ${safeText(hint, LONGEST_LINE)}\n`;
}

/** The key is not asked for where that may ask somebody, or takes its time. */
export const NOT_CHECKED = 'not checked, because only the key can show whether the file was edited';

/** A note of `status` for a token that comes from the environment. */
export function variableTokenText(variable: string): string {
  return `${variable} is set: its token is used instead of a stored one\n`;
}

/** What `whoami` answers; `source` is a line that says where the answer comes from when it is not the provider. */
export function whoamiText(profile: Profile, label: string, source?: string): string {
  return `${person(profile)} at ${safeText(label)}${source === undefined ? '' : `\n  ${source}`}\n`;
}

/** The source of an answer that was stored; `isChecked` tells whether the key vouches for it. */
export function storedSourceText(head: AccountHead, isChecked: boolean, now: Date): string {
  const asked = `as stored; ${safeText(head.label)} was last asked ${agoText(head.verifiedAt, now)}`;
  return isChecked ? asked : `${asked}\n  ${NOT_CHECKED}`;
}

/** The source of an answer where the provider showed no profile at sign-in. */
export function idTokenSourceText({ label }: AccountHead): string {
  return `as the ID Token said at sign-in; ${safeText(label)} does not show the profile to this token`;
}

/** What `whoami` answers where the server does not say who signed in. */
export function nobodyNamedText(label: string, clientId?: string): string {
  const client = clientId === undefined ? '' : ` (client ${safeText(clientId)})`;
  return breakCommands(`${safeText(label)} does not say who signed in${client}\n`);
}

/** Where the sealing key lives, and what that protects from. */
export function storeText(store: StoreKind): string {
  switch (store) {
    case 'keychain':
      return "encrypted; the key is in the system's keychain";
    case 'passphrase':
      return 'encrypted; the key is derived from your passphrase';
    case 'file':
      return 'encrypted, but the key is in a file beside it: only file permissions protect it';
  }
}

/** A note of `token`: a new token that lives shorter than was asked for. */
export function shortLivedText(head: AccountHead, askedSeconds: number, now: Date): string {
  const seconds = Math.floor((Date.parse(head.expiresAt ?? '') - now.getTime()) / 1000);
  return `note: a new token of ${safeText(head.label)} is valid for ${durationText(seconds)}, less than the ${durationText(askedSeconds)} that you asked for\n`;
}

/** What a person is told when the server's clock is that many seconds ahead of the one here. */
export function clockOffsetText(seconds: number, label: string): string {
  const way = seconds > 0 ? 'behind' : 'ahead of';
  return `the clock of this machine is ${durationText(Math.abs(seconds))} ${way} that of ${safeText(label)}; set it, or sign-ins may be refused`;
}

/** Why a sign-in takes one more round, and what comes of it. */
export function onceMoreText(reason: OnceMore, label: string): string {
  const name = safeText(label);
  switch (reason) {
    case 'offline-access-refused':
      return `${name} refused the request for a refresh token, so the sign-in is tried again without one`;
    case 'consent':
      return `${name} gave no refresh token, because it did not ask you for consent; the sign-in page opens again and asks for it`;
  }
}

/** How long ago an instant was, in the largest unit that fits. */
export function agoText(instant: string, now: Date): string {
  const seconds = Math.round((now.getTime() - Date.parse(instant)) / 1000);
  return seconds < 10 ? 'just now' : `${durationText(seconds)} ago`;
}

/** Scopes as a person reads them. */
export function scopesText(scopes: readonly string[]): string {
  return scopes.length === 0 ? 'none' : scopes.map((scope) => safeText(scope)).join(' ');
}

/** Why a poll failed: the status of the server's own failure, or the network. */
export function pollFailureText(error: NetworkError): string {
  return error.code === 'network_server_error' ? error.message : 'the network does not answer at the moment';
}

/** That the server's metadata do not say whether it checks PKCE. */
export function pkceNotAnnouncedText(label: string): string {
  return `${label} does not say whether it checks PKCE; the challenge (S256) is sent anyway`;
}

/** That a sign-in ends after some days whatever happens, and why, where that is known. */
export function signInEndText(label: string, seconds: number, reason: string | undefined): string {
  const days = Math.max(1, Math.round(seconds / 86_400));
  const why = reason === undefined ? '' : ` (${reason})`;
  return `${label} ends this sign-in after ${days} ${days === 1 ? 'day' : 'days'}, and then you sign in again${why}`;
}
