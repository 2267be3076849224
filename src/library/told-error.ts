import type { AuthenticationRequiredCode } from '../ground/error-code.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';

/**
 * The error with a hint for a program: the hints of the command name its own command lines, and these do not know the
 * accounts that a program keeps for itself.
 */
export function toldToProgram(error: unknown, program: string | undefined): unknown {
  if (!(error instanceof AuthenticationRequiredError)) {
    return error;
  }
  if (error.code === 'person_required') {
    return withHint(error, 'call signIn where a person is: in a terminal, or with the option show');
  }
  return program === undefined ? error : withHint(error, `sign in again in ${program}`);
}

function withHint(error: AuthenticationRequiredError, hint: string): AuthenticationRequiredError {
  const code = error.code as AuthenticationRequiredCode;
  return new AuthenticationRequiredError(code, error.message, { hint, cause: error });
}
