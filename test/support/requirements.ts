import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

/** Why a test that needs these programs cannot run here; `undefined` when it can. */
export function missing(...programs: string[]): string | undefined {
  const absent = programs.filter((program) => !isInPath(program));
  return absent.length === 0 ? undefined : `not installed: ${absent.join(', ')}`;
}

function isInPath(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/**
 * A `describe` whose tests need these programs: without them it is skipped and says why, and fails where
 * OAUTH_LOGIN_TEST_NO_SKIP=1 forbids that.
 */
export function describeWith(programs: readonly string[], name: string, tests: () => void): void {
  const reason = missing(...programs);
  if (reason !== undefined && process.env.OAUTH_LOGIN_TEST_NO_SKIP === '1') {
    describe(name, () => {
      it('has the programs it needs', () => {
        throw new Error(reason);
      });
    });
    return;
  }
  if (reason !== undefined) {
    console.warn(`skipped: ${name} (${reason})`);
  }
  describe.skipIf(reason !== undefined)(name, tests);
}
