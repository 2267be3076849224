import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import {
  type AuthorizationServer,
  type RecordedRequest,
  startAuthorizationServer,
} from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { endOf } from '../support/bundled-script.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { KEYRING_PROGRAMS, withKeyring } from '../support/keyring.ts';
import { commandOf, type Program } from '../support/programs.ts';
import { describeWith } from '../support/requirements.ts';

const SECRET = 'CANARY-Kd8sVw3bNq6x';
let command: Program;
let server: AuthorizationServer;
let home: CommandHome;
const target = () => [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
const dataDirectory = () => join(home.home, '.local/share/oauth-login');
const accountFiles = () => {
  const directory = join(dataDirectory(), 'accounts');
  return existsSync(directory) ? readdirSync(directory).map((name) => join(directory, name)) : [];
};
const filesBelow = (directory: string) => readdirSync(directory, { recursive: true }).map(String).sort();
const errorLine = (code: string) => new RegExp(`"code": "${code}"`);
/** Where `prlimit` sets how large a file may become: a disk that is full, for one process. */
const describeWithLimits = (name: string, tests: () => void) => describeWith(['prlimit'], name, tests);

beforeAll(async () => {
  [command, server] = await Promise.all([
    buildCommand(),
    startAuthorizationServer({
      confidentialClients: [
        {
          clientId: 'confidential',
          clientSecret: SECRET,
          authentication: 'client_secret_post',
          redirectUris: ['http://127.0.0.1/callback'],
        },
      ],
    }),
  ]);
});
afterAll(async () => {
  await server?.close();
  command?.remove();
});
beforeEach(() => {
  home = openHome(command);
});
afterEach(() => {
  server.restore();
  home.close();
});

/** An address that is not known is asked what it is before its metadata are (RFC 9728 §5). */
const isMoreThanDiscovery = ({ endpoint, method, path }: RecordedRequest) =>
  endpoint !== 'discovery' && !(method === 'GET' && path === '/');

describe('T36 without a keychain and without a choice', () => {
  it.each([[{ OAUTH_LOGIN_STORE: undefined }], [{ OAUTH_LOGIN_STORE: 'keychain' }]])(
    'a sign-in ends with exit 8 before the browser opens, and keeps nothing: %j',
    async (env) => {
      const before = server.requests.length;
      const ended = await home.run([...target(), '--json'], { env });
      expect([ended.code, ended.stdout]).toEqual([8, '']);
      for (const choice of ['--store keychain', '--store passphrase', '--store file']) {
        expect(ended.stderr).toContain(choice);
      }
      expect(server.requests.slice(before).filter(isMoreThanDiscovery)).toEqual([]);
      expect(accountFiles()).toEqual([]);
      expect(existsSync(join(dataDirectory(), 'keys/file.key'))).toBe(false);
    },
  );

  it('a passphrase that is not given is no reason for something weaker', async () => {
    const ended = await home.run(target(), { env: { OAUTH_LOGIN_STORE: 'passphrase' } });
    expect([ended.code, accountFiles()]).toEqual([8, []]);
    expect(ended.stderr).toContain('OAUTH_LOGIN_PASSPHRASE');
  });
});

describeWith(KEYRING_PROGRAMS, 'T36 T38 an account whose key is in a keychain', () => {
  it('is not read from anywhere else when the keychain is locked, hangs or is gone', async () => {
    await withKeyring(async (keyringEnv, keyring) => {
      const bus = { ...home.environment, ...keyringEnv, HOME: home.home, OAUTH_LOGIN_STORE: undefined };
      for (const name of Object.keys(bus)) {
        if (/^XDG_(DATA|CONFIG)_HOME$/.test(name)) {
          Reflect.deleteProperty(bus, name);
        }
      }
      const env = { ...bus, BROWSER: home.browser };
      const login = await home.signIn(target(), { env });
      expect([login.code, login.stdout]).toEqual([0, expect.stringMatching(/stored: .*keychain/)]);
      expectNoSecrets({ directory: home.home }, server.issuedSecrets());
      expect((await home.run(['token'], { env })).code).toBe(0);
      const token = server.issuedSecrets('access_token').at(-1) ?? '';

      const gone = { ...env, DBUS_SESSION_BUS_ADDRESS: undefined };
      for (const store of [undefined, 'file']) {
        const ended = await home.run(['token', '--json'], { env: { ...gone, OAUTH_LOGIN_STORE: store } });
        expect([ended.code, ended.stdout]).toEqual([8, '']);
        expect(ended.stderr).toMatch(errorLine('store_unavailable'));
      }
      const status = await home.run(['status'], { env: gone });
      expect([status.code, status.stdout]).toEqual([0, expect.stringContaining('keychain')]);

      await keyring.lock();
      const locked = await home.run(['token', '--json'], { env });
      expect([locked.code, locked.stdout]).toEqual([8, '']);
      expect(locked.stderr).toMatch(errorLine('store_locked'));
      keyring.pause();
      const hanging = await home.run(['token', '--json'], { env });
      keyring.resume();
      expect([hanging.code, hanging.signal, hanging.stdout]).toEqual([8, null, '']);
      expect(hanging.stderr).toMatch(errorLine('store_timeout'));
      expect(hanging.milliseconds).toBeLessThan(60_000);

      expect(readdirSync(join(dataDirectory(), 'keys'))).toEqual(['keychain.json']);
      expectNoSecrets({ directory: home.home }, [token, ...server.issuedSecrets()]);
    });
  });
});

describe('T37 an account file that was touched', () => {
  const files = new Map<string, string>();
  /** A home in which both have signed in; every test touches a copy of it. */
  let both: CommandHome;
  beforeAll(async () => {
    both = openHome(command);
    for (const user of ['ada', 'grace']) {
      expect((await both.runHere(target(), { user })).code).toBe(0);
    }
  });
  afterAll(() => both.close());
  beforeEach(() => {
    home.close();
    home = both.copy();
    files.clear();
    for (const file of accountFiles()) {
      files.set(readFileSync(file, 'utf8').includes('Hopper') ? 'grace' : 'ada', file);
    }
    expect([...files.keys()].sort()).toEqual(['ada', 'grace']);
  });

  /** Runs the command that a hint ends with. */
  const mend = (hint: string) => {
    const remedy = /: ((?:rm|chmod|mv) .+)$/m.exec(hint)?.[1] ?? '';
    expect(remedy).not.toBe('');
    execFileSync('/bin/sh', ['-c', remedy]);
  };

  it.each<readonly [string, (ada: string, grace: string) => void]>([
    ['is swapped with that of another account', (ada, grace) => copyFileSync(ada, grace)],
    [
      'has one character of its body changed',
      (_ada, grace) => {
        const text = readFileSync(grace, 'utf8');
        const at = text.length - 20;
        writeFileSync(grace, `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`);
      },
    ],
    [
      'has one character of its head changed',
      (_ada, grace) => writeFileSync(grace, readFileSync(grace, 'utf8').replace('Hopper', 'Hoppe2')),
    ],
    ['is cut off', (_ada, grace) => writeFileSync(grace, readFileSync(grace).subarray(0, 300))],
    ['is empty', (_ada, grace) => writeFileSync(grace, '')],
    ['is something else', (_ada, grace) => writeFileSync(grace, '{"access_token":"x"}')],
    ['may be read by others', (_ada, grace) => chmodSync(grace, 0o644)],
    [
      'is a link',
      (_ada, grace) => {
        renameSync(grace, `${grace}.moved`);
        symlinkSync(`${grace}.moved`, grace);
      },
    ],
  ])('%s: exit 8 with the command that mends it, and the other account works', async (_what, touch) => {
    const file = files.get('grace') ?? '';
    touch(files.get('ada') ?? '', file);
    const touched = readFileSync(file);
    const before = server.requests.length;
    const again = await home.runHere([...target(), '--timeout', '5']);
    expect([again.code, again.stdout]).toEqual([8, '']);
    expect(again.stderr).toContain(file);
    expect(again.stderr).toMatch(/^oauth-login: hint: .*: (?:rm|chmod) .+$/m);
    expect(server.requests.slice(before).filter(isMoreThanDiscovery)).toEqual([]);
    expect(readFileSync(file)).toEqual(touched);

    const grace = await home.run(['token', '--account', 'grace']);
    const status = await home.run(['status']);
    expect(status.stdout).toContain('ada (Ada Lovelace)');
    const ada = await home.run(['token', '--account', 'ada']);
    expect([ada.code, ada.stdout]).toEqual([0, expect.stringMatching(/^[\w-]+\n$/)]);
    expect([grace.code, grace.stdout]).toEqual([8, '']);
    mend(grace.stderr);
    expect((await home.run(['token', '--account', 'ada'])).stdout).toBe(ada.stdout);
    expect((await home.runHere(target(), { user: 'grace' })).code).toBe(0);
    expect((await home.run(['token', '--account', 'grace'])).code).toBe(0);
  });

  it('stops no sign-in with another client, unless it does not say whose it is', async () => {
    const file = files.get('grace') ?? '';
    const text = readFileSync(file, 'utf8');
    const other = [server.issuer, '--client-id', 'confidential', '--allow-http-loopback'];
    const env = {
      [`OAUTH_LOGIN_${new URL(server.issuer).host.replaceAll(/\W/g, '_')}_CLIENT_SECRET`]: SECRET,
    };
    writeFileSync(file, text.slice(0, -30));
    expect((await home.runHere(other, { env })).code).toBe(0);
    writeFileSync(file, text.slice(0, 200));
    const ended = await home.run(other, { env });
    expect([ended.code, ended.stderr]).toEqual([8, expect.stringContaining(file)]);
    const left = await home.run(['logout', '--all']);
    expect([left.code, left.stderr]).toEqual([8, expect.stringContaining(file)]);
    // Nor is the registration asked for of somebody whose client identifier may be in there.
    writeFileSync(file, text.slice(0, 200), { mode: 0o600 });
    const unknown = await home.run([server.issuer, '--allow-http-loopback']);
    expect([unknown.code, unknown.stderr]).toEqual([8, expect.stringContaining(file)]);
  });

  it('is no damage when the key was put away: signing in again is enough', async () => {
    const key = join(dataDirectory(), 'keys/file.key');
    renameSync(key, `${key}.old`);
    expect((await home.run(['token', '--account', 'grace'])).code).toBe(8);
    expect((await home.runHere(target(), { user: 'grace' })).code).toBe(0);
    expect((await home.run(['token', '--account', 'grace'])).code).toBe(0);
  });

  it('that does not belong there is told of, and hides nobody', async () => {
    const ada = files.get('ada') ?? '';
    copyFileSync(ada, join(ada, '..', 'notes.txt'));
    expect((await home.runHere(target())).code).toBe(0);
    const status = await home.run(['status']);
    expect([status.code, status.stderr]).toEqual([0, expect.stringContaining('notes.txt')]);
    for (const user of ['ada', 'grace']) {
      expect((await home.run(['token', '--account', user])).code).toBe(0);
    }
    expect((await home.run(['token', '--account', 'nobody'])).code).toBe(4);
  });
});

describeWithLimits('T28 a disk that is full', () => {
  const limit = (pid: number, bytes: number) =>
    execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}`]);

  it('from the start: exit 8 before the browser opens', async () => {
    const args = ['--fsize=0', ...commandOf(command), ...target()];
    const ended = await endOf(
      spawn('prlimit', args, { env: home.environment, stdio: ['ignore', 'pipe', 'pipe'] }),
    );
    expect([ended.code, ended.stdout, accountFiles()]).toEqual([8, '', []]);
    expect(ended.stderr).toMatch(/cannot write .+\noauth-login: hint: .+/);
    await expect(Promise.race([home.browserArguments(), Promise.resolve('closed')])).resolves.toBe('closed');
  });

  it('during the sign-in: exit 8, the page says so, and nothing half written stays', async () => {
    const running = home.start(target());
    const [link = ''] = await home.browserArguments();
    limit(running.pid, 400);
    const page = await playUserAgent(link, { user: 'ada', consent: true });
    const ended = await running.ended;
    expect([ended.code, ended.stdout, accountFiles()]).toEqual([8, '', []]);
    expect(page.title).not.toMatch(/^Signed in/);
    expect(readdirSync(join(dataDirectory(), 'accounts'))).toEqual([]);
    expectNoSecrets({ directory: home.home }, server.issuedSecrets());
    expect((await home.signIn(target())).code).toBe(0);
  });

  it('during a refresh: exit 8 without a token, and the next run says to sign in again', async () => {
    await home.runHere(target());
    server.breakEndpoint('token', { kind: 'late', milliseconds: 1_000 });
    const before = server.hits('token');
    const running = home.start(['token', '--refresh']);
    await expect.poll(() => server.hits('token')).toBeGreaterThan(before);
    limit(running.pid, 400);
    const ended = await running.ended;
    server.restore();
    expect([ended.code, ended.stdout, accountFiles().length]).toEqual([8, '', 1]);
    const next = await home.run(['token', '--refresh']);
    expect([next.code, next.stderr]).toEqual([4, expect.stringContaining('sign in again with: oauth-login')]);
    expectNoSecrets(ended.stderr + next.stderr, server.issuedSecrets());
  });
});

describe('T40 where files are put', () => {
  it('never in the directory for temporary files', async () => {
    const temporary = join(home.home, '..', 'temporary');
    mkdirSync(temporary);
    const env = { TMPDIR: temporary, TMP: temporary, TEMP: temporary };
    expect((await home.signIn(target(), { env })).code).toBe(0);
    for (const args of [['token', '--refresh'], ['whoami'], ['status'], ['logout']]) {
      expect([args, (await home.run(args, { env })).code]).toEqual([args, 0]);
    }
    expect(readdirSync(temporary)).toEqual([]);
  });

  it.each<readonly [string, (directory: string) => void, number]>([
    [
      'a link in the place of one of ours',
      (directory) => {
        mkdirSync(directory, { mode: 0o700 });
        symlinkSync(home.home, join(directory, 'accounts'));
      },
      8,
    ],
    ['a file', (directory) => writeFileSync(directory, ''), 8],
    [
      'open to everybody',
      (directory) => {
        mkdirSync(directory);
        chmodSync(directory, 0o777);
      },
      3,
    ],
    [
      'below one that everybody may write in',
      (directory) => {
        mkdirSync(directory, { mode: 0o700 });
        chmodSync(join(directory, '..'), 0o777);
      },
      8,
    ],
  ])('not in a directory that is %s: an error before the browser opens', async (_what, prepare, code) => {
    mkdirSync(join(home.home, 'place'));
    const directory = join(home.home, 'place/data');
    prepare(directory);
    const filesBefore = filesBelow(home.home);
    const ended = await home.run(target(), { env: { OAUTH_LOGIN_DATA_DIR: directory } });
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toMatch(/^oauth-login: hint: .+/m);
    expect(filesBelow(home.home)).toEqual(filesBefore);
  });

  it('but in a private directory, also below a shared one and through a link of our own', async () => {
    const shared = join(home.home, 'shared');
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    mkdirSync(join(shared, 'ours'), { mode: 0o700 });
    symlinkSync(join(shared, 'ours'), join(home.home, 'link'));
    for (const place of [join(shared, 'ours'), join(home.home, 'link')]) {
      expect((await home.signIn(target(), { env: { XDG_DATA_HOME: place } })).code).toBe(0);
    }
    expect(readdirSync(join(shared, 'ours'))).toEqual(['oauth-login']);
    for (const variable of ['XDG_DATA_HOME', 'XDG_CONFIG_HOME']) {
      const ended = await home.run(target(), { env: { [variable]: shared } });
      expect([ended.code, ended.stderr]).toEqual([3, expect.stringContaining(`${variable} is ${shared}`)]);
      expect(ended.stderr).toContain(`oauth-login: hint: set ${variable} to `);
    }
    expect(readdirSync(shared)).toEqual(['ours']);
  });

  it.each(['relative/path', '.', '~/x'])('not in %s: exit 3', async (directory) => {
    for (const variable of ['XDG_DATA_HOME', 'OAUTH_LOGIN_DATA_DIR', 'OAUTH_LOGIN_CONFIG_DIR']) {
      const ended = await home.run(target(), { env: { [variable]: directory } });
      expect([variable, ended.code]).toEqual([variable, 3]);
    }
    expect(readdirSync(home.home)).toEqual([]);
  });
});
