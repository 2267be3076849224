import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { signInAt } from '../support/sign-in.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});
afterEach(() => server.restore());

const signIn = (...more: string[]) => signInAt(server, line, ...more);

describe('T32 words of servers and people cannot write to the terminal', () => {
  const esc = String.fromCharCode(27);
  const hostile = [
    `${esc}]52;c;ZXZpbA==${String.fromCharCode(7)}`,
    `${esc}]8;;https://evil.test${esc}\\click${esc}]8;;${esc}\\`,
    `${esc}[2J${esc}[1;1H`,
    `\r\noauth-login: error: forged\n`,
    `${String.fromCharCode(0x9b)}31m`,
    '\u202egnp.exe',
    '\u2028\u2029\u200b',
    '\u{e0041}\u{e0042}',
    esc,
  ].join('x');
  // Printable, newline, and the letters of other languages.
  const isHarmless = (text: string) =>
    !/[^\n\x20-\x7e\u00a0-\u024f…“”’]|oauth-login: error: forged\n/.test(text);

  it('in a profile', async () => {
    server.rewriteReply('userinfo', (body) => ({
      ...body,
      ...Object.fromEntries(
        ['name', 'preferred_username', 'email', 'nickname', 'picture', 'profile'].map((key) => [
          key,
          hostile,
        ]),
      ),
    }));
    const login = await signIn();
    expect(login.exitCode).toBe(0);
    for (const args of [
      ['whoami'],
      ['whoami', '--offline'],
      ['status'],
      ['status', '--json'],
      ['whoami', '--json'],
    ]) {
      const { stdout, stderr, exitCode } = await line.run(...args);
      expect([args, exitCode, isHarmless(stdout + stderr)]).toEqual([args, 0, true]);
    }
    const ambiguous = await line.run('token', '--account', hostile);
    expect(
      [login, ambiguous, await line.run('logout')].map((one) => isHarmless(one.stdout + one.stderr)),
    ).toEqual([true, true, true]);
  });

  it.each<readonly [string, () => void]>([
    [
      'in an error of the token endpoint',
      () => {
        const body = JSON.stringify({
          error: 'invalid_grant',
          error_description: hostile,
          error_uri: hostile,
        });
        server.breakEndpoint('token', { kind: 'reply', status: 400, body });
      },
    ],
    [
      'in an error that is no code',
      () =>
        server.breakEndpoint('token', {
          kind: 'reply',
          status: 400,
          body: JSON.stringify({ error: hostile, error_description: hostile }),
        }),
    ],
    [
      'in an authorization response',
      () =>
        server.rewriteAuthorizationResponse((uri) => {
          uri.searchParams.delete('code');
          uri.searchParams.set('error', 'access_denied');
          uri.searchParams.set('error_description', hostile);
        }),
    ],
    ['in a granted scope', () => server.rewriteReply('token', (body) => ({ ...body, scope: hostile }))],
    [
      'in metadata',
      () => server.rewriteReply('discovery', (body) => ({ ...body, issuer: `https://x/${hostile}` })),
    ],
    [
      'in the name of an endpoint',
      () => server.rewriteReply('discovery', (body) => ({ ...body, token_endpoint: hostile })),
    ],
  ])('%s', async (_where, spoil) => {
    spoil();
    for (const flags of [['--debug'], ['--json']]) {
      const { stdout, stderr, exitCode } = await signIn(...flags);
      expect(exitCode).toBeGreaterThan(1);
      expect([stdout, isHarmless(stderr)]).toEqual(['', true]);
    }
  });
});
