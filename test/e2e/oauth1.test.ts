import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { findChromium } from '../support/chromium.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type ConnectProxy, openConnectProxy } from '../support/connect-proxy.ts';
import { type OAuth1Server, playOAuth1 } from '../support/oauth1-server.ts';
import { openPackedCommand } from '../support/packed-command.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { forward, readBody, send } from '../support/reverse-proxy.ts';
import {
  type BrowserScenario,
  openScriptedBrowser,
  type SharedBrowser,
  startSharedBrowser,
} from '../support/scripted-browser.ts';
import { type Authority, openAuthority, serveHttps, type TestServer } from '../support/tls.ts';

const isInstalled = findChromium() !== undefined;
const clientId = 'consumer-key-of-x';
const clientSecret = 'canary-consumer-secret';
const me = 'https://api.x.com/2/users/me';

describe.skipIf(!isInstalled)(
  'X by OAuth 1.0a, in a browser (needs Chromium: apt-get install chromium)',
  () => {
    let server: QuirkyServer;
    let authority: Authority;
    let tls: TestServer;
    let proxy: ConnectProxy;
    let shared: SharedBrowser;
    let x: OAuth1Server;

    beforeAll(async () => {
      [server, authority, shared] = await Promise.all([
        openQuirkyServer(),
        openAuthority(),
        startSharedBrowser(),
      ]);
      tls = await serveHttps(await authority.issue(['DNS:api.x.com']), async (request, response) => {
        request.url = `/${request.headers.host}${request.url}`;
        send(response, await forward(request, await readBody(request), server.origin));
      });
      proxy = await openConnectProxy({ port: tls.port });
      x = playOAuth1(server, {
        temporary: 'https://api.x.com/oauth/request_token',
        authorization: 'https://api.x.com/oauth/authorize',
        token: 'https://api.x.com/oauth/access_token',
        clientId,
        clientSecret,
        asksPerson: true,
        reply: { user_id: '2244994945', screen_name: 'ada' },
      });
      x.protect(me, json({ data: { id: '2244994945', username: 'ada', name: 'Ada Lovelace' } }));
    });
    afterAll(async () => {
      await Promise.all([proxy.close(), tls.close(), server.close(), authority.remove(), shared.close()]);
    });

    /** The installed command and a browser, which both reach the played X under its own name and over TLS. */
    async function open(scenario: BrowserScenario) {
      const command = await openPackedCommand(inject('packedCommandFolder'));
      const browser = closeAfterTest(
        await openScriptedBrowser(scenario, {
          shared,
          // Without the first rule, Playwright has the browser ask the proxy for this machine as well.
          context: {
            proxy: { server: proxy.origin, bypass: '<-loopback>,127.0.0.1' },
            ignoreHTTPSErrors: true,
          },
        }),
      );
      const env = {
        BROWSER: browser.program,
        HTTPS_PROXY: proxy.origin,
        NODE_EXTRA_CA_CERTS: authority.caFile,
        OAUTH_LOGIN_STORE: 'file',
        OAUTH_LOGIN_X_OAUTH1_CLIENT_ID: clientId,
        OAUTH_LOGIN_X_OAUTH1_CLIENT_SECRET: clientSecret,
      };
      const run = (...words: string[]) => command.run(words, { env });
      return { run, browser, close: () => command.close() };
    }

    it('is signed in to by clicking, and then each request is signed', async () => {
      const { run, browser } = closeAfterTest(await open('sign-in'));
      const login = await run('x', '--oauth1', '--port', '0', '--timeout', '60');
      expect(login.stderr).not.toContain('error:');
      expect(login.stdout).toContain('Signed in to X (OAuth 1.0a) as ada');
      expect(login.exitCode).toBe(0);
      const report = await browser.report();
      expect(report.pages[0]?.title).toMatch(/signed in/i);
      expect(new URL(report.pages[0]?.url ?? '').search).toBe('');
      expect(report.requests).toContain('GET https://api.x.com/oauth/authorize');

      const request = await run('request', 'x-oauth1', '--fail', me);
      expect(JSON.parse(request.stdout).data.username).toBe('ada');
      expect((await run('token', 'x-oauth1')).exitCode).toBe(2);
      const secrets = [clientSecret, ...x.secrets];
      expectNoSecrets(login.stdout + login.stderr + request.stdout + request.stderr, secrets);
      expect((await run('logout', 'x-oauth1')).exitCode).toBe(0);
    });

    it('is told when the person cancels', async () => {
      const { run, browser } = closeAfterTest(await open('refuse'));
      const login = await run('x', '--oauth1', '--port', '0', '--timeout', '60');
      expect(login.stderr).toContain('refused the sign-in (access_denied)');
      expect(login).toMatchObject({ exitCode: 5, stdout: '' });
      expect((await browser.report()).pages).toHaveLength(1);
    });
  },
);
