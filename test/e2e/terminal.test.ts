import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { getRequest, headerOf, sendRaw } from '../support/raw-client.ts';
import { describeWith } from '../support/requirements.ts';
import { openTerminal, type Terminal } from '../support/terminal.ts';

const clientSecret = 'canary-secret-typed-at-a-real-terminal';

describeWith(['tmux'], 'a person at a real terminal, for the first time', () => {
  let server: AuthorizationServer;
  let terminal: Terminal;

  beforeAll(async () => {
    server = await startAuthorizationServer();
  });
  afterAll(() => server.close());
  beforeEach(async () => {
    terminal = await openTerminal(inject('packedCommandFolder'), { OAUTH_LOGIN_STORE: 'file' });
  });
  afterEach(() => terminal.close());

  const configuration = () =>
    JSON.parse(readFileSync(join(terminal.home, '.config/oauth-login/config.json'), 'utf8'));
  const filesWritten = () =>
    readdirSync(terminal.home, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ name }) => name);

  it('is led through the registration at GitHub, sees no secret, and the sign-in goes on', async () => {
    await terminal.enter('oauth-login github');
    await terminal.shows('Open the page in your browser?');
    const screen = await terminal.screen();
    expect(screen).toMatch(/^This takes a few minutes, and you do it only once\. GitHub only accepts/m);
    expect(screen).toMatch(/^ {2}1\. Sign in to GitHub\./m);
    expect(screen).toMatch(/^http:\/\/127\.0\.0\.1\/callback$/m);
    expect(await terminal.text()).toMatch(
      /^https:\/\/github\.com\/settings\/applications\/new\?oauth_application%5Bname%5D=oauth-login&\S+$/m,
    );
    await terminal.press('Enter');
    const [link = ''] = await terminal.links(1);
    const { port, host, pathname } = new URL(link);
    const reply = await sendRaw(Number(port), getRequest(host, pathname));
    expect(headerOf(reply, 'location')).toMatch(/^https:\/\/github\.com\/settings\/applications\/new\?/);
    await terminal.shows('Client ID that GitHub gave you');
    await terminal.type('Iv1.typed');
    await terminal.press('Enter');
    await terminal.shows('Client secret that GitHub gave you');
    await terminal.press('Enter');
    await terminal.shows('GitHub needs it');
    await terminal.type(clientSecret);
    await terminal.press('Enter');
    await terminal.shows('Waiting for you to finish there');
    expect(await terminal.text()).toContain('Saved. The next sign-in to GitHub needs none of these steps.');
    expect(await terminal.text()).toContain('client_id=Iv1.typed');
    expect(await terminal.links(2)).toHaveLength(2);
    await terminal.press('C-c');
    expect(await terminal.ended()).toBe(130);
    expectNoSecrets(await terminal.text(), [clientSecret]);
    expectNoSecrets({ directory: terminal.home }, [clientSecret]);
    expect(configuration()).toEqual({ providers: { github: { client_id: 'Iv1.typed' } } });
  });

  it('can stop with Ctrl-C at every question, and nothing is left of it', async () => {
    const steps: readonly (readonly [string, () => Promise<void>])[] = [
      ['Open the page in your browser?', () => terminal.press('n')],
      [
        'Client ID that GitHub gave you',
        async () => {
          await terminal.type('Iv1.typed');
          await terminal.press('Enter');
        },
      ],
      ['Client secret that GitHub gave you', () => terminal.type(clientSecret)],
    ];
    for (const [last, [question]] of steps.entries()) {
      await terminal.enter('oauth-login github');
      for (const [before, answer] of steps.slice(0, last)) {
        await terminal.shows(before);
        await answer();
      }
      await terminal.shows(question);
      await terminal.press('C-c');
      expect(await terminal.ended()).toBe(130);
      const text = await terminal.text();
      expect(text).toMatch(/^✗ interrupted$/m);
      expect(text).toMatch(/^ {2}run the command again/m);
      expect(filesWritten()).toEqual([]);
    }
  });

  it.each([
    ['setup google', 'Open the page in your browser?'],
    ['setup github', 'Client ID that GitHub gave you'],
    ['gitlab --client-id c --store passphrase', 'New passphrase for the stored accounts'],
  ])(
    '%s is stopped by Ctrl-D at “%s”: no success, and the terminal is as before',
    async (words, question) => {
      await terminal.enter(`oauth-login ${words}`);
      if (question.startsWith('Client ID')) {
        await terminal.shows('Open the page in your browser?');
        await terminal.press('n');
      }
      await terminal.shows(question);
      await terminal.press('C-d');
      expect(await terminal.ended()).toBe(130);
      expect(await terminal.text()).toContain('✗ the question was closed without an answer');
      expect(await terminal.isSane()).toBe(true);
      expect(filesWritten()).toEqual([]);
    },
  );

  it('T35 asks for the address again after Ctrl-D, and never shows what is pasted', async () => {
    const flags = `--client-id ${server.clientId} --allow-http-loopback --no-browser`;
    await terminal.enter(`oauth-login ${server.issuer} ${flags}`);
    await terminal.shows('Paste the address here');
    const address = /^http\S+\/auth\?\S+$/m.exec(await terminal.text())?.[0] ?? '';
    await terminal.press('C-d');
    await terminal.shows('Not yet: nothing was pasted; to stop, press Ctrl-C. Still waiting.');
    const state = new URL(address).searchParams.get('state') ?? '';
    const redirectUri = new URL(address).searchParams.get('redirect_uri') ?? '';
    const pasted = `${redirectUri}?error=access_denied&state=${state}&iss=${encodeURIComponent(server.issuer)}&error_description=CANARY-PASTED`;
    await terminal.type(pasted);
    await terminal.press('Enter');
    expect(await terminal.ended()).toBe(5);
    expect(await terminal.text()).not.toContain(`${redirectUri}?`);
    expect(await terminal.isSane()).toBe(true);
  });

  it('defines a provider of one’s own, and signs in with the command that is named', async () => {
    await terminal.enter(`oauth-login setup demo-sso --issuer ${server.issuer} --allow-http-loopback`);
    await terminal.shows('Client ID that demo-sso gave you');
    expect(await terminal.text()).toContain('Enter http://127.0.0.1/callback as the redirect URI.');
    await terminal.type(server.clientId);
    await terminal.press('Enter');
    await terminal.shows('press Enter if');
    await terminal.press('Enter');
    expect(await terminal.ended()).toBe(0);
    const command = /^Sign in with: (oauth-login .+)$/m.exec(await terminal.text())?.[1] ?? '';
    expect(configuration()).toEqual({
      providers: { 'demo-sso': { issuer: server.issuer, client_id: server.clientId } },
    });

    await terminal.enter(command);
    const [link = ''] = await terminal.links(1);
    const page = await playUserAgent(link, { user: 'ada', consent: true });
    expect(page.title).toContain('Signed in to demo-sso');
    expect(await terminal.ended()).toBe(0);
    expect(await terminal.text()).toMatch(
      /^✓ Signed in to demo-sso as ada \(Ada Lovelace\) <ada@example\.com>$/m,
    );
    await terminal.enter('oauth-login whoami');
    expect(await terminal.ended()).toBe(0);
    expect(await terminal.text()).toMatch(/^ada \(Ada Lovelace\) <ada@example\.com> at demo-sso$/m);
    expectNoSecrets(
      await terminal.text(),
      server.issuedSecrets('access_token', 'refresh_token', 'id_token', 'code'),
    );
  });

  it('shows nothing of a passphrase that is typed while a wrong one is being tried, and takes it', async () => {
    const client = `--client-id ${server.clientId} --allow-http-loopback --store passphrase`;
    await terminal.enter(
      `OAUTH_LOGIN_PASSPHRASE=the-right-passphrase oauth-login ${server.issuer} ${client}`,
    );
    const [link = ''] = await terminal.links(1);
    await playUserAgent(link, { user: 'ada', consent: true });
    expect(await terminal.ended()).toBe(0);

    await terminal.enter('oauth-login token');
    await terminal.shows('Passphrase of the stored accounts');
    await terminal.type('a wrong passphrase');
    await terminal.press('Enter');
    await terminal.press('C-c');
    expect(await terminal.ended()).toBe(130);
    expect(await terminal.isSane()).toBe(true);

    await terminal.enter('oauth-login token');
    await terminal.shows('Passphrase of the stored accounts');
    await terminal.type('a wrong passphrase');
    await terminal.press('Enter');
    // Under Bun, what is typed before the next question may be lost (docs/one-file.md); it is shown nowhere either.
    if (process.env.OAUTH_LOGIN_TEST_BINARY !== undefined) {
      await terminal.type('the-right');
      await terminal.shows('That was not the right one. Passphrase');
      await terminal.press('C-u');
    }
    await terminal.type('the-right-passphrase');
    await terminal.press('Enter');
    expect(await terminal.ended()).toBe(0);
    const text = await terminal.text();
    expect(text).toContain('That was not the right one. Passphrase');
    expect(text).not.toContain('the-right');
    expect(text).toContain(server.issuedSecrets('access_token').at(-1));
    expect(await terminal.isSane()).toBe(true);
  });

  it('is given a command that works when nobody is signed in', async () => {
    await terminal.enter('oauth-login whoami');
    expect(await terminal.ended()).toBe(4);
    expect(await terminal.text()).toContain('sign in with: oauth-login github (oauth-login providers lists');
  });
});
