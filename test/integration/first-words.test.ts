import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { helpers } from '../../src/credential-helpers/helpers.ts';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { AbortedError } from '../../src/ground/errors.ts';
import { platformPaths } from '../../src/host/paths.ts';
import { providerIndex } from '../../src/providers/provider-index.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { checkHints } from '../support/hint-commands.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';

const clientSecret = 'canary-of-a-client-secret';

let line: CommandLine;
beforeEach(() => {
  line = openCommandLine({ user: 'nobody' });
});
afterEach(() => line.close());

function stdinWith(text: string) {
  return {
    isTTY: false,
    async *[Symbol.asyncIterator]() {
      yield text;
    },
  };
}

const errorFrom = async (...argv: string[]) => errorOf(await line.run(...argv, '--json'));

describe('a client that is not registered yet', () => {
  it.each(['google', 'facebook'])(
    'is not given a redirect URI to enter at %s, where none is',
    async (name) => {
      const { code, hint } = await errorFrom(name);
      expect(code).toBe('config_missing_client_id');
      expect(hint).toContain('no redirect URI is entered there');
      expect(hint).not.toContain('/callback');
      const { stderr } = await line.run('setup', name);
      expect(stderr).toContain('no redirect URI is entered there');
      expect(stderr).not.toContain('/callback');
    },
  );

  it('is given the redirect URI that was asked for, where the usual one would need none', async () => {
    const { hint } = await errorFrom('google', '--redirect-uri', 'https://client.example/back');
    expect(hint).toContain('with the redirect URI https://client.example/back');
  });

  it.each([
    ['github', /with the redirect URI .*\. For --device: .*tick "Enable Device Flow"/],
    ['microsoft', /\. For --device: .*"Allow public client flows"/],
    ['facebook', /\. For --device: .*"Login from Devices".*Client token/],
    ['gitlab', /\. For --device: GitLab 17\.2 and later/],
    ['twitch', /\. For --device: Register the application as "Public"/],
  ])('needs more for --device at %s, which the hint tells', async (name, told) => {
    expect((await errorFrom(name, '--device')).hint).toMatch(told);
    expect((await errorFrom(name)).hint).not.toContain('--device');
  });

  it('is of another kind for --device at Google, and the guide does not lead to that', async () => {
    const { hint } = await errorFrom('google', '--device');
    expect(hint).toContain('register a client of the type "TVs and Limited Input devices" at');
    expect(hint).toMatch(/OAUTH_LOGIN_GOOGLE_CLIENT_ID and OAUTH_LOGIN_GOOGLE_CLIENT_SECRET$/);
  });

  it.each(['microsoft', 'gitlab', 'x'])(
    'needs no secret at %s, so no variable of one is named',
    async (name) => {
      const { hint } = await errorFrom(name);
      expect(hint).toContain(`OAUTH_LOGIN_${name.toUpperCase()}_CLIENT_ID`);
      expect(hint).not.toContain('CLIENT_SECRET');
    },
  );

  it('may have a secret at a server of which nothing is known', async () => {
    const server = closeAfterTest(await openQuirkyServer());
    const played = closeAfterTest(openPlayedCommandLine(server));
    const issuer = 'https://login.example.com';
    server.at(
      `${issuer}/.well-known/openid-configuration`,
      json({ issuer, authorization_endpoint: issuer, token_endpoint: issuer }),
    );
    const { hint } = errorOf(await played.run(issuer, '--json'));
    expect(hint).toContain('OAUTH_LOGIN_LOGIN_EXAMPLE_COM_CLIENT_SECRET, if it has a secret');
  });

  it.each(['github', 'google', 'facebook', 'x', 'gitlab', 'microsoft', 'twitch'])(
    'is asked for at %s in a line that can be read',
    async (name) => expect((await errorFrom(name)).hint.length).toBeLessThan(360),
  );
});

describe('a client whose secret is missing', () => {
  it('is registered already: the file and the one variable are named, and nothing else', async () => {
    const { code, hint } = await errorFrom('github', '--client-id', 'my-client');
    expect(code).toBe('config_missing_client_secret');
    expect(hint).toContain('--client-secret-file');
    expect(hint).toContain('OAUTH_LOGIN_GITHUB_CLIENT_SECRET');
    expect(hint).not.toMatch(/register|CLIENT_ID/);
  });

  it('is not said to miss it when setup has sealed one for it', async () => {
    const given = ['--client-id', 'my-client', '--client-secret-file', '-'];
    await line.runIn({ stdin: stdinWith(clientSecret) }, 'setup', 'github', ...given);
    const again = await line.run('setup', 'github', '--client-id', 'my-client');
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toBe('');
    expect(again.stdout).toContain('with its secret encrypted');
    const other = await line.run('setup', 'github', '--client-id', 'another-client');
    expect(other.stderr).toContain('GitHub also needs a client secret');
  });
});

describe('help', () => {
  it.each([[['github', '--help']], [['https://login.example.com', '-h']], [['login', '--help']]])(
    'of %j is that of a sign-in',
    async (argv) => {
      const { exitCode, stdout } = await line.run(...argv);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('Usage: oauth-login login');
      expect(stdout).toContain('--no-browser');
    },
  );

  it('shows first that a target is enough', async () => {
    const { stdout } = await line.run('--help');
    expect(stdout).toMatch(
      /^Usage: oauth-login <target> \[options\]\n {7}oauth-login <command> \[options\]\n/,
    );
    expect((await line.run('status', '--help')).stdout).toContain('Usage: oauth-login status');
  });
});

describe('a command line that cannot be read', () => {
  it.each([
    [['auth', 'login'], 'to sign in, use: oauth-login github'],
    [['auth', 'status'], 'use: oauth-login status'],
    [['auth', 'logout', 'github'], 'use: oauth-login logout github'],
    [['auth', 'refresh', 'work'], 'oauth-login token work --refresh'],
    [['auth'], 'oauth-login github'],
    [['signin'], 'oauth-login github'],
    [['signin', 'gitlab'], 'oauth-login gitlab'],
    [['signout'], 'oauth-login logout'],
    [['list'], 'oauth-login status'],
    [['ls'], 'oauth-login status'],
    [['refresh'], 'oauth-login token --refresh'],
    [['refresh', 'work'], 'oauth-login token work --refresh'],
    [['Refresh', 'work', '--json'], 'oauth-login token work --refresh'],
    [['revoke', 'work'], 'oauth-login logout work'],
    [['register', 'gitlab'], 'oauth-login setup gitlab'],
    [['init'], 'oauth-login setup github'],
    [['config', '--list'], 'oauth-login setup github'],
    [
      ['curl', 'work', 'https://api.example.com/?a=1&b=2'],
      "oauth-login request work 'https://api.example.com/?a=1&b=2'",
    ],
    [['curl', '-H', 'x: y'], 'oauth-login request github https://api.github.com/user'],
    [['activate'], 'oauth-login switch'],
    [['select', 'ada'], 'oauth-login switch ada'],
    [['completions', 'bash'], 'oauth-login completion bash'],
    [['credentials', 'get'], 'oauth-login credential git'],
    [['upgrade'], 'oauth-login --version'],
    [['version'], 'oauth-login --version'],
  ])('%j is a word of another tool, and leads to %s', async (argv, meant) => {
    const { code, message, hint, exit_code } = await errorFrom(...argv);
    expect(exit_code).toBe(2);
    expect(code).toMatch(/^usage_/);
    expect(message).toBe(`there is no command ${JSON.stringify(argv[0])}`);
    expect(hint).toContain(meant);
    await checkHints(JSON.stringify({ hint }));
  });

  it.each([
    [['tokn'], 'oauth-login token'],
    [['tokn', 'github'], 'oauth-login token'],
    [['--versoin'], '--version'],
    [['--verson'], '--version'],
    [['gihub'], 'github'],
    [['logout', '--al'], '--all'],
    [['github', '--nobrowser'], '--no-browser'],
    [['github', '--clientid', 'abc'], '--client-id'],
  ])('%j suggests %s', async (argv, meant) => {
    const { exit_code, message } = await errorFrom(...argv);
    expect(exit_code).toBe(2);
    expect(message).toContain(`did you mean ${meant}?`);
  });

  it.each([[['y']], [['']], [['  ']], [['zzzz']], [['--zzzz']]])('%j suggests nothing', async (argv) => {
    const { exit_code, message } = await errorFrom(...argv);
    expect(exit_code).toBe(2);
    expect(message).not.toContain('did you mean');
  });

  it.each(['-v', '-V'])('%s is the version', async (flag) => {
    expect(await line.run(flag)).toMatchObject({ exitCode: 0, stdout: `${packageJson.version}\n` });
  });

  it('-? is the help', async () => {
    expect((await line.run('-?')).stdout).toBe((await line.run('--help')).stdout);
  });

  it('with a long dash, as documents print it, is told so', async () => {
    const { exit_code, message, hint } = await errorFrom('github', '\u2014client-id', 'abc');
    expect(exit_code).toBe(2);
    expect(message).toBe('"\u2014client-id" begins with a long dash');
    expect(hint).toContain('two hyphens');
  });

  it.each([
    [['github', 'google'], 'too many words after "github": "google"'],
    [['list-of', 'accounts'], 'too many words after "list-of": "accounts"'],
    [['status', 'github'], 'too many words for status: "github"'],
    [['whoami', 'a', 'b', 'c'], 'too many words for whoami: "b" "c"'],
    [['exec'], 'exec needs a provider'],
    [['request', 'github'], 'request needs the URL of the request'],
    [['setup'], 'setup needs the name of a provider'],
    [['completion'], 'completion needs a shell: bash, zsh, fish or powershell'],
    [
      ['credential'],
      `credential needs a kind: ${Object.keys(helpers).slice(0, -1).join(', ')} or ${Object.keys(helpers).at(-1)}`,
    ],
    [['login', '--port'], 'no value was given: --port <ports>'],
    [['status', '--nonsense'], 'unknown option --nonsense'],
    [['help', 'nonsense'], 'there is no command "nonsense"'],
  ])('%j says what was typed, and what to type', async (argv, message) => {
    const { stderr, exitCode } = await line.run(...argv);
    expect(exitCode).toBe(2);
    expect(stderr).toBe(`oauth-login: error: ${message}\n${stderr.split('\n')[1]}\n`);
    expect(stderr).toMatch(/\noauth-login: hint: .*oauth-login .*\n$/);
  });

  it.each([
    [['account', 'list'], 'oauth-login status'],
    [['profile', 'list'], 'oauth-login status'],
    [['profiles', 'switch', 'acme:ada'], 'oauth-login switch acme:ada'],
    [['sso', 'login'], 'oauth-login github'],
    [['auth', 'login'], 'oauth-login github'],
    [['sso', 'login', 'acme'], 'oauth-login login acme'],
    [['rename', 'acme', 'boss'], 'oauth-login login acme --as boss'],
    [['oauth-login', 'github'], 'oauth-login github'],
    [['oauth-login', 'token', 'github'], 'oauth-login token github'],
    [['oauth-login', 'account', 'list'], 'oauth-login status'],
    [['setup-git'], 'oauth-login credential git --install'],
    [['uninstall'], 'oauth-login forget --everything'],
    [['logout', 'all'], 'oauth-login logout --all'],
    [['whoami', 'offline'], 'oauth-login whoami --offline'],
    [['forget', 'work'], 'oauth-login logout work'],
    [['forget', '--all'], 'oauth-login forget --everything'],
    [['whoami', '--all'], 'oauth-login status'],
    [['token', '--all'], 'oauth-login logout --help'],
    [['login', '--hostname', 'git.example.com'], 'oauth-login gitlab --host'],
    [['switch', '--user', 'octocat'], 'oauth-login switch github:octocat'],
  ])('%j, as other tools have it, leads to the command that is meant', async (argv, command) => {
    const { stderr, exitCode } = await line.run(...argv);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/\noauth-login: hint: .*\n$/);
    expect(stderr).toMatch(new RegExp(`${command}(?![\\w-])`));
    expect(stderr).not.toMatch(/did you mean|for login/);
    await checkHints(stderr);
  });

  it('names an example of each command that needs a word', async () => {
    for (const name of ['exec', 'request', 'setup']) {
      expect((await line.run(name)).stderr).toContain(`for example: oauth-login ${name} github`);
    }
  });
});

describe('providers', () => {
  it('shows one that people host themselves without a host, and says what stands in its place', async () => {
    const { exitCode, stdout, stderr } = await line.run('providers', 'keycloak');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('(oauth-login keycloak --host server.example');
    expect(stdout).toContain('To register a client');
    expect(stderr).toContain('note: server.example');
  });

  it('shows every one in full, whatever it would need at a sign-in', async () => {
    for (const { name } of providerIndex()) {
      expect((await line.run('providers', name)).exitCode, name).toBe(0);
    }
  });

  it('are told of where there is no place for files', async () => {
    const paths = platformPaths({}, 'linux');
    expect((await line.runIn({ paths }, 'providers')).stdout).toContain('github');
    expect((await line.runIn({ paths }, 'providers', 'github')).exitCode).toBe(0);
    expect((await line.runIn({ paths }, 'status')).exitCode).toBe(3);
  });

  it.each(['github', 'google', 'x'])('breaks what it tells of %s where the terminal ends', async (name) => {
    const out: string[] = [];
    const stdout = { write: (text: string) => out.push(text), isTTY: true, columns: 50 };
    await line.runIn({ stdout }, 'providers', name);
    const told = out.join('').split('To register a client')[1]?.split('\n').slice(1) ?? [];
    expect(told.length).toBeGreaterThan(10);
    expect(
      told.filter((text) => text.length > 50 && text.trim().includes(' ') && !text.includes('://')),
    ).toEqual([]);
  });
});

describe('a target', () => {
  it.each(['Github', 'GITHUB'])('%s is github', async (name) => {
    expect((await errorFrom(name)).code).toBe('config_missing_client_id');
    expect((await line.run('providers', name)).stdout).toContain('(oauth-login github)');
    const env = { ...line.context.env, OAUTH_LOGIN_GITHUB_TOKEN: 'token-of-the-job' };
    expect((await line.runIn({ env }, 'token', name)).stdout).toBe('token-of-the-job\n');
  });

  it('of any case is the one of the configuration beside --issuer too', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_TOKEN: 'token-of-the-job' };
    const { stdout } = await line.runIn({ env }, 'token', 'Work', '--issuer', 'https://login.example.com');
    expect(stdout).toBe('token-of-the-job\n');
  });

  it.each([
    ['github.com', 'github'],
    ['https://github.com', 'github'],
    ['https://github.com/', 'github'],
    ['www.github.com', 'github'],
    ['gitlab.com', 'gitlab'],
    ['google.com', 'google'],
    ['https://www.google.com', 'google'],
    ['microsoft.com', 'microsoft'],
    ['x.com', 'x'],
  ])('%s is the address of a preset', async (typed, preset) => {
    for (const command of [[], ['whoami'], ['token']]) {
      const { message, exit_code } = await errorFrom(...command, typed);
      expect(exit_code).toBe(2);
      expect(message).toContain(`did you mean ${preset}?`);
    }
  });

  it('may be the issuer of a preset all the same, and whatever --issuer names', async () => {
    const server = closeAfterTest(await openQuirkyServer());
    const played = closeAfterTest(openPlayedCommandLine(server));
    for (const argv of [['https://gitlab.com'], ['own', '--issuer', 'https://github.com']]) {
      const issuer = argv.at(-1);
      server.at(
        `${issuer}/.well-known/openid-configuration`,
        json({ issuer, authorization_endpoint: issuer, token_endpoint: issuer }),
      );
      expect(errorOf(await played.run(...argv, '--json')).code).toBe('config_missing_client_id');
    }
  });

  it('that is a host is not answered with another command than the one that was typed', async () => {
    for (const command of ['whoami', 'token', 'logout']) {
      const { hint } = await errorFrom(command, 'login.example.com');
      expect(hint).toContain('https://login.example.com');
      expect(hint).not.toMatch(/oauth-login (?:https|gitlab)/);
    }
  });

  it('over plain http is refused before anything has to be registered', async () => {
    for (const issuer of ['http://local:1', 'http://login.example.com']) {
      const { code, message, hint } = await errorFrom(issuer, '--allow-http-loopback');
      expect(code).toBe('config_invalid_value');
      expect(message).toBe(`the issuer of ${new URL(issuer).host} uses plain http`);
      expect(hint).toContain('127.0.0.1, [::1] or localhost');
    }
    expect((await errorFrom('http://github.com')).message).toContain('did you mean github?');
  });

  describe('of an account that is signed in', () => {
    let server: AuthorizationServer;
    beforeAll(async () => {
      server = await startAuthorizationServer();
    });
    afterAll(() => server.close());

    it('is the one that --account wants to sign in again, and nobody else is', async () => {
      const person = openCommandLine({ user: 'ada' });
      const signIn = [server.issuer, '--allow-http-loopback', '--json'];
      try {
        const unknown = await person.run(...signIn, '--account', 'ada');
        expect(errorOf(unknown).code).toBe('login_required');
        await person.run(...signIn, '--client-id', server.clientId);
        const before = (await person.run('token')).stdout;

        const at = (user: string) => ({
          openBrowser: async (uri: string) => {
            void playUserAgent(uri, { user, consent: true }).catch(() => {});
            return { exited: Promise.resolve(0) };
          },
        });
        const other = await person.runIn(at('grace'), ...signIn, '--account', 'ada');
        expect(errorOf(other)).toMatchObject({ code: 'account_mismatch', exit_code: 4 });
        expect(errorOf(other).message).toMatch(
          /^grace signed in to 127.* instead of ada; nothing was stored$/,
        );
        expect((await person.run('token')).stdout).toBe(before);

        const same = await person.runIn(at('ada'), ...signIn, '--account', 'ada');
        expect(same.exitCode).toBe(0);
        expect((await person.run('token')).stdout).not.toBe(before);
        for (const { stderr } of [other, same]) {
          expect(stderr).toMatch(/\nhttp:\S+[?&]login_hint=ada(?:&|\n)/);
        }
        expect(JSON.parse((await person.run('status', '--json')).stdout).accounts).toHaveLength(1);
      } finally {
        person.close();
      }
    });

    it('may be what status calls it', async () => {
      const person = openCommandLine({ user: 'ada' });
      try {
        const client = ['--client-id', server.clientId, '--allow-http-loopback'];
        expect((await person.run(server.issuer, ...client)).exitCode).toBe(0);
        const [, label = ''] = /^(127\.0\.0\.1:\d+): /.exec((await person.run('status')).stdout) ?? [];
        expect(label).toBe(new URL(server.issuer).host);
        for (const command of [['whoami'], ['whoami', '--offline'], ['token'], ['logout']]) {
          expect((await person.run(...command, label)).exitCode, command.join(' ')).toBe(0);
        }
      } finally {
        person.close();
      }
    });
  });
});

describe('Ctrl-C in the demo', () => {
  it.each(['$ oauth-login login', '$ oauth-login token'])('is told once, at %s', async (at) => {
    const interrupt = new AbortController();
    const stdout = {
      write: (text: string) => text.includes(at) && interrupt.abort(new AbortedError()),
    };
    const outcome = await line.runIn({ stdout, signal: interrupt.signal }, 'demo', '--no-browser');
    expect(outcome.exitCode).toBe(130);
    expect(outcome.stderr.match(/^oauth-login: error: .*/gm)).toEqual(['oauth-login: error: interrupted']);
  });
});
