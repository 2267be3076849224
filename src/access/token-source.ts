import type { AccountHead } from '../accounts/account.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import type { AccountChoice } from '../accounts/choose-account.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import type { NetworkSettings } from '../ground/http-options.ts';
import { isPersonPresent } from '../ground/presence.ts';
import type { SuppliedToken } from '../settings/supplied-token.ts';
import { tokenVariables, variableName } from '../settings/variables.ts';
import type { AccessSession } from './access-session.ts';
import type { UnattendedSource } from './unattended-token.ts';

/** A token of the environment, with the account whose place it takes when no target was named. */
export interface SuppliedSource {
  readonly kind: 'supplied';
  readonly supplied: SuppliedToken;
  readonly account?: AccountHead;
}

/** An account, whose secrets are still sealed. */
export interface AccountSource {
  readonly kind: 'account';
  readonly head: AccountHead;
}

/** Where the access token of a target comes from. */
export type TokenSource = SuppliedSource | AccountSource | UnattendedSource;

/**
 * Finds where the access token of a target comes from: a variable wins over the store, whose secrets stay sealed.
 *
 * Throws a `ConfigurationError` for a variable that holds no token, and what `applyingAccount` throws.
 */
export async function chooseTokenSource(
  target: string | undefined,
  choice: AccountChoice,
  access: AccessSession,
): Promise<SuppliedSource | AccountSource> {
  const { context } = access;
  const named = target ?? choice.issuer;
  // Most environments supply no token. Then the code that reads one is not loaded.
  const supply =
    tokenVariables(context.env).length === 0 ? undefined : await import('../settings/supplied-token.ts');
  const supplied = named === undefined ? undefined : await supply?.suppliedTokenOf(named, choice, context);
  if (supplied !== undefined) {
    return suppliedSource(supplied, undefined, access);
  }
  let head: AccountHead;
  try {
    ({ head } = await applyingAccount(target, choice, access));
  } catch (error) {
    const { onlySuppliedToken } = await import('./only-supplied-token.ts');
    const only = await onlySuppliedToken(error, target, choice, context);
    if (only !== undefined) {
      return suppliedSource(only, undefined, access);
    }
    throw withUnattendedHint(error, named, context);
  }
  const own = named === undefined ? supply?.suppliedToken(head.provider, context) : undefined;
  return own === undefined ? { kind: 'account', head } : suppliedSource(own, head, access);
}

function suppliedSource(
  supplied: SuppliedToken,
  account: AccountHead | undefined,
  { note }: AccessSession,
): SuppliedSource {
  note({ kind: 'supplied-token', variable: supplied.variable });
  return { kind: 'supplied', supplied, ...defined({ account }) };
}

/** The name of the provider that the token is of. */
export function providerNameOf(source: TokenSource): string {
  switch (source.kind) {
    case 'supplied':
      return source.supplied.provider;
    case 'account':
      return source.head.provider;
    case 'unattended':
      return source.settings.provider.name;
  }
}

/** The network settings for the token of a source: those of the sign-in. */
export function networkOfSource(source: TokenSource): NetworkSettings {
  switch (source.kind) {
    case 'supplied':
      return {};
    case 'account':
      return source.head;
    case 'unattended':
      return source.settings;
  }
}

/**
 * Gives the error as it is. Where nobody can sign in, its hint says what a job can be given instead of a person.
 */
function withUnattendedHint(error: unknown, target: string | undefined, context: Context): unknown {
  if (!(error instanceof AuthenticationRequiredError) || error.code !== 'login_required') {
    return error;
  }
  if (isPersonPresent(context)) {
    return error;
  }
  const name = target === undefined ? undefined : nameOf(target);
  const variable = name === undefined ? 'OAUTH_LOGIN_<PROVIDER>_TOKEN' : variableName(name, 'TOKEN');
  return new AuthenticationRequiredError(error.code, error.message, {
    hint: `set ${variable} in this job, or let it request a token itself with --grant (see oauth-login help grants); at a terminal, ${error.hint}`,
    cause: error,
  });
}

/** The name of the provider that a target means, as far as the text of the target tells. */
function nameOf(target: string): string | undefined {
  if (URL.canParse(target)) {
    return new URL(target).host;
  }
  return /^[a-z0-9][a-z0-9._-]*$/i.test(target) ? target : undefined;
}
