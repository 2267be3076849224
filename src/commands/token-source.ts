import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount } from '../accounts/choose-account.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { Secret } from '../secrets/secret.ts';
import type { Configuration } from '../settings/configuration.ts';
import { providerVariable, variableName } from '../settings/variables.ts';

/** An access token from the environment, bound to the provider (and its host) that the variable is named after. */
export interface VariableToken {
  readonly variable: string;
  readonly provider: string;
  readonly token: Secret;
}

/** Where the access token of a target comes from: a variable, or an account whose secrets are still sealed. */
export type TokenSource = VariableToken | { readonly head: AccountHead };

/**
 * Finds where the access token of a target comes from; a variable wins over the store, which is not opened here.
 *
 * Throws a `UsageError` for a variable that holds no token, and what `chooseAccount` throws.
 */
export async function chooseTokenSource(
  target: string | undefined,
  flags: AccountFlags,
  store: AccountStore,
  context: Context,
  configuration: () => Promise<Configuration>,
): Promise<TokenSource> {
  const named = target === undefined ? undefined : await providerName(target, flags, configuration);
  const given = named === undefined ? undefined : tokenOfVariable(named, context);
  if (given !== undefined) return given;
  const head = await chooseAccount(target, flags, (await store.list()).accounts, configuration);
  return (target === undefined ? tokenOfVariable(head.provider, context) : undefined) ?? { head };
}

async function providerName(
  target: string,
  flags: AccountFlags,
  configuration: () => Promise<Configuration>,
): Promise<string> {
  if (flags.host === undefined && flags.issuer === undefined && !target.includes('/')) return target;
  const { chooseTarget } = await import('../settings/target.ts');
  return chooseTarget(target, flags, await configuration()).provider.name;
}

function tokenOfVariable(provider: string, context: Context): VariableToken | undefined {
  const value = providerVariable(context.env, provider, 'TOKEN');
  if (value === undefined) return undefined;
  const variable = variableName(provider, 'TOKEN');
  if (!/^[\x21-\x7e]{1,65536}$/.test(value)) {
    throw new UsageError('usage_invalid', `${variable} does not hold a token`, {
      hint: 'it has to hold the access token and nothing else, or not to be set',
    });
  }
  if (context.stderr.isTTY) context.stderr.write(`using the token in ${variable}\n`);
  return { variable, provider, token: new Secret(value) };
}
