import type { Context } from '../ground/context.ts';
import type { Configuration } from '../settings/configuration.ts';
import { type AccountStore, openAccountStore } from './account-store.ts';

/** What one run of the program works with: the world outside, the accounts, and what the user has configured. */
export interface Session {
  readonly context: Context;
  readonly store: AccountStore;
  /**
   * The user's configuration, read when it is first asked for and once. What needs none works although the file is
   * wrong. Throws a `ConfigurationError`.
   */
  readonly configuration: () => Promise<Configuration>;
}

/** The session of a command that has just begun; reads nothing yet. */
export function openSession(context: Context): Session {
  let read: Promise<Configuration> | undefined;
  return {
    context,
    store: openAccountStore(context),
    configuration: () => {
      read ??= readLate(context);
      return read;
    },
  };
}

/** Most command lines need no configuration, and then nothing is loaded to read one. */
async function readLate({ paths }: Context): Promise<Configuration> {
  const { readConfiguration } = await import('../settings/configuration.ts');
  return readConfiguration(paths);
}
