import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { isPersonPresent } from '../ground/presence.ts';
import { variableName } from '../settings/variables.ts';

/** The error as it is, or, where nobody can sign in, with what a job can be given instead of a person. */
export function withUnattendedHint(error: unknown, target: string | undefined, context: Context): unknown {
  if (!(error instanceof AuthenticationRequiredError) || error.code !== 'login_required') {
    return error;
  }
  if (isPersonPresent(context)) {
    return error;
  }
  const name = target === undefined ? undefined : nameOf(target);
  const variable = name === undefined ? 'OAUTH_LOGIN_<PROVIDER>_TOKEN' : variableName(name, 'TOKEN');
  return new AuthenticationRequiredError(error.code, error.message, {
    hint: `set ${variable} in this job, or let it ask for a token itself with --grant (see oauth-login token --help); at a terminal, ${error.hint}`,
    cause: error,
  });
}

/** The name of the provider that a target means, as far as its text says it. */
function nameOf(target: string): string | undefined {
  if (URL.canParse(target)) {
    return new URL(target).host;
  }
  return /^[a-z0-9][a-z0-9._-]*$/i.test(target) ? target : undefined;
}
