import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, Environment, Input } from '../ground/context.ts';

/** Temporary directories that stand in for the user's own, and how to remove them. */
export interface Sandbox {
  /** The same outside world, but nothing of the user's configuration, accounts or variables. */
  contextFor(options: { readonly personIsPlayed: boolean }): Context;
  readonly directory: string;
  remove(): Promise<void>;
}

/** What says that nobody is at the terminal, or that the browser is elsewhere; a played person is always here. */
const SIGNS_OF_ABSENCE =
  /^(CI|CONTINUOUS_INTEGRATION|GITHUB_ACTIONS|TF_BUILD|SSH_CONNECTION|SSH_CLIENT|SSH_TTY)$/;

const nobodyTypes: Input = {
  isTTY: false,
  async *[Symbol.asyncIterator]() {},
};

/** Makes the sandbox; only this user can read it. */
export async function makeSandbox(context: Context): Promise<Sandbox> {
  const directory = await mkdtemp(join(tmpdir(), 'oauth-login-demo-'));
  const paths = { configDir: join(directory, 'config'), dataDir: join(directory, 'data') };
  const own = {
    OAUTH_LOGIN_CONFIG_DIR: paths.configDir,
    OAUTH_LOGIN_DATA_DIR: paths.dataDir,
    OAUTH_LOGIN_STORE: 'file',
  };
  return {
    directory,
    contextFor: ({ personIsPlayed }) => ({
      ...context,
      paths,
      env: personIsPlayed
        ? { ...without(context.env, SIGNS_OF_ABSENCE), ...own, BROWSER: 'oauth-login-demo' }
        : { ...without(context.env), ...own },
      stdin: personIsPlayed ? nobodyTypes : context.stdin,
    }),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function without(env: Environment, names?: RegExp): Environment {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('OAUTH_LOGIN_') && !names?.test(name)),
  );
}
