import {
  AuthenticationRequiredError,
  type OAuthLoginError,
  StoreError,
  UsageError,
} from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { TargetFlags } from '../settings/target.ts';
import type { AccountHead } from './account.ts';
import { accountWords } from './account-words.ts';

/** The error when nobody is signed in there, or nobody with that name. */
export function notSignedInError(
  target: string | undefined,
  flags: TargetFlags & { readonly account?: string },
  candidates: readonly AccountHead[],
  configured?: string,
): AuthenticationRequiredError | UsageError {
  if (flags.account !== undefined && candidates.length > 0) {
    const names = candidates.map((head) => shellQuoted(accountWords(head, candidates))).join(', ');
    return new UsageError(
      'usage_unknown_account',
      `there is no account ${JSON.stringify(flags.account)} here`,
      {
        hint: `signed in: ${names}`,
      },
    );
  }
  const wanted = target ?? flags.issuer;
  const where = wanted === undefined ? '' : ` to ${wanted}`;
  const command =
    wanted === undefined
      ? `oauth-login ${shellQuoted(configured ?? 'github')} (oauth-login providers lists the others)`
      : `oauth-login ${signInWords(wanted, flags)}`;
  return new AuthenticationRequiredError('login_required', `nobody is signed in${where}`, {
    hint: `sign in with: ${command}`,
  });
}

/** The target and the flags of the command, as they have to be typed to sign in there. */
function signInWords(wanted: string, { host, tenant, issuer }: TargetFlags): string {
  const server = issuer ?? wanted;
  return [
    shellQuoted(wanted),
    ...(host === undefined ? [] : [`--host ${shellQuoted(host)}`]),
    ...(tenant === undefined ? [] : [`--tenant ${shellQuoted(tenant)}`]),
    ...(issuer === undefined || issuer === wanted ? [] : [`--issuer ${shellQuoted(issuer)}`]),
    ...(server.startsWith('http:') ? ['--allow-http-loopback'] : []),
  ].join(' ');
}

/** The error when more than one account fits. It lists the choices, each in the words that mean it. */
export function ambiguousAccountError(accounts: readonly AccountHead[]): UsageError {
  const choices = accounts.map((account) => shellQuoted(accountWords(account, accounts)));
  return new UsageError('usage_ambiguous_account', `more than one account fits: ${choices.join(', ')}`, {
    hint: 'name the one that you mean in place of the provider, or set default_account in the configuration file',
  });
}

/** The error when a file that cannot be read may hold the account that is meant. */
export function uncertainAccountError(error: OAuthLoginError, other: AccountHead): StoreError {
  const name = shellQuoted(accountWords(other, [other]));
  return new StoreError('store_unreadable_account', `${error.message}; it may be the account that you mean`, {
    hint: `name the other one, ${name}, or ${error.hint}`,
    cause: error,
  });
}

/** The error for a file among the accounts that this tool did not write. */
export function foreignFile(file: string): StoreError {
  return new StoreError('store_corrupt', `the file ${file} is not an account file`, {
    hint: 'move it somewhere else',
  });
}

/** The error for an account that was deleted after the command had begun. */
export function notStored(head: AccountHead): AuthenticationRequiredError {
  return new AuthenticationRequiredError(
    'login_required',
    `the account at ${head.label} is no longer stored`,
    {
      hint: `sign in again with: oauth-login ${head.target}`,
    },
  );
}

/**
 * The error when another process took over the lock of the account, because this process was paused for too long.
 */
export function lostLock(): StoreError {
  return new StoreError('store_busy', 'another process took over this account while this one was paused', {
    hint: 'run the command again',
  });
}

/** The error that nobody is signed in, for a person who wants to sign out: the advice to sign in would mislead. */
export function nothingToSignOut(error: OAuthLoginError): AuthenticationRequiredError {
  return new AuthenticationRequiredError('login_required', error.message, {
    hint: 'there is nothing to sign out; to see who is signed in: oauth-login status',
    cause: error,
  });
}
