import { type AccountHead, accountName } from '../accounts/account.ts';
import { isNamed } from '../accounts/account-words.ts';
import { accountsOfTarget } from '../accounts/accounts-of-target.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import type { Session } from '../accounts/session.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { shellWords } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import { takenAlias } from '../settings/account-alias.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { isProviderName } from '../settings/named-preset.ts';
import { isNetworkOfPeople } from '../settings/network-of-people.ts';
import { loginCommand } from './descriptions/login.ts';
import { descriptionOf } from './descriptions.ts';
import { memberOf, namesOf, takesValue } from './flag.ts';

/** What `login` is asked for. */
export interface AskedSignIn {
  readonly target: string;
  readonly flags: LoginFlags;
  /** The stored account that is to be signed in again, and no other. */
  readonly wanted: AccountHead | undefined;
}

/**
 * Reads whose sign-in is meant: that of a target, of an account that is named, or of the one that `--as` has named.
 *
 * Throws what `applyingAccount` throws, and a `UsageError` for a name of `--as` that means something else.
 */
export async function askedSignIn(typed: string, given: LoginFlags, session: Session): Promise<AskedSignIn> {
  const [target, flags] = await withPersonOfNetwork(...withNamedAccount(typed, given), session);
  const called = await calledAccount(target, session);
  const known = called ?? (await accountAtServer(target, session));
  const owner = flags.as === undefined ? undefined : await ownerOf(flags.as, target, flags, session);
  const named = flags.account === undefined ? undefined : await accountNamed(target, flags, session);
  const wanted = named ?? called ?? owner;
  if (owner !== undefined && owner.id !== wanted?.id) {
    throw takenAlias(owner.alias ?? '', accountAt(owner));
  }
  if (known === undefined) {
    return { target, flags: flagsFor(flags, wanted), wanted };
  }
  const [first = target, ...words] = shellWords(known.target);
  const { clientId } = known;
  return { target: first, flags: { clientId, ...flagsOf(words), ...flagsFor(flags, wanted) }, wanted };
}

/**
 * The account that a name means which no provider has: its own name from `--as`, or the name of a server that was signed in
 * to by its address.
 */
export async function knownAccount(target: string, session: Session): Promise<AccountHead | undefined> {
  return (await calledAccount(target, session)) ?? accountAtServer(target, session);
}

async function accountAtServer(
  target: string,
  { store, configuration }: Session,
): Promise<AccountHead | undefined> {
  const name = target.toLowerCase();
  if (/[:/]/.test(name) || isProviderName(name, await configuration())) {
    return undefined;
  }
  return (await store.list()).accounts.find(({ provider }) => provider === name);
}

/** In a network of people, `bluesky:alice.example` and `--account` may name somebody who has not signed in yet. */
async function withPersonOfNetwork(
  target: string,
  flags: LoginFlags,
  { store, configuration }: Session,
): Promise<[string, LoginFlags]> {
  const { account, ...others } = flags;
  if (account === undefined || !isNetworkOfPeople(target, await configuration())) {
    return [target, flags];
  }
  const accounts = await accountsOfTarget(target, flags, (await store.list()).accounts, configuration);
  return accounts.some(isNamed(account)) ? [target, flags] : [target, { loginHint: account, ...others }];
}

/** The account that has this name from `--as`, where the name is not one of a provider. */
async function calledAccount(
  target: string,
  { store, configuration }: Session,
): Promise<AccountHead | undefined> {
  const name = target.toLowerCase();
  if (name.includes(':') || isProviderName(name, await configuration())) {
    return undefined;
  }
  return (await store.list()).accounts.find(({ alias }) => alias === name);
}

/** The account that has the wanted name already. It is the one to sign in again, unless it is of another target. */
async function ownerOf(
  as: string,
  target: string,
  flags: LoginFlags,
  { store, configuration }: Session,
): Promise<AccountHead | undefined> {
  const name = as.toLowerCase();
  if (name === 'help' || descriptionOf(name) !== undefined) {
    throw takenAlias(name, 'a command');
  }
  const owner = (await store.list()).accounts.find(({ alias }) => alias === name);
  if (owner === undefined) {
    return undefined;
  }
  const isOfTarget = (await accountsOfTarget(target, flags, [owner], configuration)).length > 0;
  if (!isOfTarget) {
    throw takenAlias(name, accountAt(owner));
  }
  return owner;
}

/** An account in the words of an error: who, and where. */
export function accountAt(head: AccountHead): string {
  return `${accountName(head)} at ${safeText(head.label)}`;
}

async function accountNamed(target: string, flags: LoginFlags, session: Session): Promise<AccountHead> {
  try {
    return (await applyingAccount(target, flags, session)).head;
  } catch (error) {
    if (!(error instanceof AuthenticationRequiredError) || error.code !== 'login_required') {
      throw error;
    }
    throw new AuthenticationRequiredError(
      error.code,
      `${error.ownMessage}; --account takes somebody who is signed in already`,
      { hint: error.hint },
    );
  }
}

/** The flags with what is known of that account: its client, since a subject can be another for each, and its name. */
function flagsFor(flags: LoginFlags, wanted: AccountHead | undefined): LoginFlags {
  if (wanted === undefined) {
    return flags;
  }
  const loginHint = wanted.profile?.preferred_username ?? wanted.profile?.email;
  return { clientId: wanted.clientId, ...defined({ loginHint }), ...flags };
}

/** The flags that the sign-in before was typed with. */
export function flagsOf(words: readonly string[]): LoginFlags {
  const flags = words.flatMap((word, index) => {
    const flag = loginCommand.flags.find((known) => namesOf(known).includes(word));
    if (flag === undefined) {
      return [];
    }
    return [[memberOf(flag), takesValue(flag) ? words[index + 1] : !word.startsWith('--no-')]];
  });
  return Object.fromEntries(flags);
}
