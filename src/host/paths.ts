import { statSync } from 'node:fs';
import { posix, win32 } from 'node:path';
import type { Environment, Paths } from '../ground/context.ts';
import { variableText } from '../ground/environment.ts';
import { ConfigurationError } from '../ground/errors.ts';

/** The name of the directories of the command, and of the programs that share its accounts. */
const OWN_NAME = 'oauth-login';

/**
 * The user's own directories by the custom of the platform; `OAUTH_LOGIN_CONFIG_DIR` and `OAUTH_LOGIN_DATA_DIR` win.
 * A program with accounts of its own has them in `oauth-login` below the directory of its name, and there no variable
 * wins.
 *
 * Each is worked out when it is read, and then throws a `ConfigurationError` when a variable it needs is missing, or
 * relative, which would mean another directory wherever the command is run, or names a directory that everybody may
 * write in, where somebody else may have made ours first.
 *
 * @see [XDG Base Directory Specification](https://specifications.freedesktop.org/basedir-spec/latest/)
 */
export function platformPaths(env: Environment, platform: NodeJS.Platform, program?: string): Paths {
  const { isAbsolute, join } = platform === 'win32' ? win32 : posix;
  const name = program === undefined ? OWN_NAME : join(program, OWN_NAME);
  const named = (variable: string) => (program === undefined ? own(variable) : undefined);

  function absolute(variable: string): string | undefined {
    const value = variableText(env, variable);
    if (!value) {
      return undefined;
    }
    if (isAbsolute(value)) {
      return value;
    }
    throw new ConfigurationError('config_invalid_value', `${variable} is not an absolute path`, {
      hint:
        variable === 'HOME' || variable === 'LOCALAPPDATA'
          ? `set ${variable} to an absolute path, or OAUTH_LOGIN_CONFIG_DIR and OAUTH_LOGIN_DATA_DIR`
          : `set ${variable} to an absolute path, or unset it`,
    });
  }

  /** `HOME` may be shared, as in many containers. Every directory on the way to the data is checked later. */
  function own(variable: string): string | undefined {
    const value = absolute(variable);
    if (value === undefined || platform === 'win32' || !isShared(value)) {
      return value;
    }
    throw new ConfigurationError(
      'config_shared_directory',
      `${variable} is ${value}, which everybody may write to`,
      {
        hint: `set ${variable} to a directory that only you may write to (mktemp -d makes one), or unset it`,
      },
    );
  }

  function required(variable: string): string {
    const value = absolute(variable);
    if (value !== undefined) {
      return value;
    }
    throw new ConfigurationError('config_no_home', `${variable} is not set, so there is no place for files`, {
      hint: `set ${variable}, or OAUTH_LOGIN_CONFIG_DIR and OAUTH_LOGIN_DATA_DIR`,
    });
  }

  function customary(xdgVariable: string, xdgDefault: string): string {
    if (platform === 'win32') {
      return join(required('LOCALAPPDATA'), name);
    }
    if (platform === 'darwin') {
      return join(required('HOME'), 'Library', 'Application Support', name);
    }
    return join(own(xdgVariable) ?? join(required('HOME'), xdgDefault), name);
  }

  return {
    get configDir() {
      return named('OAUTH_LOGIN_CONFIG_DIR') ?? customary('XDG_CONFIG_HOME', '.config');
    },
    get dataDir() {
      return named('OAUTH_LOGIN_DATA_DIR') ?? customary('XDG_DATA_HOME', '.local/share');
    },
    ...(platform === 'win32' ? {} : { machine: { directory: machineDirectory(platform, name), owner: 0 } }),
  };
}

/**
 * No variable changes this directory: otherwise a user could replace what the administrator has set. On Windows,
 * its owner cannot be checked.
 */
function machineDirectory(platform: NodeJS.Platform, name: string): string {
  return platform === 'darwin' ? `/Library/Application Support/${name}` : `/etc/${name}`;
}

/** A directory with the sticky bit, such as `/tmp`, is refused too. */
function isShared(directory: string): boolean {
  try {
    return ((statSync(directory, { throwIfNoEntry: false })?.mode ?? 0) & 0o002) !== 0;
  } catch {
    // The code that reads or writes there tells what is wrong.
    return false;
  }
}
