import { test } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import { type CommandLine, openCommandLine } from './command-line.ts';

/** The authorization server of this test file: one for all its tests, restored after each. */
export let server: AuthorizationServer;

/** The command line of one test, with a home of its own. Ada is the person at its browser. */
export let line: CommandLine;

/** A test with a `server` and a `line`. Both are there without being asked for, and are closed by themselves. */
export const it = test.extend<{
  $file: { startedServer: AuthorizationServer };
  $test: { openedLine: CommandLine };
}>({
  startedServer: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which other fixtures are needed.
    async ({}, use) => {
      server = await startAuthorizationServer();
      await use(server);
      await server.close();
    },
    { scope: 'file', auto: true },
  ],
  openedLine: [
    async ({ startedServer }, use) => {
      line = openCommandLine({ user: 'ada' });
      await use(line);
      startedServer.restore();
      line.close();
    },
    { auto: true },
  ],
});
