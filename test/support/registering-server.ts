import { test } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import { type CommandLine, openCommandLine } from './command-line.ts';

/** A server that registers any client (RFC 7591), and lets it be managed (RFC 7592): one for all tests of a file. */
export let server: AuthorizationServer;

/** The command line of one test, with a home of its own. Ada is the person at its browser. */
export let line: CommandLine;

/** A test with such a `server` and a `line`. Both are there without being asked for, and are closed by themselves. */
export const it = test.extend<{
  $file: { startedServer: AuthorizationServer };
  $test: { openedLine: CommandLine };
}>({
  startedServer: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which other fixtures are needed.
    async ({}, use) => {
      server = await startAuthorizationServer({
        further: {
          features: { registration: { enabled: true }, registrationManagement: { enabled: true } },
        },
      });
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
