import { describe, expect } from 'vitest';
import { readIdTokenPayload } from '../../src/protocol/id-token.ts';
import { expandProvider } from '../../src/providers/expand.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { github } from '../support/presets.ts';
import { playProvider } from '../support/quirky-providers.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';

const client = () => ['--client-id', server.clientId, '--allow-http-loopback'];
const endSessions = () => server.requests.filter(({ path }) => path.startsWith('/session/end'));

describe('logout --browser-too', () => {
  it('ends the session at the provider, and the browser comes back with the state', async () => {
    await line.run(server.issuer, ...client());
    const before = endSessions().length;
    const { exitCode, stdout, stderr } = await line.run('logout', '--browser-too');
    expect(exitCode, stderr).toBe(0);
    expect(stdout).toMatch(/^Signed out ada .+\nSigned out of .+ in the browser too\.\n$/s);
    const query = endSessions()[before]?.query;
    expect(readIdTokenPayload(query?.get('id_token_hint') ?? '')?.sub).toBe('person-1815');
    expect(query?.get('client_id')).toBe(server.clientId);
    expect(query?.get('post_logout_redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const page = await line.lastPage();
    expect([page.title, page.status]).toEqual([expect.stringContaining('Signed out of'), 200]);
    // The ID Token is on no command line and in no text: the browser gets a link of the listener.
    expect(stderr).toMatch(/open this link:\n\nhttp:\/\/127\.0\.0\.1:\d+\/s\/[\w-]+\n/);
    expectNoSecrets(line.everythingSaid(), server.issuedSecrets('id_token'));
  });

  it('says it in JSON, and what a provider does not offer', async () => {
    await line.run(server.issuer, ...client());
    const outcome = await line.run('logout', '--browser-too', '--json');
    expect(JSON.parse(outcome.stdout)).toMatchObject([{ revocation: 'revoked' }, { browser: 'done' }]);
    const quirky = closeAfterTest(await openQuirkyServer());
    const played = closeAfterTest(
      openPlayedCommandLine(quirky, {
        OAUTH_LOGIN_GITHUB_CLIENT_ID: 'canary-client',
        OAUTH_LOGIN_GITHUB_CLIENT_SECRET: 'canary-secret',
      }),
    );
    playProvider(quirky, expandProvider(github), { profile: { id: 1, login: 'octocat' }, token: {} });
    await played.run('github');
    expect((await played.run('logout', '--browser-too', '--forget')).stdout).toContain(
      'GitHub offers no way to sign out in the browser.',
    );
  });

  it('signs out here where nobody is at a browser, and says what is left', async () => {
    await line.run(server.issuer, ...client());
    const env = { OAUTH_LOGIN_STORE: 'file', CI: 'true' };
    const outcome = await line.runIn({ env }, 'logout', '--browser-too', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'person_required', exit_code: 4 });
    expect(JSON.parse(outcome.stdout)).toMatchObject([{ forgotten: true }, { browser: 'failed' }]);
    expect((await line.run('status')).exitCode).toBe(4);
  });

  it('waits for a browser that does not come back, and for no answer of another state', async () => {
    await line.run(server.issuer, ...client());
    const links: string[] = [];
    const clock = {
      ...line.context.clock,
      sleep: async (_: number, signal?: AbortSignal) => {
        while (links.length === 0) {
          await line.context.clock.sleep(5, signal);
        }
        const { origin } = new URL(links[0] ?? '');
        const wrong = await fetch(`${origin}/callback?state=other`);
        links.push(String(wrong.status));
      },
    };
    const openBrowser = async (link: string) => {
      links.push(link);
      return { exited: Promise.resolve(0) };
    };
    const outcome = await line.runIn({ clock, openBrowser }, 'logout', '--browser-too', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'login_timeout', exit_code: 7 });
    expect(links[1]).toBe('403');
    expect((await line.run('status')).exitCode).toBe(4);
  });
});
