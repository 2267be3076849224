import type { Environment } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';

/** Settings of a provider that a variable can carry. */
export type ProviderVariable = 'CLIENT_ID' | 'CLIENT_SECRET' | 'TOKEN' | 'REFRESH_TOKEN' | 'SUBJECT_TOKEN';

/** The variable that carries a setting of a provider, such as `OAUTH_LOGIN_GITHUB_CLIENT_ID`. */
export function variableName(provider: string, setting: ProviderVariable): string {
  return `OAUTH_LOGIN_${provider.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_${setting}`;
}

/** What no provider's name may end in, for its variable to be one of an access token. */
const OTHER_TOKEN = /_(REFRESH|SUBJECT)_TOKEN$/;

/** A variable of a provider; an empty one counts as not set, and the refresh token of `x` is no token of `x-refresh`. */
export function providerVariable(
  env: Environment,
  provider: string,
  setting: ProviderVariable,
): string | undefined {
  const name = variableName(provider, setting);
  if (setting === 'TOKEN' && OTHER_TOKEN.test(name)) {
    return undefined;
  }
  return variableText(env, name);
}

/** Where the client identifier and the secret can come from when nobody is there to be asked. */
export function clientVariables(provider: { readonly name: string }): {
  readonly id: string;
  readonly secret: string;
} {
  return {
    id: variableName(provider.name, 'CLIENT_ID'),
    secret: variableName(provider.name, 'CLIENT_SECRET'),
  };
}

/** The names of the variables that supply an access token. */
export function tokenVariables(env: Environment): string[] {
  return Object.keys(env).filter(
    // Most names do not belong to this tool. This check is the fastest way to tell.
    (name) =>
      name.startsWith('OAUTH_LOGIN_') &&
      /^OAUTH_LOGIN_.+_TOKEN$/.test(name) &&
      !OTHER_TOKEN.test(name) &&
      variableText(env, name),
  );
}
