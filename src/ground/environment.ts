import type { Environment } from './context.ts';

const OWN = /^OAUTH_LOGIN_/i;
/** Those that tell where this tool keeps its files and which account is meant. They hold no secret. */
const KEPT_FOR_COMMANDS = /^OAUTH_LOGIN_(?:ACCOUNT|CONFIG_DIR|DATA_DIR|STORE)$/i;

/**
 * Copies the variables, and removes from the process those that no program started later may see or that would
 * change what it does: ours (they may be secrets), and the entries of `PATH` that depend on the working directory.
 *
 * `NODE_TLS_REJECT_UNAUTHORIZED` goes too: certificates are checked whatever it says, and Node would warn of the contrary.
 */
export function takeEnvironment(variables: NodeJS.ProcessEnv): Environment {
  const env: Environment = { ...variables };
  const forChildren = childEnvironment(env);
  for (const name of Object.keys(env)) {
    if (forChildren[name] === undefined) {
      delete variables[name];
    } else if (forChildren[name] !== env[name]) {
      variables[name] = forChildren[name];
    }
  }
  return env;
}

/**
 * The text of a variable, which counts as not set when it is empty. One line break at its end does not count: secrets
 * of CI systems often have one, as files do.
 */
export function variableText(env: Environment, name: string): string | undefined {
  const text = env[name]?.replace(/\r?\n$/, '');
  return text === '' ? undefined : text;
}

/**
 * The variables for a command of the user: all as the user has them, except ours that may hold secrets. An
 * `oauth-login` in it works with the same accounts.
 */
export function commandEnvironment(env: Environment): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !OWN.test(name) || KEPT_FOR_COMMANDS.test(name)),
  );
}

/** The variables that a program of our choice may see. */
export function childEnvironment(env: Environment): NodeJS.ProcessEnv {
  const child: NodeJS.ProcessEnv = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || OWN.test(name) || name === 'NODE_TLS_REJECT_UNAUTHORIZED') {
      continue;
    }
    child[name] = name === 'PATH' ? withoutRelativeEntries(value) : value;
  }
  return child;
}

/** One line for each variable that asks for something that is not done. */
export function environmentWarnings(env: Environment): readonly string[] {
  return env.NODE_TLS_REJECT_UNAUTHORIZED === '0'
    ? ['NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are checked; --ca-file adds an authority']
    : [];
}

/** On Windows the name is `Path`, and its entries look different: nothing is changed there. */
function withoutRelativeEntries(path: string): string {
  if (/^[A-Za-z]:/.test(path)) {
    return path;
  }
  return path
    .split(':')
    .filter((entry) => entry.startsWith('/'))
    .join(':');
}
