import { AuthorizationServerError } from '../ground/errors.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** The error with a hint that says where the refused scopes came from: a flag that was used, a file, or this tool. */
export function refusedWithFlags(
  error: unknown,
  { namedScopes, configuration, provider }: Pick<LoginSettings, 'namedScopes' | 'configuration' | 'provider'>,
): unknown {
  if (!(error instanceof AuthorizationServerError) || error.error !== 'invalid_scope') {
    return error;
  }
  const member = `"scopes" of ${provider.name} in config.json`;
  const hint =
    namedScopes.length > 0
      ? 'name only scopes with --scope that the registration of the client allows'
      : configuration.scopes === undefined
        ? `name the scopes that the registration of the client allows in ${member}`
        : `name only scopes in ${member} that the registration of the client allows`;
  return error.with({ hint });
}
