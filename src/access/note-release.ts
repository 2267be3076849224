import { AbortedError, OAuthLoginError } from '../ground/errors.ts';
import { areReleasesLogged } from '../settings/releases-logged.ts';
import type { AccessSession } from './access-session.ts';
import type { Release } from './release.ts';

/**
 * Writes a line into the release log, where the configuration wants one and a command hands tokens out. A line that
 * cannot be written is told as a note, and the token is handed out all the same.
 *
 * Rejects with an `AbortedError` when the person stops the command.
 */
export async function noteRelease(release: Release, access: AccessSession): Promise<void> {
  const { command, context, configuration, note } = access;
  if (command === undefined) {
    return;
  }
  try {
    if (await areReleasesLogged(context.paths, configuration)) {
      const { logRelease } = await import('./release-log.ts');
      await logRelease(release, command, access);
    }
  } catch (error) {
    if (!(error instanceof OAuthLoginError) || error instanceof AbortedError) {
      throw error;
    }
    note({ kind: 'release-not-logged', error });
  }
}
