import {
  AuthenticationRequiredError,
  type OAuthLoginError,
  StoreError,
  UsageError,
} from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import { type NamedAccount, readNamedAccount } from '../settings/named-account.ts';
import { ACCOUNT_VARIABLE, type AccountRule, type RuleSource } from '../settings/rules-that-hold.ts';
import type { TargetFlags } from '../settings/target.ts';
import type { AccountHead } from './account.ts';
import { accountWords } from './account-words.ts';

/** The name that a server without another one has: its host, perhaps with a port. */
const ADDRESS_AS_NAME = /\./;
/** A user name, or what `--as` takes; never an e-mail address. */
const PLAIN_NAME = /^[\w.-]+$/;

/** The error when nobody is signed in there, or nobody with that name. */
export function notSignedInError(
  target: string | undefined,
  flags: TargetFlags & { readonly account?: string },
  candidates: readonly AccountHead[],
  configured?: string,
): AuthenticationRequiredError {
  const wanted = target ?? flags.issuer;
  const { account } = flags;
  if (account !== undefined && candidates.length > 0) {
    const names = candidates.map((head) => shellQuoted(accountWords(head, candidates))).join(', ');
    const signIn =
      wanted === undefined
        ? ''
        : `sign in with: oauth-login ${signInWords(wanted, flags)}; or choose another: `;
    return new AuthenticationRequiredError(
      'login_required',
      `there is no account ${JSON.stringify(account)} here`,
      { hint: `${signIn}${signIn === '' ? 'signed in: ' : ''}${names}` },
    );
  }
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
function signInWords(
  wanted: string,
  { host, tenant, issuer, account }: TargetFlags & { readonly account?: string },
): string {
  const server = issuer ?? wanted;
  return [
    shellQuoted(wanted),
    ...(host === undefined ? [] : [`--host ${shellQuoted(host)}`]),
    ...(tenant === undefined ? [] : [`--tenant ${shellQuoted(tenant)}`]),
    ...(issuer === undefined || issuer === wanted ? [] : [`--issuer ${shellQuoted(issuer)}`]),
    ...(server.startsWith('http:') ? ['--allow-http-loopback'] : []),
    ...(account === undefined ? [] : [`--login-hint ${shellQuoted(safeText(account))}`]),
  ].join(' ');
}

/** The error when more than one account fits. It lists the choices, each in the words that mean it. */
export function ambiguousAccountError(accounts: readonly AccountHead[]): UsageError {
  const choices = accounts.map((account) => shellQuoted(accountWords(account, accounts)));
  return new UsageError('usage_ambiguous_account', `more than one account fits: ${choices.join(', ')}`, {
    hint: `name the one that you mean in place of the provider, or make one the default: oauth-login switch ${choices[0]}`,
  });
}

/** The error when the account that a rule means is not signed in. No other one takes its place. */
export function signedOutError(
  { account, source }: AccountRule,
  others: readonly AccountHead[],
): AuthenticationRequiredError {
  const named = readNamedAccount(account);
  const shown = safeText(account);
  const signIn =
    named === undefined ? 'sign in, and give it that name with --as' : signInAgain(named, others);
  const [other] = others;
  const choose = other === undefined ? '' : `; or choose another: ${otherChoice(source, other, others)}`;
  return new AuthenticationRequiredError(
    'account_signed_out',
    `${whoMeans(source)} ${shown}, which is not signed in under that name`,
    { hint: `${signIn}${choose}` },
  );
}

/** Nobody knows any more whether a name without `@` was a user name or the name of `--as`. */
function signInAgain({ provider, account }: NamedAccount, others: readonly AccountHead[]): string {
  const isThere = others.some((head) => head.provider === provider);
  if (ADDRESS_AS_NAME.test(provider) && !isThere) {
    return `sign in by the address of ${safeText(provider)}, as at the first time`;
  }
  const name = shellQuoted(safeText(account));
  const command = `oauth-login ${shellQuoted(provider)}`;
  const hinted = `sign in with: ${command} --login-hint ${name}`;
  return PLAIN_NAME.test(account)
    ? `${hinted} (if you gave that name with --as: ${command} --as ${name})`
    : hinted;
}

function whoMeans(source: RuleSource): string {
  switch (source.kind) {
    case 'variable':
      return `${ACCOUNT_VARIABLE} names`;
    case 'directory':
      return `${source.directory} means`;
    case 'default':
    case 'overall':
      return 'the default account is';
  }
}

/** The command that makes a rule mean an account that is signed in. */
function otherChoice(source: RuleSource, other: AccountHead, others: readonly AccountHead[]): string {
  const words = shellQuoted(accountWords(other, others));
  switch (source.kind) {
    case 'variable':
      return `export ${ACCOUNT_VARIABLE}=${words}`;
    case 'directory':
      return `oauth-login use ${words} ${shellQuoted(source.directory)}`;
    case 'default':
      return `oauth-login switch ${words}`;
    case 'overall':
      return `oauth-login switch ${words} --everywhere`;
  }
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
