import { UsageError } from '../ground/errors.ts';

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Names that loaders, interpreters and shells act on: a value from a server must not end up there (CWE-427). */
const LOADER_NAMES = /^(?:LD|DYLD|OAUTH_LOGIN)_/i;
const STEERING_NAMES =
  /^(?:NODE|NPM_CONFIG|JAVA|_JAVA|JDK|DOTNET|COR|CORECLR|COMPLUS|GCONV|GLIBC|MALLOC|OPENSSL|XDG|LC|GIT|BASH)_|^(?:BASH|PYTHON|PERL|RUBY)[A-Z0-9]*$|(?:PATH|HOME|SHELL|PROXY|ASKPASS|WRAPPER|OPTS|OPTIONS)$|^(?:PATHEXT|ENV|IFS|PS[0-4]|PROMPT_COMMAND|USERPROFILE|(?:LOCAL)?APPDATA|TMPDIR|TMP|TEMP|LANG|LANGUAGE|TERM|EDITOR|VISUAL|PAGER|BROWSER|COMSPEC|SYSTEMROOT|WINDIR|SSLKEYLOGFILE)$/i;

/**
 * The variable that is to hold the token: the one of `--as`, or `GITHUB_TOKEN` after the provider's name
 * (`GITHUB_ID_TOKEN` for an ID Token).
 *
 * Throws a `UsageError` for what is no name, and for names that change how a program is loaded or run.
 */
export function tokenVariable(
  asked: string | undefined,
  provider: string,
  kind: 'TOKEN' | 'ID_TOKEN' = 'TOKEN',
): string {
  return harmlessVariable(asked ?? customaryName(provider, kind), {
    what: 'no token',
    example: '--as GITHUB_TOKEN',
  });
}

/**
 * The variable that is to hold the address of an API: the one that was asked for, or `GITHUB_API_URL` after the
 * provider's name. Throws as `tokenVariable` does.
 */
export function addressVariable(asked: string | undefined, provider: string): string {
  return harmlessVariable(asked ?? customaryName(provider, 'API_URL'), {
    what: 'no address',
    example: '--url-as GITHUB_API_URL',
  });
}

/** The variable that is to hold the path of a file. Throws as `tokenVariable` does. */
export function fileVariable(asked: string): string {
  return harmlessVariable(asked, { what: 'no path', example: '--file-as AWS_WEB_IDENTITY_TOKEN_FILE' });
}

function harmlessVariable(
  name: string,
  { what, example }: { readonly what: string; readonly example: string },
): string {
  if (!NAME.test(name)) {
    throw new UsageError('usage_invalid', `${JSON.stringify(name)} is not the name of a variable`, {
      hint: `use letters, digits and underscores, for example ${example}`,
    });
  }
  if (LOADER_NAMES.test(name) || isSteering(name)) {
    throw new UsageError('usage_invalid', `${name} changes how programs run, so ${what} is put there`, {
      hint: `choose another variable, for example ${example}`,
    });
  }
  return name;
}

/** Whether programs act on it. The long pattern comes last: few names need it, and its first use takes 0.7 ms. */
function isSteering(name: string): boolean {
  return !/TOKEN$/i.test(name) && STEERING_NAMES.test(name);
}

/** A name cannot begin with a digit, as that of a provider called by its address would. */
function customaryName(provider: string, kind: string): string {
  return `${provider.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_${kind}`.replace(/^(?=\d)/, '_');
}
