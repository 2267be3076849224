import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AbortedError } from '../../src/ground/errors.ts';
import { expandProvider } from '../../src/providers/expand.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { clientFileWith } from '../support/client-file.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { configurationOf } from '../support/configuration-file.ts';
import {
  type Answer,
  openPlayedCommandLine,
  type PlayedCommandLine,
} from '../support/played-command-line.ts';
import { formOf, lastTo, parametersOf } from '../support/preset-at-the-wire.ts';
import { github, microsoft } from '../support/presets.ts';
import { playProvider } from '../support/quirky-providers.ts';
import { text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { writtenFiles } from '../support/written-files.ts';

const clientSecret = 'canary-secret-typed-at-a-terminal';
const startLink = /^http:\/\/127\.0\.0\.1:\d+\/s\/[\w-]{22}$/;
const registrationPage = '/github.com/settings/applications/new';
const yes = true;
const no = false;
const ctrlC = new AbortedError();

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
  server.on(registrationPage, text('<h1>Register a new OAuth app</h1>', 'text/html'));
  playProvider(server, expandProvider(github), {
    token: { scope: 'read:user,user:email' },
    profile: { id: 1, login: 'octocat', email: 'o@g.test' },
  });
});

/** What was asked, as a person sees it. */
const questions = () => line.asked.map(({ kind, question }) => `${kind}: ${question}`);

describe('the first sign-in to GitHub, at a terminal, without a client id', () => {
  const answers: readonly Answer[] = [yes, ' Iv1.typed ', clientSecret];

  it('says what to register and why, opens the page, takes the client, and goes on to the sign-in', async () => {
    const { exitCode, stdout, stderr } = await line.runAtTerminal(answers, 'github');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to GitHub as octocat <o@g\.test>\n/);
    expect(stderr).toMatch(/^This takes a few minutes, and you do it only once\.\sGitHub\sonly\saccepts/);
    expect(stderr).toMatch(/\n {2}1\. Sign in to GitHub\./);
    const lines = stderr.split('\n');
    expect(lines).toContain('http://127.0.0.1/callback');
    const page = lines.find((one) => one.startsWith('https://github.com/settings/')) ?? '';
    expect(parametersOf(new URL(page).searchParams)).toEqual({
      'oauth_application[name]': 'oauth-login',
      'oauth_application[url]': 'http://127.0.0.1/',
      'oauth_application[callback_url]': 'http://127.0.0.1/callback',
      'oauth_application[description]': 'Sign in from the terminal',
    });
    expect(questions()).toEqual([
      'confirm: Open the page in your browser?',
      'text: Client ID that GitHub gave you',
      'secret: Client secret that GitHub gave you (hidden while you type or paste)',
    ]);
    expect(line.asked[0]?.initial).toBe(true);
    expect(stderr).toContain('Saved. The next sign-in to GitHub needs none of these steps. Now sign in.\n');
    expect(formOf(lastTo(server, 'POST /github.com/login/oauth/access_token'))).toMatchObject({
      client_id: 'Iv1.typed',
      client_secret: clientSecret,
    });
    expect(configurationOf(line)).toEqual({ providers: { github: { client_id: 'Iv1.typed' } } });
    expect((await line.run('github')).exitCode).toBe(0);
  });

  it('keeps the secret out of sight and seals it', async () => {
    expect((await line.runAtTerminal(answers, 'github', '--debug')).exitCode).toBe(0);
    expect(writtenFiles(line).filter((name) => name.endsWith('.client'))).toHaveLength(1);
    expectNoSecrets(line.everythingSaid(), [clientSecret]);
    expectNoSecrets({ directory: line.directory }, [clientSecret]);
  });

  describe('T01 the page that is opened', () => {
    it('is reached through a link of our own, the only thing that the opener gets', async () => {
      await line.runAtTerminal(answers, 'github');
      expect(line.opened).toHaveLength(2);
      for (const link of line.opened) {
        expect(link).toMatch(startLink);
      }
      expect(line.visited[0]).toBe(line.opened[0]);
      expect(new URL(line.visited[1] ?? '').origin).toBe('https://github.com');
      expect(lastTo(server, registrationPage).query.get('oauth_application[callback_url]')).toBe(
        'http://127.0.0.1/callback',
      );
    });

    it('is gone once it was followed', async () => {
      await line.runAtTerminal(answers, 'github');
      await expect(fetch(line.opened[0] ?? server.origin)).rejects.toThrow();
    });

    it('is gone once the person has gone on, though nobody followed it', async () => {
      // A failure in here would be taken for a browser that cannot be opened.
      const links: [string, number][] = [];
      const openBrowser = async (link: string) => {
        const { status } = await fetch(link, { redirect: 'manual' });
        links.push([link, status]);
        return { exited: Promise.resolve(0) };
      };
      const outcome = await line.runAtTerminalIn({ openBrowser }, answers, 'setup', 'github');
      expect(outcome.exitCode).toBe(0);
      expect(links).toEqual([[expect.stringMatching(startLink), 403]]);
      await expect(fetch(links[0]?.[0] ?? server.origin)).rejects.toThrow();
    });

    it('is not opened when the person does not want that', async () => {
      expect((await line.runAtTerminal([no, 'Iv1.typed', clientSecret], 'setup', 'github')).exitCode).toBe(0);
      expect(line.opened).toEqual([]);
    });

    it('is not offered where no browser can be opened, nor with --no-browser', async () => {
      const two = ['Iv1.typed', clientSecret];
      await line.runAtTerminalIn({ canOpenBrowser: false }, two, 'setup', 'github');
      expect(line.asked.map(({ kind }) => kind)).toEqual(['text', 'secret']);
      const another = closeAfterTest(openPlayedCommandLine(server));
      await another.runAtTerminal(two, 'github', '--no-browser', '--timeout', '1');
      const [first, second] = another.asked;
      expect([first?.question, second?.question]).toEqual(line.asked.map(({ question }) => question));
      expect([...line.opened, ...another.opened]).toEqual([]);
    });

    it('can fail to open: the person is told, and the registration goes on', async () => {
      const failing = {
        openBrowser: async () => {
          throw new Error('no browser');
        },
      };
      const { exitCode, stderr } = await line.runAtTerminalIn(failing, answers, 'setup', 'github');
      expect(exitCode).toBe(0);
      expect(stderr).toContain('The browser could not be opened; open the page above yourself.\n');
      expect(configurationOf(line)).toEqual({ providers: { github: { client_id: 'Iv1.typed' } } });
    });
  });

  it('asks where the sealing key is to live once, before anything is typed', async () => {
    line = closeAfterTest(openPlayedCommandLine(server, { OAUTH_LOGIN_STORE: '' }));
    const { exitCode } = await line.runAtTerminal(['file', no, 'Iv1.typed', clientSecret], 'github');
    expect(exitCode).toBe(0);
    expect(line.asked.map(({ kind }) => kind)).toEqual(['choose', 'confirm', 'text', 'secret']);
    expect(configurationOf(line)).toEqual({
      store: 'file',
      providers: { github: { client_id: 'Iv1.typed' } },
    });
  });

  it.each<[string, readonly Answer[]]>([
    ['the place of the key', [ctrlC]],
    ['the page', ['file', ctrlC]],
    ['the client id', ['file', no, ctrlC]],
    ['the client id, with the page open', ['file', yes, ctrlC]],
    ['the client secret', ['file', no, 'Iv1.typed', ctrlC]],
  ])(
    'stops on Ctrl-C at the question for %s: exit 130, nothing written, no link left',
    async (_name, pressed) => {
      line = closeAfterTest(openPlayedCommandLine(server, { OAUTH_LOGIN_STORE: '' }));
      const { exitCode, stdout, stderr } = await line.runAtTerminal(pressed, 'github');
      expect(exitCode).toBe(130);
      expect(stdout).toBe('');
      expect(stderr).toMatch(
        /oauth-login: error: interrupted\noauth-login: hint: run the command again .+\n$/,
      );
      expect(writtenFiles(line)).toEqual([]);
      expect(line.opened).toHaveLength(pressed.includes(yes) ? 1 : 0);
      for (const link of line.opened) {
        await expect(fetch(link)).rejects.toThrow();
      }
    },
  );

  it.each([
    ['a client id with a space', [no, 'two words']],
    ['no client id', [no, '  ']],
    ['no client secret, which GitHub needs', [no, 'Iv1.typed', '']],
    ['a client secret of two lines', [no, 'Iv1.typed', 'one\ntwo']],
    ['the client id once more as the secret', [no, 'Iv1.typed', 'Iv1.typed']],
    ['the path of a file, since GitHub has none', [no, '/tmp/client.json']],
    ['an e-mail address', [no, 'ada@example.com']],
    ['an access token', [no, 'gho_1234567890']],
    ['a placeholder', [no, 'YOUR_CLIENT_ID']],
  ])('does not take %s', async (_name, given) => {
    // The prompt would ask again; the script's end shows that it refused.
    expect((await line.runAtTerminal(given, 'github')).exitCode).toBe(1);
    expect(writtenFiles(line)).toEqual([]);
  });
});

describe('setup, guided, once more', () => {
  beforeEach(async () => {
    const { stdout } = await line.runAtTerminal([no, 'Iv1.first', clientSecret], 'setup', 'github');
    expect(stdout).toMatch(/, with its secret encrypted\.\nSign in with: oauth-login github\n$/);
  });

  it('proposes the client id, keeps the secret on Enter, and changes nothing', async () => {
    const before = configurationOf(line);
    expect((await line.runAtTerminal(['Iv1.first', ''], 'setup', 'github')).exitCode).toBe(0);
    expect(line.asked.slice(3)).toMatchObject([
      { kind: 'text', initial: 'Iv1.first' },
      { kind: 'secret', question: expect.stringContaining('press Enter to keep the stored one') },
    ]);
    expect(configurationOf(line)).toEqual(before);
    expect((await line.run('github')).exitCode).toBe(0);
    expect(formOf(lastTo(server, 'POST /github.com/login/oauth/access_token'))).toMatchObject({
      client_secret: clientSecret,
    });
  });

  it('says first what is there, and shows no guide', async () => {
    const { stderr } = await line.runAtTerminal(['Iv1.first', ''], 'setup', 'github');
    expect(stderr.replaceAll(/\s+/g, ' ')).toMatch(
      /^GitHub is set up already: the client Iv1\.first is saved, with its secret encrypted\. Press Enter to keep what is there\. /,
    );
    expect(stderr).not.toContain('  1. ');
    expect(stderr).not.toContain('note:');
  });

  it('asks for the secret of another client anew', async () => {
    const typed = 'another-secret';
    const { exitCode, stderr } = await line.runAtTerminal(['Iv1.second', typed], 'setup', 'github');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('note: it takes the place of the client Iv1.first;');
    expect(questions().at(-1)).not.toContain('stored');
    await line.run('github');
    expect(formOf(lastTo(server, 'POST /github.com/login/oauth/access_token'))).toMatchObject({
      client_id: 'Iv1.second',
      client_secret: typed,
    });
  });
});

describe('setup, guided, of other providers', () => {
  it('calls the client id and the secret what the page of the provider calls them', async () => {
    await line.runAtTerminal([no, 'id', ''], 'setup', 'gitlab', '--host', 'git.example.com');
    await line.runAtTerminal([no, '1234', 'secret'], 'setup', 'facebook');
    expect(questions()).toEqual([
      'confirm: Open the page in your browser?',
      'text: Application ID that GitLab (git.example.com) gave you',
      'secret: Secret that GitLab (git.example.com) gave you (hidden while you type or paste; press Enter if there is none)',
      'confirm: Open the page in your browser?',
      'text: App ID that Facebook gave you',
      'secret: App secret that Facebook gave you (hidden while you type or paste)',
    ]);
    expect(configurationOf(line)).toEqual({
      providers: {
        'git.example.com': { preset: 'gitlab', host: 'git.example.com', client_id: 'id' },
        facebook: { client_id: '1234' },
      },
    });
  });

  it('keeps what the flags say', async () => {
    playProvider(server, expandProvider(microsoft, { tenant: 'contoso.example' }), {
      idToken: { sub: '1', tid: 't' },
      profile: { sub: '1' },
    });
    const { stdout } = await line.runAtTerminal(
      [no, '00001111-aaaa-2222-bbbb-3333cccc4444', ''],
      ...['setup', 'microsoft', '--tenant', 'contoso.example', '--scope', 'User.Read'],
    );
    expect(stdout).toMatch(/oauth-login microsoft\n$/);
    expect(configurationOf(line)).toEqual({
      providers: {
        microsoft: {
          tenant: 'contoso.example',
          scopes: ['openid', 'profile', 'email', 'User.Read'],
          client_id: '00001111-aaaa-2222-bbbb-3333cccc4444',
        },
      },
    });
  });

  it('takes the secret from a file without asking for it', async () => {
    const absent = join(line.directory, 'absent');
    const refused = await line.runAtTerminal([no, 'id'], 'setup', 'github', '--client-secret-file', absent);
    expect(refused.exitCode).toBe(3);
    expect(line.asked).toEqual([]);
    const file = clientFileWith(line, clientSecret);
    chmodSync(file, 0o600);
    const taken = await line.runAtTerminal([no, 'id'], 'setup', 'github', '--client-secret-file', file);
    expect(taken.exitCode).toBe(0);
    expect(line.asked.map(({ kind }) => kind)).toEqual(['confirm', 'text']);
    await line.run('github');
    expect(formOf(lastTo(server, 'POST /github.com/login/oauth/access_token'))).toMatchObject({
      client_secret: clientSecret,
    });
  });
});

describe('without a terminal', () => {
  const registered = (uri: string) => `with the redirect URI ${uri},`;
  it.each([
    ['github', 'https://github.com/settings/applications/new', registered('http://127.0.0.1/callback'), true],
    ['google', 'https://console.cloud.google.com/auth/clients', '(no redirect URI is entered there)', true],
    ['facebook', 'https://developers.facebook.com/apps/', '(no redirect URI is entered there)', true],
    ['x', 'https://console.x.com', registered('http://127.0.0.1:8923/callback'), false],
    ['gitlab', 'https://gitlab.com/-/user_settings', registered('http://127.0.0.1/callback'), false],
    ['microsoft', 'https://entra.microsoft.com/', registered('http://localhost/callback'), false],
  ])('%s: exit 3, naming the page, the redirect URI and the variables', async (name, page, uri, secret) => {
    const { exitCode, stderr } = await line.run(name);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(page);
    expect(stderr).toContain(uri);
    const variable = `OAUTH_LOGIN_${name.toUpperCase()}_CLIENT`;
    expect(stderr).toContain(secret ? `set ${variable}_ID and ${variable}_SECRET;` : `set ${variable}_ID;`);
    expect(stderr).toContain(`oauth-login setup ${name} in a terminal`);
    expect(line.opened).toEqual([]);
    expect((await line.run('setup', name)).exitCode).toBe(3);
  });
});

describe('the first sign-in to a provider of one’s own', () => {
  let issuer: AuthorizationServer;
  beforeAll(async () => {
    issuer = await startAuthorizationServer();
  });
  afterAll(() => issuer.close());

  it('is guided too: there is no page to open, and a secret only if there is one', async () => {
    const { exitCode, stderr, stdout } = await line.runAtTerminalIn(
      { openHttp: line.realHttp },
      [issuer.clientId, ''],
      ...['setup', 'demo-sso', '--issuer', issuer.issuer, '--allow-http-loopback'],
    );
    expect(exitCode).toBe(0);
    expect(questions()).toEqual([
      'text: Client ID that demo-sso gave you',
      'secret: Client secret that demo-sso gave you (hidden while you type or paste; press Enter if there is none)',
    ]);
    expect(stderr).toContain('Enter http://127.0.0.1/callback as the redirect URI.');
    expect(stdout).toMatch(/oauth-login demo-sso --allow-http-loopback\n$/);
    expect(configurationOf(line)).toEqual({
      providers: { 'demo-sso': { issuer: issuer.issuer, client_id: issuer.clientId } },
    });
  });

  it('leaves no half of it behind on Ctrl-C', async () => {
    for (const pressed of [[ctrlC], [issuer.clientId, ctrlC]]) {
      const { exitCode } = await line.runAtTerminalIn(
        { openHttp: line.realHttp },
        pressed,
        ...['setup', 'demo-sso', '--issuer', issuer.issuer, '--allow-http-loopback'],
      );
      expect(exitCode).toBe(130);
      expect(writtenFiles(line)).toEqual([]);
    }
  });

  it('asks nothing when the issuer is wrong', async () => {
    const { exitCode } = await line.runAtTerminalIn(
      { openHttp: line.realHttp },
      [],
      ...['setup', 'demo-sso', '--issuer', `${issuer.issuer}/nowhere`, '--allow-http-loopback'],
    );
    expect(exitCode).toBe(3);
    expect(line.asked).toEqual([]);
  });
});
