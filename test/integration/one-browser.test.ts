import { existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { platformPaths } from '../../src/host/paths.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, openHome } from '../support/built-command.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf, openCommandLine } from '../support/command-line.ts';

/** A home whose browser writes down each address that it is given. */
async function openCountingHome() {
  const command = await buildCommand();
  const home = closeAfterTest(openHome(command));
  const file = join(home.home, 'links');
  const browser = join(home.home, 'browser');
  writeFileSync(browser, `#!/bin/sh\nprintf '%s\\n' "$1" >>'${file}'\n`, { mode: 0o755 });
  const links = () => (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []);
  const opened = async (count: number): Promise<string> => {
    for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(20)) {
      const link = links()[count - 1];
      if (link !== undefined) {
        return link;
      }
    }
    throw new Error('the browser was not opened');
  };
  return { home, links, opened, options: { env: { BROWSER: browser } } };
}

describe('ten commands that need the same sign-in at once', () => {
  it('open one browser, and all of them get what it brings', async () => {
    const server = closeAfterTest(await startAuthorizationServer({ accessTokenLifetime: 2 }));
    const { home, links, opened, options } = await openCountingHome();
    const flags = ['--client-id', server.clientId, '--allow-http-loopback'];
    const before = await home.signIn([server.issuer, ...flags, '--json']);
    const { account } = JSON.parse(before.stdout);
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_grant"}' }, 1);
    expect((await home.run(['token', '--refresh'])).code).toBe(4);
    await sleep(Math.max(0, Date.parse(JSON.parse(before.stdout).expires_at) - Date.now()));
    expect((await home.run(['token'])).code).toBe(4);
    const exchanges = () => server.requestsTo('token').filter(({ form }) => form.has('code')).length;
    const exchanged = exchanges();
    const lines = [
      ...Array.from({ length: 4 }, () => [server.issuer, ...flags, '--account', 'ada', '--json']),
      ...Array.from({ length: 3 }, () => ['token', server.issuer, '--login']),
      ...Array.from({ length: 3 }, () => ['exec', server.issuer, '--login', '--', 'true']),
    ];
    const said = lines.map((_, index) => join(home.home, `said${index}`));
    const running = lines.map((words, index) => {
      const stdio = ['ignore' as const, 'pipe' as const, openSync(said[index] ?? '', 'w')];
      return home.start(words, { ...options, stdio }).ended;
    });
    const link = await opened(1);
    const waiting = () =>
      said.filter((file) => readFileSync(file, 'utf8').includes('Another command is signing in')).length;
    while (waiting() < lines.length - 1) {
      await sleep(20);
    }
    await playUserAgent(link, { user: 'ada', consent: true });
    const ended = await Promise.all(running);
    expect(ended.map(({ code }) => code)).toEqual(lines.map(() => 0));
    expect(ended.slice(0, 4).map(({ stdout }) => JSON.parse(stdout).account)).toEqual(
      Array.from({ length: 4 }, () => account),
    );
    expect([links().length, exchanges() - exchanged]).toEqual([1, 1]);
  });
});

describe('a command that waits for the browser of another one', () => {
  it('takes over when that one is killed', async () => {
    const server = closeAfterTest(await startAuthorizationServer());
    const { home, opened, options } = await openCountingHome();
    const words = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
    const first = home.start(words, options);
    await opened(1);
    const line = closeAfterTest(openCommandLine({ user: 'ada' }));
    const said: string[] = [];
    const stderr = {
      write(text: string) {
        said.push(text);
        if (text.includes('Another command is signing in')) {
          first.kill('SIGKILL');
        }
      },
    };
    const paths = platformPaths(home.environment, process.platform);
    const outcome = await line.runIn({ paths, stderr }, ...words, '--json');
    expect(said.join('')).toContain('Another command is signing in to');
    expect([outcome.exitCode, JSON.parse(outcome.stdout).profile.preferred_username]).toEqual([0, 'ada']);
  });

  it('is refused with it, without another question to the person', async () => {
    const server = closeAfterTest(await startAuthorizationServer());
    const line = closeAfterTest(openCommandLine({ user: 'ada', consent: false }));
    const words = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback', '--json'];
    const outcomes = await Promise.all([line.run(...words), line.run(...words), line.run(...words)]);
    expect(outcomes.map((outcome) => errorOf(outcome).code)).toEqual(outcomes.map(() => 'as_access_denied'));
    expect(server.requestsTo('authorization').filter(({ query }) => query.has('client_id'))).toHaveLength(1);
  });

  it('does not wait for a sign-in of somebody else', async () => {
    const server = closeAfterTest(await startAuthorizationServer());
    const line = closeAfterTest(openCommandLine({ user: 'ada' }));
    const words = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback', '--json'];
    await Promise.all([
      line.run(...words, '--login-hint', 'ada'),
      line.run(...words, '--login-hint', 'grace'),
    ]);
    const hints = server
      .requestsTo('authorization')
      .flatMap(({ query }) => query.get('login_hint') ?? [])
      .toSorted();
    expect(hints).toEqual(['ada', 'grace']);
  });
});

describe('--login', () => {
  it('opens no browser where nobody is, and says so', async () => {
    const line = closeAfterTest(openCommandLine({ user: 'ada' }));
    const env = { OAUTH_LOGIN_STORE: 'file', CI: 'true', OAUTH_LOGIN_GITHUB_CLIENT_ID: 'x' };
    const outcome = await line.runIn({ env }, 'token', 'github', '--login');
    expect([outcome.exitCode, outcome.stdout]).toEqual([4, '']);
    expect(outcome.stderr).toContain('nobody can sign in to GitHub here');
    await expect(line.lastPage()).rejects.toThrow('no browser was opened');
  });

  it('cannot be used with --grant', async () => {
    const line = closeAfterTest(openCommandLine({ user: 'ada' }));
    const outcome = await line.run('token', 'github', '--login', '--grant', 'client-credentials');
    expect(outcome.exitCode).toBe(2);
  });
});
