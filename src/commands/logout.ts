import type { AccessSession } from '../access/access-session.ts';
import { sessionsToEnd } from '../access/sessions-to-end.ts';
import { type SignedOut, signOut } from '../access/sign-out.ts';
import type { AccountHead } from '../accounts/account.ts';
import { openBegunSignIns } from '../accounts/begun-sign-ins.ts';
import {
  type AccountChoice,
  type UnreadableAccount,
  unreadableAccounts,
} from '../accounts/choose-account.ts';
import { openUnattendedTokens } from '../accounts/unattended-tokens.ts';
import type { Context } from '../ground/context.ts';
import { type OAuthLoginError, StoreError, UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import {
  forgottenJson,
  forgottenText,
  forgottenTokensText,
  type ToldSignOut,
  toldSignOut,
} from '../output/logout-text.ts';
import { registrationError, removedRegistrationText } from '../output/removed-registration-text.ts';
import { problemText } from '../output/text.ts';
import { writeWords } from '../output/write-words.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { removeRegistrations } from '../setup/remove-registrations.ts';
import { chooseAccounts, issuersOf } from './accounts-to-sign-out.ts';
import { endSessions } from './end-sessions.ts';
import { offerDeletion } from './offer-deletion.ts';
import { openAccess } from './open-access.ts';
import { keptClientsWords } from './tell-kept-clients.ts';
import { tellRulesLeft } from './tell-rules-left.ts';

/** The flags of `logout`. */
export interface LogoutFlags extends AccountChoice {
  /** Every account, or every one of the target. */
  readonly all?: boolean;
  /** Delete an account even when its tokens could not be revoked. */
  readonly forget?: boolean;
  /** End the session in the browser, too. */
  readonly browserToo?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/**
 * `oauth-login logout`: takes the tokens back at the provider, forgets them here, and says which of the two happened.
 *
 * An account whose tokens could not be revoked stays, unless `--forget` was given; so does one whose file cannot be
 * read. Its error is told after everything else is done. `--all` without a target also deletes the clients that this tool
 * registered; otherwise a person at a terminal is offered that for those that no account uses any more.
 */
export async function logout(typed: string | undefined, given: LogoutFlags, context: Context): Promise<void> {
  const [target, flags] = withNamedAccount(typed, given);
  if (flags.all === true && flags.account !== undefined) {
    throw new UsageError('usage_conflict', '--all means every account of a provider, and one is named', {
      hint: 'leave out --all, or name the provider alone',
    });
  }
  const access = openAccess(flags, context);
  const configuration = await access.configuration();
  const stored = await access.store.list();
  const kept = openUnattendedTokens(context);
  const { tokens } = kept.list();
  const chosen = await chooseAccounts(target, flags, stored, tokens, access);
  const named = [target, flags.host, flags.tenant, flags.issuer];
  const isEveryone = flags.all === true && named.every((one) => one === undefined);
  const issuers = isEveryone ? undefined : issuersOf(chosen, target, flags, tokens, configuration);
  const keptTokens = kept.remove(issuers);
  if (isEveryone) {
    // One that a person finishes later would make an account after all were signed out.
    openBegunSignIns(context).removeOld('all');
  }
  const unreadable = flags.all ? unreadableAccounts(stored.problems, issuers) : [];
  const sessions = flags.browserToo ? await sessionsToEnd(chosen, access) : [];
  const outcomes = await signOutAll(chosen, flags, access);
  const command = commandWithForget(target, flags);
  const told = outcomes.map((outcome) => toldSignOut(outcome, command));
  const errors = notSignedOut(told);
  const forget = flags.forget === true;
  const registrations = isEveryone
    ? await removeRegistrations({ forget }, access)
    : flags.json
      ? []
      : await offerDeletion(forgottenHeads(outcomes), forget, access);
  errors.push(
    ...registrations.flatMap((removed) => {
      const { provider } = removed.client;
      const setup = `oauth-login setup ${shellQuoted(provider)} --remove --forget`;
      return registrationError(removed, isEveryone ? undefined : setup) ?? [];
    }),
  );
  const inBrowser = await endSessions(sessions, flags, context);
  errors.push(...inBrowser.flatMap(({ error }) => error ?? []));
  if (flags.json) {
    context.stdout.write(forgottenJson(told, keptTokens, unreadable, registrations, inBrowser));
  } else if (outcomes.length === 0 && keptTokens.length === 0 && unreadable.length === 0) {
    writeWords(context, 'Nobody was signed in.\n');
  } else if (keptTokens.length > 0) {
    writeWords(context, forgottenTokensText(keptTokens.length), 'done');
  }
  if (!flags.json) {
    for (const removed of registrations) {
      const kind = removed.registration === 'deleted' ? 'done' : 'words';
      writeWords(context, removedRegistrationText(removed), kind);
    }
    writeWords(context, isEveryone ? await keptClientsWords(context) : '');
  }
  if (unreadable.length > 0) {
    errors.unshift(unreadableError(unreadable, flags, context));
  }
  const [first, ...others] = errors;
  if (!flags.json) {
    const { accounts } = await access.store.list();
    tellRulesLeft(forgottenHeads(outcomes), accounts, context);
    for (const error of others) {
      context.stderr.write(problemText('warning', error));
    }
  }
  if (first !== undefined) {
    throw first;
  }
}

/** Signs out one account after the other, and says so at once. */
async function signOutAll(
  chosen: readonly AccountHead[],
  { forget = false, json }: LogoutFlags,
  access: AccessSession,
): Promise<readonly SignedOut[]> {
  const outcomes: SignedOut[] = [];
  for (const head of chosen) {
    const outcome = await signOut(head, { forget }, access);
    if (outcome === undefined) {
      continue;
    }
    outcomes.push(outcome);
    if (outcome.isForgotten && !json) {
      writeWords(access.context, forgottenText(outcome), 'done');
    }
  }
  return outcomes;
}

/** The accounts that are not kept here any more. */
function forgottenHeads(outcomes: readonly SignedOut[]): readonly AccountHead[] {
  return outcomes.flatMap(({ head, isForgotten }) => (isForgotten ? [head] : []));
}

/** The errors of the accounts that stay, each with the exit code of what kept its tokens from being revoked. */
function notSignedOut(outcomes: readonly ToldSignOut[]): OAuthLoginError[] {
  return outcomes.flatMap(({ error, isForgotten }) => (error === undefined || isForgotten ? [] : [error]));
}

/** The same command line, with `--forget`. */
function commandWithForget(target: string | undefined, flags: LogoutFlags): string {
  const words = [
    ...(target === undefined ? [] : [target]),
    ...(flags.all === true ? ['--all'] : []),
    ...(flags.account === undefined ? [] : ['--account', flags.account]),
    ...(flags.host === undefined ? [] : ['--host', flags.host]),
    ...(flags.issuer === undefined ? [] : ['--issuer', flags.issuer]),
  ];
  return ['oauth-login logout', ...words.map(shellQuoted), '--forget'].join(' ');
}

/**
 * Gives the error for the first file. The errors of the others are written as warnings, unless the answer is JSON.
 */
function unreadableError(
  unreadable: readonly UnreadableAccount[],
  flags: LogoutFlags,
  context: Context,
): StoreError {
  const [first, ...others] = unreadable;
  if (!flags.json) {
    for (const { error } of others) {
      context.stderr.write(problemText('warning', error));
    }
  }
  const count = others.length === 0 ? 'one account was' : `${unreadable.length} accounts were`;
  return new StoreError('store_unreadable_account', `${count} not signed out: ${first?.error.message}`, {
    hint: `its tokens may still be valid; ${first?.error.hint}`,
    cause: first?.error,
  });
}
