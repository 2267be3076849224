import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it as test } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { findChromium } from '../support/chromium.ts';
import { errorOf } from '../support/command-line.ts';
import { openPackedCommand, type PackedCommand, type RunningCommand } from '../support/packed-command.ts';
import {
  type BrowserScenario,
  openScriptedBrowser,
  type ScriptedBrowser,
  type SharedBrowser,
  startSharedBrowser,
} from '../support/scripted-browser.ts';

const isInstalled = findChromium() !== undefined;

let server: AuthorizationServer;
let shared: SharedBrowser;

interface Started {
  readonly browser: ScriptedBrowser;
  readonly login: RunningCommand;
}

interface LoginFlags {
  readonly flags?: readonly string[];
  readonly pictures?: boolean;
}

const it = test
  .extend('command', async ({ onTestFinished }): Promise<PackedCommand> => {
    const command = await openPackedCommand(inject('packedCommandFolder'));
    onTestFinished(() => command.close());
    return command;
  })
  .extend('login', ({ command, onTestFinished }) => {
    return async (scenario: BrowserScenario, options: LoginFlags = {}): Promise<Started> => {
      const browser = await openScriptedBrowser(scenario, { shared, pictures: options.pictures === true });
      onTestFinished(() => browser.close());
      const target = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
      const args = [...target, '--store', 'file', ...(options.flags ?? [])];
      return { browser, login: command.start(args, { env: { BROWSER: browser.program } }) };
    };
  });

describe.skipIf(!isInstalled)('a person at a browser (needs Chromium: apt-get install chromium)', () => {
  beforeAll(async () => {
    [server, shared] = await Promise.all([startAuthorizationServer(), startSharedBrowser()]);
  });
  afterAll(async () => {
    await Promise.all([server.close(), shared.close()]);
  });
  afterEach(() => server.restore());

  it('is signed in by clicking, and told so by the page and the terminal alike', async ({
    command,
    login,
  }) => {
    const started = await login('sign-in', { pictures: true });
    const result = await started.login.result;
    const report = await started.browser.report();
    expect(result.stderr).toMatch(/^http:\/\/\S+$/m);
    expect(result).toMatchObject({ exitCode: 0, signal: null });
    expect(result.stdout + result.stderr).toContain('ada@example.com');
    expect(report.pages).toHaveLength(1);
    expect(report.pages[0]?.title).toMatch(/signed in/i);
    expect(report.pages[0]?.text).toContain('ada');
    expectNoSecrets(result.stdout, server.issuedSecrets());
    expectNoSecrets(result.stderr, server.issuedSecrets());

    const whoami = await command.run(['whoami', '--json']);
    expect(whoami.exitCode).toBe(0);
    expect(JSON.parse(whoami.stdout)).toMatchObject({ sub: 'person-1815', email: 'ada@example.com' });
    const token = await command.run(['token']);
    expect(server.issuedSecrets()).toContain(token.stdout.trim());
    expect(token.stderr).toBe('');
    const logout = await command.run(['logout']);
    expect(logout.exitCode).toBe(0);
    expect((await command.run(['token'])).exitCode).toBe(4);
  });

  it('leaves nothing in HOME that others could read, and no secret in the clear', async ({
    command,
    login,
  }) => {
    const started = await login('sign-in');
    expect(await started.login.result).toMatchObject({ exitCode: 0 });
    await started.browser.report();
    const files = readdirSync(command.home, { recursive: true, encoding: 'utf8' })
      .map((name) => join(command.home, name))
      .filter((path) => statSync(path).isFile());
    expect(files.length).toBeGreaterThan(0);
    for (const path of files) {
      expect(`${path} ${(statSync(path).mode & 0o777).toString(8)}`).toBe(`${path} 600`);
      expectNoSecrets(readFileSync(path, 'latin1'), server.issuedSecrets());
    }
  });

  it('T23 leaves no code in the address bar, in the history or with other sites', async ({ login }) => {
    const started = await login('sign-in');
    await started.login.result;
    const report = await started.browser.report();
    const own = [new URL(report.link).origin, new URL(server.issuer).origin];
    const [page] = report.pages;
    expect(new URL(page?.url ?? '').search).toBe('');
    expect(report.requests.filter((request) => !own.some((origin) => request.includes(origin)))).toEqual([]);
    // The start link, the authorization request and the redirect URI have left no entry; two pages of the server have.
    const visited = page?.history.map((uri) => uri.replace(/[\w-]+$/, '…'));
    const asked = `${server.issuer}/interaction/…`;
    expect(visited).toEqual(['about:…', asked, asked, `${new URL(report.link).origin}/done/…`]);
    expect(page?.historyLength).toBe(visited?.length);
    expectNoSecrets(JSON.stringify(report), server.issuedSecrets());
  });

  it('T01 gives the opener one argument, a short address on the loopback interface', async ({ login }) => {
    const started = await login('sign-in');
    await started.login.result;
    const report = await started.browser.report();
    expect(report.surplus).toEqual([]);
    expect(report.link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[\w/-]*$/);
  });

  it('can refuse, and the page and the exit code say so', async ({ command, login }) => {
    const started = await login('refuse', { pictures: true });
    const result = await started.login.result;
    const report = await started.browser.report();
    expect(result.exitCode).toBe(5);
    expect(result.stderr).toMatch(/refused|access_denied|denied/i);
    expect(report.pages[0]?.title).toMatch(/not granted/i);
    expect((await command.run(['status'])).exitCode).toBe(4);
  });

  it.for<readonly [string, () => void, string, number]>([
    [
      'in the exchange',
      () => server.breakEndpoint('token', { kind: 'html', status: 502 }),
      'network_server_error',
      7,
    ],
    [
      'in the authorization response',
      () => server.rewriteAuthorizationResponse((uri) => uri.searchParams.set('iss', 'https://evil.example')),
      'protocol_issuer_mismatch',
      6,
    ],
  ])(
    'meets a failure %s, of which the page and the terminal tell the same',
    async ([, spoil, code, exitCode], { command, login }) => {
      spoil();
      const started = await login('fail', { flags: ['--json'], pictures: true });
      const result = await started.login.result;
      const report = await started.browser.report();
      expect(result).toMatchObject({ exitCode, stdout: '' });
      const error = errorOf(result);
      expect(error).toMatchObject({ code, exit_code: exitCode });
      const { title = '', text = '' } = report.pages[0] ?? {};
      expect(title).toMatch(/^Sign-in to \S+ failed/);
      // The page begins its sentences with capital letters.
      const page = text.toLowerCase();
      for (const said of [error.message, error.hint]) {
        expect(page).toContain(said.toLowerCase());
      }
      expect(text).toContain(code);
      expect((await command.run(['status'])).exitCode).toBe(4);
      expectNoSecrets(text, server.issuedSecrets());
    },
  );

  it('can open the link in two tabs and finish in either', async ({ login }) => {
    const started = await login('two-tabs');
    const result = await started.login.result;
    const report = await started.browser.report();
    expect(result.exitCode).toBe(0);
    expect(report.pages[0]?.title).toMatch(/signed in/i);
    expect(new URL(report.pages[1]?.url ?? '').origin).toBe(new URL(server.issuer).origin);
  });

  describe.concurrent('whose command waits until its time is over', () => {
    it('can close the tab; the time-out then names the exact redirect URI', async ({ login }) => {
      // Long enough for Chromium to start on a busy machine, before the listener goes away.
      const started = await login('close-tab', { flags: ['--timeout', '20'] });
      const result = await started.login.result;
      const report = await started.browser.report();
      expect(result.exitCode).toBe(7);
      const port = new URL(report.link).port;
      expect(result.stderr).toMatch(new RegExp(`http://127\\.0\\.0\\.1:${port}/\\S+`));
      const page = new URL(report.pages[0]?.url ?? '');
      expect(page.origin).toBe(new URL(server.issuer).origin);
      const sent = server.requestsTo('authorization').at(-1)?.query.get('redirect_uri');
      expect(sent).toBeTruthy();
      expect(result.stderr).toContain(sent);
    });

    it('meets a page of its own at a wrong address, and the login goes on waiting', async ({ login }) => {
      const started = await login('wrong-path', { flags: ['--timeout', '8'], pictures: true });
      const report = await started.browser.report();
      expect(report.pages[0]?.title).toMatch(/^There is nothing here/);
      expect((await started.login.result).exitCode).toBe(7);
    });
  });
});
