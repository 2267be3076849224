import type { AccessSession } from '../access/access-session.ts';
import { freshToken } from '../access/fresh-token.ts';
import type { AccountHead } from '../accounts/account.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { shellWords } from '../ground/file-system-words.ts';
import { signedInText } from '../output/account-text.ts';
import { chooseServer } from '../output/sign-in-questions.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { settingsOfAddress } from '../sign-in/resource-settings.ts';
import { signIn } from '../sign-in/sign-in.ts';
import { askedSignIn, flagsOf } from './asked-sign-in.ts';
import { signInPorts } from './login.ts';
import { readMinValidity } from './min-validity.ts';
import { openAccess } from './open-access.ts';
import { type TokenSourceFlags, tokenSourceOf } from './token-flags.ts';

/** The flags of a command with `--login`. */
export interface SignInFirstFlags extends TokenSourceFlags {
  readonly minValidity?: string;
  readonly debug?: boolean;
}

/**
 * `--login`: signs in where only that gives the command a token, and says so on standard error. Nothing happens while the
 * stored account is good.
 *
 * Throws an `AuthenticationRequiredError` where nobody is here, and what the sign-in leads to.
 */
export async function signInFirst(
  typed: string | undefined,
  given: SignInFirstFlags,
  context: Context,
): Promise<void> {
  const [target, flags] = withNamedAccount(typed, given);
  // The command itself tells the notes about its token.
  const access = { ...openAccess(flags, context), note: () => {} };
  let account: AccountHead | undefined;
  try {
    const source = await tokenSourceOf(target, flags, access);
    account = source.kind === 'account' ? source.head : undefined;
    await freshToken(source, { minValiditySeconds: readMinValidity(flags.minValidity) }, access);
    return;
  } catch (error) {
    const isSignInNeeded = error instanceof AuthenticationRequiredError;
    if (!isSignInNeeded || (target === undefined && account === undefined)) {
      throw error;
    }
  }
  const [again, asked] = account === undefined ? [target ?? '', firstTime(flags)] : onceMore(account, flags);
  await signInNow(again, asked, access);
}

/**
 * Signs an account in again, and asks for these scopes besides what its sign-in asked for, or with these parameters;
 * gives the account as it is then. Throws what the sign-in leads to.
 */
export async function signInAgainFor(
  account: AccountHead,
  wanted: Pick<LoginFlags, 'scope' | 'param'>,
  flags: SignInFirstFlags,
  access: AccessSession,
): Promise<AccountHead> {
  const [target, asked] = onceMore(account, flags);
  return signInNow(target, { ...asked, ...wanted }, access);
}

async function signInNow(target: string, asked: LoginFlags, access: AccessSession): Promise<AccountHead> {
  const { context } = access;
  const sign = await askedSignIn(target, asked, access);
  const { settings, explained } = await settingsOfAddress(
    sign.target,
    sign.flags,
    access,
    chooseServer(context),
  );
  const ports = signInPorts(settings.provider.label, settings, context);
  const signedIn = await signIn({ settings, wanted: sign.wanted }, access, ports).catch((error: unknown) => {
    throw explained(error);
  });
  context.stderr.write(signedInText(signedIn.account, 'kept', signedIn.missingScopes, context.clock.now()));
  return signedIn.account;
}

/** The name of an account that is not here yet goes to the server as a hint. */
function firstTime({ host, tenant, issuer, account, debug }: SignInFirstFlags): LoginFlags {
  return defined({ host, tenant, issuer, loginHint: account, debug });
}

/** The sign-in of that account as it was typed before. */
function onceMore({ target, id }: AccountHead, { debug }: SignInFirstFlags): readonly [string, LoginFlags] {
  const [first = '', ...words] = shellWords(target);
  return [first, { ...flagsOf(words), account: id, ...defined({ debug }) }];
}
