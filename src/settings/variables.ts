import type { Environment } from '../context.ts';

/** Settings of a provider that a variable can carry. */
export type ProviderVariable = 'CLIENT_ID' | 'CLIENT_SECRET' | 'TOKEN';

/** The variable that carries a setting of a provider, such as `OAUTH_LOGIN_GITHUB_CLIENT_ID`. */
export function variableName(provider: string, setting: ProviderVariable): string {
  return `OAUTH_LOGIN_${provider.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_${setting}`;
}

/** A variable of a provider; an empty one counts as not set. */
export function providerVariable(
  env: Environment,
  provider: string,
  setting: ProviderVariable,
): string | undefined {
  const value = env[variableName(provider, setting)];
  return value === '' ? undefined : value;
}

/** The names of the variables that supply an access token. */
export function tokenVariables(env: Environment): string[] {
  return Object.keys(env).filter((name) => /^OAUTH_LOGIN_.+_TOKEN$/.test(name) && env[name]);
}
