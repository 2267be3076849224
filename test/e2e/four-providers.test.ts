import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { findChromium } from '../support/chromium.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { openPackedCommand } from '../support/packed-command.ts';
import { openPlayedInternet, type PlayedInternet } from '../support/played-internet.ts';
import { openScriptedBrowser, type SharedBrowser, startSharedBrowser } from '../support/scripted-browser.ts';

const isInstalled = findChromium() !== undefined;
const clientSecret = 'canary-client-secret';

/** Who the played provider says has signed in, and which of its addresses the browser must have been at. */
const providers = [
  ['github', 'GitHub as octocat', 'https://github.com/login/oauth/authorize'],
  ['google', 'Google as ', 'https://accounts.google.com/o/oauth2/v2/auth'],
  ['facebook', 'Facebook as Ada Lovelace', 'https://www.facebook.com/'],
  ['x', 'X as ada', 'https://x.com/i/oauth2/authorize'],
] as const;

describe.skipIf(!isInstalled)(
  'the four providers of the first day, in a browser (needs Chromium: apt-get install chromium)',
  () => {
    let internet: PlayedInternet;
    let shared: SharedBrowser;

    beforeAll(async () => {
      [internet, shared] = await Promise.all([openPlayedInternet(), startSharedBrowser()]);
    });
    afterAll(async () => {
      await Promise.all([internet.close(), shared.close()]);
    });

    it.each(providers)(
      '%s: sign-in, whoami, token and logout of the installed command',
      async (name, person, visited) => {
        const command = closeAfterTest(await openPackedCommand(inject('packedCommandFolder')));
        const browser = closeAfterTest(
          await openScriptedBrowser('allowed-before', {
            shared,
            // Without the first rule, Playwright has the browser ask the proxy for this machine as well.
            context: {
              proxy: { server: internet.env.HTTPS_PROXY ?? '', bypass: '<-loopback>,127.0.0.1,localhost' },
              ignoreHTTPSErrors: true,
            },
          }),
        );
        const env = {
          ...internet.env,
          BROWSER: browser.program,
          OAUTH_LOGIN_STORE: 'file',
          [`OAUTH_LOGIN_${name.toUpperCase()}_CLIENT_ID`]: 'my-client',
          [`OAUTH_LOGIN_${name.toUpperCase()}_CLIENT_SECRET`]: clientSecret,
        };
        const run = (...words: string[]) => command.run(words, { env });
        const login = await run(name, '--port', '0', '--timeout', '60');
        expect(login.stderr).not.toContain('error:');
        expect(login.stdout).toContain(`Signed in to ${person}`);
        const report = await browser.report();
        expect(report.pages[0]?.title).toMatch(/signed in/i);
        expect(new URL(report.pages[0]?.url ?? '').search).toBe('');
        expect(report.requests.some((request) => request.startsWith(`GET ${visited}`))).toBe(true);

        const whoami = await run('whoami', name);
        expect(whoami).toMatchObject({ exitCode: 0 });
        const token = await run('token', name);
        expect(token).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^\S*canary\S*\n$/) });
        const logout = await run('logout', name);
        expect(logout).toMatchObject({ exitCode: 0 });
        const said = [login, whoami, logout].map(({ stdout, stderr }) => stdout + stderr).join('');
        expectNoSecrets(said, [clientSecret, token.stdout.trim()]);
      },
    );
  },
);
