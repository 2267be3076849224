import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import { AbortedError } from '../../src/ground/errors.ts';
import type { Choice, SearchChoice } from '../../src/ground/ports.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';

let server: AuthorizationServer;
let line: CommandLine;
beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
});
afterEach(() => line.close());

/** A terminal whose person picks by label, and types a text where one is asked for. */
function terminal(...answers: readonly string[]) {
  const left = [...answers];
  const offered: string[] = [];
  const said: string[] = [];
  const pick = (choices: readonly Choice[]) => {
    const wanted = left.shift() ?? '';
    offered.push(...choices.map(({ label }) => label));
    return choices.find(({ label }) => label === wanted);
  };
  const changes: Partial<Context> = {
    stdin: { isTTY: true, async *[Symbol.asyncIterator]() {} },
    stderr: { write: (text) => said.push(text), isTTY: true, columns: 80 },
    openPrompts: async () => ({
      text: async (_question, options) => {
        const text = left.shift() ?? '';
        expect(options?.validate?.(text)).toBeUndefined();
        return text;
      },
      confirm: async () => {
        throw new AbortedError();
      },
      secret: async () => {
        throw new AbortedError();
      },
      hidden: async () => {
        throw new AbortedError();
      },
      choose: async (_question, choices) => (pick(choices)?.value ?? choices[0]?.value) as never,
      search: async (_question, choices: readonly SearchChoice[], other) => {
        const typed = left[0] ?? '';
        const found = pick(choices) ?? other?.(typed);
        if (found === undefined) {
          throw new AbortedError();
        }
        return found.value;
      },
    }),
  };
  return { changes, offered, said: () => said.join('') };
}

const signIn = () => line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');

describe('oauth-login alone', () => {
  it('shows the help and exits with 2 where nobody can choose', async () => {
    const { exitCode, stdout, stderr } = await line.run();
    expect(exitCode).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain((await line.run('--help')).stdout);
    expect(stderr).toMatch(/\noauth-login: error: sign in to what\?\noauth-login: hint: .+\n$/);
  });

  it('does so in a terminal of a CI job too', async () => {
    const { changes } = terminal('GitHub');
    const env = { ...line.context.env, CI: 'true' };
    expect((await line.runIn({ ...changes, env })).exitCode).toBe(2);
  });

  it('offers accounts first, then providers with a client, then the catalogue', async () => {
    await signIn();
    writeConfiguration(line, { providers: { gitlab: { client_id: 'saved-client' } } });
    const { changes, offered } = terminal('nothing of it');
    expect((await line.runIn(changes)).exitCode).toBe(130);
    expect(offered.slice(0, 3)).toEqual([
      `ada at ${new URL(server.issuer).host}, signed in`,
      'GitLab, client saved',
      'GitHub',
    ]);
    expect(offered).toContain('Lichess, needs nothing registered');
    expect(offered.length).toBeGreaterThan(200);
    expect(offered.filter((label) => label.startsWith('GitLab'))).toHaveLength(1);
  });

  it.each([
    ['Print an access token', 'token', /^\S{20,}\n$/],
    ['Ask the provider who is signed in', 'whoami', /^ada /],
    ['Sign out', 'logout', /^Signed out ada /],
    ['Sign in again', '', /^Signed in to /],
  ])('runs for an account: %s', async (action, command, answer) => {
    await signIn();
    const account = `ada at ${new URL(server.issuer).host}, signed in`;
    const { changes, said } = terminal(account, action);
    const { exitCode, stdout } = await line.runIn(changes);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(answer);
    expect(said()).toContain(`$ oauth-login ${command}`);
  });

  it('signs in to what was chosen, and shows the line that does the same', async () => {
    const { changes, said } = terminal('GitHub');
    await line.runIn(changes);
    expect(said()).toContain('\n$ oauth-login github\n');
  });

  it('asks for the host of a server that people host themselves', async () => {
    const { changes, said } = terminal('Keycloak', 'login.example.invalid');
    await line.runIn(changes);
    expect(said()).toContain('\n$ oauth-login keycloak --host login.example.invalid');
  });

  it.each([
    ['https://login.example.invalid', 'https://login.example.invalid'],
    ['login.example.invalid', 'https://login.example.invalid'],
  ])('takes the address of another server: %s', async (typed, target) => {
    const { changes, said } = terminal(typed);
    expect((await line.runIn(changes)).exitCode).toBe(7);
    expect(said()).toContain(`\n$ oauth-login ${target}\n`);
  });

  it('is only offered where nothing else was typed', async () => {
    for (const argv of [['login'], ['--no-browser']]) {
      const { changes, offered } = terminal('GitHub');
      expect((await line.runIn(changes, ...argv)).exitCode).toBe(2);
      expect(offered).toEqual([]);
    }
    expect(errorOf(await line.run('login', '--json')).message).toBe('sign in to what?');
  });
});
