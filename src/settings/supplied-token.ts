import type { Context } from '../ground/context.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { Secret } from '../ground/secret.ts';
import type { TargetFlags } from './target.ts';
import { providerVariable, tokenVariables, variableName } from './variables.ts';

/** An access token that the environment supplies; it wins over a stored one, and is named as the source. */
export interface SuppliedToken {
  readonly token: Secret;
  readonly variable: string;
  /** The name of the provider it is bound to. */
  readonly provider: string;
}

/** The token supplied for the provider of that name; throws a `ConfigurationError` when the variable holds none. */
export function suppliedToken(provider: string, { env }: Pick<Context, 'env'>): SuppliedToken | undefined {
  const value = providerVariable(env, provider, 'TOKEN');
  if (value === undefined) {
    return undefined;
  }
  const variable = variableName(provider, 'TOKEN');
  // RFC 6750 §2.1 allows less; a character that no header may hold shows that something else was pasted.
  if (/^[\x21-\x7e]{1,65536}$/.test(value)) {
    return { token: new Secret(value), variable, provider };
  }
  throw new ConfigurationError('config_invalid_value', `${variable} does not hold a token`, {
    hint: 'put the access token and nothing else into it, or unset it',
  });
}

/** The token supplied for what a target means: a token is bound to the provider it is named after, and to its own host. */
export async function suppliedTokenOf(
  target: string,
  flags: TargetFlags,
  context: Context,
): Promise<SuppliedToken | undefined> {
  if (tokenVariables(context.env).length === 0) {
    return undefined;
  }
  return suppliedToken(await providerName(target, flags, context), context);
}

/**
 * The provider whose token is the only one that the environment supplies, for commands without a target;
 * `undefined` when there is none, more than one, or one that no known provider is named after.
 */
export async function onlySuppliedProvider(context: Context): Promise<string | undefined> {
  const [variable, ...others] = tokenVariables(context.env);
  if (variable === undefined || others.length > 0) {
    return undefined;
  }
  const [{ knownNames }, { readConfiguration }] = await Promise.all([
    import('./named-preset.ts'),
    import('./configuration.ts'),
  ]);
  const names = knownNames(await readConfiguration(context.paths));
  return names.find((name) => variableName(name, 'TOKEN') === variable);
}

async function providerName(target: string, flags: TargetFlags, context: Context): Promise<string> {
  const [{ chooseTarget }, { readConfiguration }] = await Promise.all([
    import('./target.ts'),
    import('./configuration.ts'),
  ]);
  try {
    return chooseTarget(target, flags, await readConfiguration(context.paths)).provider.name;
  } catch (error) {
    // Not of the catalogue: an account may have that name, such as the host of a server.
    if (error instanceof UsageError && error.code === 'usage_unknown_provider') {
      return target;
    }
    throw error;
  }
}
