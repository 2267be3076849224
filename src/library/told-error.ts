import type { AuthenticationRequiredCode, ConfigurationCode, ProtocolCode } from '../ground/error-code.ts';
import {
  AuthenticationRequiredError,
  ConfigurationError,
  type MissingSetting,
  type OAuthLoginError,
  ProtocolError,
} from '../ground/errors.ts';

/** The options that give what is missing. */
const optionsFor: Readonly<Record<MissingSetting, string>> = {
  'client-id': 'register a client at the provider, and give its identifier in the option clientId',
  'client-secret': 'give the secret of the client in the option clientSecret',
  'http-loopback': 'if this server on the same machine is meant, set the option allowHttpLoopback to true',
};

/**
 * The error with a hint for a program: the hints of the command name its own command lines, and these do not know the
 * accounts and the settings that a program keeps for itself. What is missing is given by an option.
 */
export function toldToProgram(error: unknown, program: string | undefined): unknown {
  if (error instanceof ConfigurationError || error instanceof ProtocolError) {
    return error.missing === undefined ? error : withOption(error, error.missing, program);
  }
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

/** Without a name of its own, a program shares what the command has set up, so that the hint of the command helps as well. */
function withOption(
  error: ConfigurationError | ProtocolError,
  missing: MissingSetting,
  program: string | undefined,
): OAuthLoginError {
  const isShared = program === undefined && missing !== 'http-loopback';
  const hint = isShared ? `${optionsFor[missing]}; or: ${error.hint}` : optionsFor[missing];
  return error instanceof ConfigurationError
    ? new ConfigurationError(error.code as ConfigurationCode, error.message, { hint, missing, cause: error })
    : new ProtocolError(error.code as ProtocolCode, error.message, { hint, missing, cause: error });
}
