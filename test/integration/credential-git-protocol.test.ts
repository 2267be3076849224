import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import { signInAt } from '../support/sign-in.ts';
import { standardInput } from '../support/standard-input.ts';

const ask = (input: string | Buffer, ...words: string[]) =>
  line.runIn({ stdin: standardInput(Buffer.from(input)) }, 'credential', 'git', ...words);
const get = (input: string | Buffer) => ask(input, 'get');
const host = () => new URL(server.issuer).host;
const token = async () => (await line.run('token')).stdout.trim();

let server: AuthorizationServer;
let line: CommandLine;
beforeAll(async () => {
  server = await startAuthorizationServer({ accessTokenLifetime: 600 });
  line = openCommandLine({ user: 'ada' });
  await signInAt(server, line);
});
afterEach(() => server.restore());
afterAll(async () => {
  line.close();
  await server.close();
});

describe('credential git get', () => {
  it('answers with the token, a user name and the end of the token', async () => {
    const { stdout, stderr, exitCode } = await get(`protocol=http\nhost=${host()}\n\n`);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^username=oauth2\npassword=[^\n]+\npassword_expiry_utc=\d{10}\n$/);
    expect(stdout).toContain(`\npassword=${await token()}\n`);
  });

  it('answers in the newer form where git offers it, and lets no other helper store it', async () => {
    const offer = 'capability[]=authtype\ncapability[]=state\n';
    const { stdout } = await get(`${offer}protocol=http\nhost=${host()}\nwwwauth[]=Basic realm="x"\n\n`);
    const credential = Buffer.from(`oauth2:${await token()}`).toString('base64');
    expect(stdout).toMatch(
      /^capability\[\]=authtype\nauthtype=Basic\ncredential=[\w+/=]+\nephemeral=1\npassword_expiry_utc=\d+\n$/,
    );
    expect(stdout).toContain(`\ncredential=${credential}\n`);
    expect((await get(`capability[]=state\nprotocol=http\nhost=${host()}\n`)).stdout).toMatch(/^username=/);
  });

  it('ignores words that it does not know, and what follows an empty line', async () => {
    const { stdout } = await get(`future=1\nlist[]=a\nlist[]=b\nprotocol=http\nhost=${host()}\n\nhost=x\r`);
    expect(stdout).toContain(`password=${await token()}`);
    expect(await ask('', 'future')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    expect((await ask('', 'capability')).stdout).toBe('version 0\ncapability authtype\n');
  });

  it('gives the user name that git asks for, and nothing for one that nobody has', async () => {
    const as = async (user: string) =>
      (await get(`protocol=http\nhost=${host()}\nusername=${user}\n`)).stdout;
    expect(await as('ada')).toMatch(/^username=ada\npassword=/);
    expect(await as('oauth2')).toMatch(/^username=oauth2\n/);
    expect(await as('mallory')).toBe('');
  });

  it('tells git to stop where a person has to sign in, and opens no browser', async () => {
    const own = closeAfterTest(openCommandLine({ user: 'ada' }));
    await signInAt(server, own);
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_grant"}' });
    const later = { ...line.context.clock, now: () => new Date(Date.now() + 3_600_000) };
    const stdin = standardInput(`protocol=http\nhost=${host()}\n`);
    const outcome = await own.runIn({ clock: later, stdin }, 'credential', 'git', 'get');
    expect([outcome.exitCode, outcome.stdout]).toEqual([4, 'quit=1\n']);
    expect(outcome.stderr).toContain(`sign in again with: oauth-login ${server.issuer}`);
  });
});

describe('credential git asked for what it must not give', () => {
  const variants = (name: string): readonly (readonly [string, string])[] => [
    ['https', 'evil-git.example.com'],
    ['https', 'git.example.com.evil.test'],
    ['https', 'git.example.com:8443'],
    ['https', 'git.example.com.'],
    ['https', 'xn--gt-jia.example.com'],
    ['https', 'git.example.com@evil.test'],
    ['https', ''],
    ['http', 'git.example.com'],
    ['ssh', 'git.example.com'],
    ['https', name],
  ];

  it('T02, T50 says nothing, and asks the keychain nothing', async () => {
    const own = closeAfterTest(openCommandLine({ user: 'ada' }));
    writeConfiguration(own, {
      providers: { forge: { issuer: server.issuer, api_origins: ['https://git.example.com'] } },
    });
    const keychain = new FakeKeychain();
    const env = { BROWSER: 'played', OAUTH_LOGIN_STORE: 'keychain' };
    const changes = { env, openKeychain: keychain.open };
    const signedIn = await own.runIn(
      changes,
      'forge',
      '--client-id',
      server.clientId,
      '--allow-http-loopback',
    );
    expect(signedIn.exitCode).toBe(0);
    const asked = async (input: string) => {
      const before = keychain.calls.get + keychain.calls.open;
      const outcome = await own.runIn(
        { ...changes, stdin: standardInput(input) },
        'credential',
        'git',
        'get',
      );
      return { ...outcome, reads: keychain.calls.get + keychain.calls.open - before };
    };
    for (const [protocol, name] of variants(host())) {
      const outcome = await asked(`protocol=${protocol}\nhost=${name}\nwwwauth[]=Basic realm="Gitea"\n`);
      expect([name, outcome]).toEqual([name, { exitCode: 0, stdout: '', stderr: '', reads: 0 }]);
    }
    expect(await asked('protocol=https\n')).toMatchObject({ exitCode: 0, stdout: '', reads: 0 });
    expect(await asked('protocol=https\nhost=GIT.EXAMPLE.COM\n')).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('password='),
      reads: 2,
    });
  });

  it.each([
    ['a carriage return', 'protocol=http\nhost=localhost\nusername=\rprotocol=https\rhost=github.com\r\n'],
    ['CRLF', 'protocol=http\r\nhost=HOST\r\n'],
    ['NUL', 'protocol=http\nhost=HOST\0.evil.test\n'],
    ['U+0085', 'protocol=http\nhost=HOST\nusername=a\u0085b\n'],
    ['U+2028', 'protocol=http\nhost=HOST\nusername=a\u2028host=x\n'],
    ['a key twice', 'protocol=http\nhost=HOST\nhost=github.com\n'],
    ['a line without =', 'protocol=http\nhost=HOST\nhello\n'],
    ['a line without a key', 'protocol=http\nhost=HOST\n=x\n'],
    ['a line of 70 KB', `protocol=http\nhost=HOST\npath=${'x'.repeat(70_000)}\n`],
    ['300 KB', `protocol=http\nhost=HOST\n${'a[]=bbbbbbbbbb\n'.repeat(25_000)}`],
  ])('T03 refuses the whole of a message with %s', async (_, input) => {
    const { exitCode, stdout, stderr } = await get(input.replaceAll('HOST', host()));
    expect([exitCode, stdout]).toEqual([2, '']);
    expect(stderr).toContain('the message ');
  });
});

describe('credential git store and erase', () => {
  // Time goes on meanwhile.
  const accounts = async () => (await line.run('status', '--json')).stdout.replace(/"expires_in": \d+/g, '');

  it('T52 leave the account alone, unless the erased password is the stored token', async () => {
    const [before, used] = [await accounts(), await token()];
    const where = `protocol=http\nhost=${host()}\nusername=oauth2\n`;
    await ask(`${where}password=planted\noauth_refresh_token=planted\n`, 'store');
    await ask(where, 'erase');
    await ask(`${where}password=another\n`, 'erase');
    await ask(`protocol=https\nhost=github.com\npassword=${used}\n`, 'erase');
    expect(await accounts()).toBe(before);

    expect(await ask(`${where}password=${used}\n`, 'erase')).toEqual({ exitCode: 0, stdout: '', stderr: '' });
    const next = (await get(where)).stdout;
    expect(next).toContain('password=');
    expect(next).not.toContain(used);
    expectNoSecrets(line.everythingSaid(), server.issuedSecrets('refresh_token'));
  });
});
