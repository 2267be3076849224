import type { AccessSession } from '../access/access-session.ts';
import { openSession } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { type LibraryUser, libraryWorld } from '../host/library-context.ts';
import { shareSealingKeys } from '../secrets/open-sealing-key.ts';
import type { StoreOptions } from './interface.ts';
import { followSignal, unlessStopped } from './stop.ts';
import { toldToProgram } from './told-error.ts';

/** What a directory may be called on every system. */
const PROGRAM_NAME = /^(?!(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$))[a-z0-9][a-z0-9._-]{0,63}(?<!\.)$/i;

/** A program that uses the library, and its way to the accounts. */
export interface Program {
  readonly name: string | undefined;
  /**
   * Runs the work of one call, which never asks a person. Rejects with what the work throws, told to a program, and as
   * soon as the signal is aborted.
   */
  during<T>(signal: AbortSignal | undefined, work: (access: AccessSession) => Promise<T>): Promise<T>;
  /** Gives a context in which a person may be asked; the keys that it opens are open in later calls too. */
  attended(stop: AbortController, usesTerminal: boolean): Context;
}

/** Opens the accounts; nothing is read yet. Throws a `UsageError` for a name that is none. */
export function openProgram({ name, passphrase }: StoreOptions): Program {
  if (name !== undefined && !PROGRAM_NAME.test(name)) {
    throw new UsageError(
      'usage_invalid',
      `the option name takes the name of your program, not ${JSON.stringify(name)}`,
      {
        hint: 'letters, digits, dots, hyphens and underscores, for example "acme"',
      },
    );
  }
  const user = {
    ...(name === undefined ? {} : { name }),
    ...(passphrase === undefined ? {} : { passphrase }),
  };
  const world = (more: Pick<LibraryUser, 'usesTerminal' | 'isAttended'>) =>
    libraryWorld(process, { ...user, ...more });
  const unattended = world({ usesTerminal: false, isAttended: false });
  const standing = unattended();
  const access = accessOf(standing);

  return {
    name,
    async during(signal, work) {
      try {
        if (signal === undefined) {
          return await work(access);
        }
        const { controller, release } = followSignal(signal);
        try {
          const context = unattended(controller);
          shareSealingKeys(context, { withContext: standing });
          return await unlessStopped(work(accessOf(context)), controller.signal);
        } finally {
          release();
        }
      } catch (error) {
        throw toldToProgram(error, name);
      }
    },
    attended(stop, usesTerminal) {
      const context = world({ usesTerminal, isAttended: true })(stop);
      shareSealingKeys(context, { withContext: standing });
      return context;
    },
  };
}

/** Nobody is told of a note, and nobody can be asked. */
function accessOf(context: Context): AccessSession {
  return {
    ...openSession(context),
    note: () => {},
    command: 'library',
    isTokenOriginOfProvider: async () => false,
  };
}
