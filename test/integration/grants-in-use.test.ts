import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ChildProgram } from '../../src/ground/ports.ts';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CiIdentityStub, startCiIdentity } from '../support/ci-identity.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { bundleCommand, homeOf, startCommand } from '../support/command-process.ts';
import { fakeClock } from '../support/fake-context.ts';
import { CLIENT_SECRET, clientKey, startMachineServer } from '../support/machine-server.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { commandsIn } from '../support/readme.ts';

const CLIENT = 'machine-client_secret_post';
const key = clientKey('RS256');
let ci: CiIdentityStub;
let server: AuthorizationServer;
let api: QuirkyServer;
let line: CommandLine;

beforeAll(async () => {
  ci = await startCiIdentity();
  const assertionIssuers = new Map([['machine-public', key.privateKey]]);
  server = await startMachineServer({ clients: new Map([['RS256', key]]), assertionIssuers }, () => ci);
});
afterAll(async () => {
  await server.close();
  await ci.close();
});
beforeEach(async () => {
  api = await openQuirkyServer();
  api.on('/thing', (_, response) => void response.end('the thing\n'));
  line = openCommandLine(
    { user: 'nobody' },
    { BROWSER: '', CI: 'true', OAUTH_LOGIN_WORK_CLIENT_SECRET: CLIENT_SECRET },
  );
  configure({ work: { issuer: server.issuer, api_origins: [api.origin] } });
});
afterEach(async () => {
  server.restore();
  line.close();
  await api.close();
});

function configure(providers: object): void {
  const { configDir } = line.context.paths;
  mkdirSync(configDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(configDir, 'config.json'), JSON.stringify({ providers }), { mode: 0o600 });
}

const credentials = (...more: string[]) => [
  ...['--grant', 'client-credentials', '--client-id', CLIENT, '--allow-http-loopback'],
  ...more,
];
const requestsSoFar = () => server.requests.length;
const noNetwork = {
  openHttp: async () => {
    throw new Error('the network was used');
  },
};
const token = async (...more: string[]) =>
  (await line.run('token', 'work', ...credentials(...more))).stdout.trim();

/** Runs `exec`, and gives the programs that it started. */
async function exec(flags: readonly string[], changes: Parameters<CommandLine['runIn']>[0] = {}) {
  const started: ChildProgram[] = [];
  const startChild = async (child: ChildProgram) => {
    started.push(child);
    return { exitCode: Promise.resolve(7) };
  };
  const argv = ['exec', 'work', ...flags, '--', 'program', '--grant', 'of-its-own'];
  return { started, outcome: await line.runIn({ startChild, ...changes }, ...argv) };
}

describe('exec --grant', () => {
  it('runs the command with a token of client-credentials, and gives its exit code', async () => {
    const { started, outcome } = await exec(credentials('--scope', 'read'));
    expect(outcome).toEqual({ exitCode: 7, stdout: '', stderr: '' });
    expect(started).toMatchObject([{ program: 'program', args: ['--grant', 'of-its-own'] }]);
    expect(server.issuedSecrets('access_token')).toContain(started[0]?.env.WORK_TOKEN);
    expect(server.requestsTo('token').at(-1)?.form.get('scope')).toBe('read');
  });

  it('runs it with a token of jwt-bearer', async () => {
    const file = join(line.directory, 'key.pem');
    writeFileSync(file, key.pem, { mode: 0o600 });
    const { started, outcome } = await exec([
      ...['--grant', 'jwt-bearer', '--client-id', 'machine-public', '--client-authentication', 'none'],
      ...['--key-file', file, '--allow-http-loopback', '--as', 'T'],
    ]);
    expect(outcome).toMatchObject({ exitCode: 7, stderr: '' });
    expect(server.issuedSecrets('access_token')).toContain(started[0]?.env.T);
  });

  it("runs it with a token that the job's identity was exchanged for", async () => {
    const env = { ...line.context.env, ID_TOKEN: ci.sign({ aud: server.issuer }) };
    const flags = ['--grant', 'token-exchange', '--client-id', CLIENT, '--subject-token-env'];
    const { started, outcome } = await exec([...flags, 'ID_TOKEN', '--allow-http-loopback'], { env });
    expect(outcome).toMatchObject({ exitCode: 7, stderr: '' });
    expect(server.issuedSecrets('access_token')).toContain(started[0]?.env.WORK_TOKEN);
  });

  it('T60 keeps the credential of the client to itself', async () => {
    const { started } = await exec(credentials());
    expect(Object.keys(started[0]?.env ?? {}).filter((name) => name.startsWith('OAUTH_LOGIN'))).toEqual([
      'OAUTH_LOGIN_STORE',
    ]);
    expectNoSecrets(JSON.stringify(started), [CLIENT_SECRET]);
  });

  it('uses a kept token again, without network, and that of token as well', async () => {
    const printed = await token();
    const before = requestsSoFar();
    const { started } = await exec(credentials(), noNetwork);
    expect(started[0]?.env.WORK_TOKEN).toBe(printed);
    expect(requestsSoFar()).toBe(before);
  });

  it('asks for a token that is good for --min-validity', async () => {
    const short = await token();
    const { started } = await exec(credentials('--min-validity', '400'));
    expect(started[0]?.env.WORK_TOKEN).not.toBe(short);
  });

  it('wins over a token in the environment', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_TOKEN: 'from-outside' };
    const { started } = await exec(credentials(), { env });
    expect(started[0]?.env.WORK_TOKEN).toMatch(/^(?!from-outside).{20,}/);
  });

  it.each<[string, string[], number, string]>([
    ['a variable that is not to be set', credentials('--as', 'PATH'), 2, 'changes how programs run'],
    ['a flag without --grant', ['--audience', 'a'], 2, '--audience cannot be used without --grant'],
    ['an unknown grant', ['--grant', 'password'], 2, 'there is no grant "password"'],
    ['a flag of another grant', credentials('--rotate-to', 'x'), 2, '--rotate-to cannot be used with'],
    ['an account', credentials('--account', 'x'), 2, "cannot be used with option '--account"],
    ['a missing key', ['--grant', 'jwt-bearer', '--client-id', 'x'], 3, 'needs a key'],
    ['a missing subject', ['--grant', 'token-exchange'], 3, 'OAUTH_LOGIN_WORK_SUBJECT_TOKEN'],
    ['a missing client', ['--grant', 'client-credentials'], 3, 'OAUTH_LOGIN_WORK_CLIENT_ID'],
  ])('with %s runs nothing and asks nobody', async (_what, flags, exitCode, said) => {
    const before = requestsSoFar();
    const { started, outcome } = await exec(flags);
    expect([outcome.exitCode, started, requestsSoFar()]).toEqual([exitCode, [], before]);
    expect(outcome.stderr).toMatch(/^oauth-login: error: .+\noauth-login: hint: .+\n$/);
    expect(outcome.stderr).toContain(said);
  });

  it('runs nothing when the server refuses', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_CLIENT_SECRET: 'not-the-secret-of-this-machine' };
    const { started, outcome } = await exec(credentials(), { env });
    expect([outcome.exitCode, started]).toEqual([5, []]);
  });

  it('works in a real process', async () => {
    const command = bundleCommand();
    try {
      const env = { ...homeOf(line), CI: 'true', OAUTH_LOGIN_WORK_CLIENT_SECRET: CLIENT_SECRET };
      const argv = ['exec', 'work', ...credentials(), '--', 'sh', '-c', 'printf %s "$WORK_TOKEN"; exit 9'];
      const { code, stdout, stderr } = await startCommand(command, argv, env).ended;
      expect([code, stderr]).toEqual([9, '']);
      expect(server.issuedSecrets('access_token')).toContain(stdout);
    } finally {
      command.remove();
    }
  });
});

describe('docs/ci.md', () => {
  const lines = commandsIn(readFileSync(new URL('../../docs/ci.md', import.meta.url), 'utf8'))
    .filter(({ kind }) => kind === 'sh')
    .flatMap((block) => block.lines.map(({ command }) => command));

  it('shows each command that takes --grant', () => {
    expect(lines.map((text) => text.split(' ')[1])).toEqual(['token', 'exec', 'request']);
  });

  it.each(lines)('what it shows works: %s', async (command) => {
    const words = command
      .replace('https://login.example.com', server.issuer)
      .replace('https://api.example.com', api.origin)
      .replace('my-client', `${CLIENT} --allow-http-loopback`)
      .split(' ');
    const startChild = async ({ args, env }: ChildProgram) => {
      expect(env[args[0] ?? '']).toMatch(/^[\w-]{20,}$/);
      return { exitCode: Promise.resolve(0) };
    };
    expect(await line.runIn({ startChild }, ...words.slice(1))).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('request --grant', () => {
  const request = (...more: string[]) => line.run('request', 'work', ...more);

  it('sends the token to the API', async () => {
    const outcome = await request(`${api.origin}/thing`, ...credentials());
    expect(outcome).toEqual({ exitCode: 0, stdout: 'the thing\n', stderr: '' });
    const [, sent] = /^Bearer (.+)$/.exec(api.requests.at(-1)?.headers.authorization ?? '') ?? [];
    expect(server.issuedSecrets('access_token')).toContain(sent);
  });

  it('T02 asks for no token for an address that it may not be sent to', async () => {
    const before = requestsSoFar();
    for (const address of ['https://evil.example/', `${api.origin}1/`, server.issuer]) {
      const outcome = await request(address, ...credentials());
      expect([address, outcome.exitCode, outcome.stdout]).toEqual([address, 2, '']);
    }
    expect(requestsSoFar()).toBe(before);
    expect(api.requests).toEqual([]);
  });

  it('asks for another token, once, when a kept one is refused', async () => {
    const kept = await token();
    api.on('/thing', (_, response) => void response.writeHead(401).end('no'));
    expect((await request(`${api.origin}/thing`, ...credentials())).stdout).toBe('no');
    const sent = api.requests.map(({ headers }) => headers.authorization);
    expect(sent).toHaveLength(2);
    expect(sent[0]).toBe(`Bearer ${kept}`);
    expect(sent[1]).not.toBe(sent[0]);
    expect(`Bearer ${await token()}`).toBe(sent[1]);
  });

  it('asks once only for a token that was not kept', async () => {
    api.on('/thing', (_, response) => void response.writeHead(401).end('no'));
    const before = server.requestsTo('token').length;
    await request(`${api.origin}/thing`, ...credentials('--no-store'));
    expect(api.requests).toHaveLength(1);
    expect(server.requestsTo('token')).toHaveLength(before + 1);
  });

  it.each([
    ['-d', '--data'],
    ['--json', '--json'],
  ])('reads standard input once: %s @- and a secret from there', async (flag, name) => {
    const more = credentials('--client-secret-file', '-', flag, '@-');
    const outcome = await request(`${api.origin}/thing`, ...more);
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain(`--client-secret-file and ${name} cannot both be standard input`);
    expect(api.requests).toEqual([]);
  });

  it('refuses the flags of a grant without --grant', async () => {
    const outcome = await request(`${api.origin}/thing`, '--scope', 'read');
    expect(outcome.exitCode).toBe(2);
    expect(outcome.stderr).toContain('--scope cannot be used without --grant');
  });
});

describe('token --format json with a grant', () => {
  it('names the grant, and no account', async () => {
    const { stdout } = await line.run('token', 'work', '--json', ...credentials());
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ grant: 'client-credentials', provider: 'work', token_type: 'Bearer' });
    expect(Object.keys(answer)).not.toContain('account');
  });
});

describe('status', () => {
  it('shows the kept token of a grant, without network and without the token', async () => {
    const kept = await token('--scope', 'read');
    const { exitCode, stdout, stderr } = await line.runIn(noNetwork, 'status');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout.replace(/for \d minutes/, 'for N minutes')).toBe(
      `work: a token of --grant client-credentials as ${CLIENT}
  provider:  work (${server.issuer})
  scopes:    read
  valid:     for N minutes, then requested again
  stored:    encrypted, but the key is in a file beside it: only file permissions protect it
`,
    );
    expectNoSecrets(stdout, [kept, CLIENT_SECRET]);
  });

  it('tells programs the same', async () => {
    const kept = await token('--scope', 'read');
    const { stdout } = await line.runIn(noNetwork, 'status', '--json');
    expectNoSecrets(stdout, [kept, CLIENT_SECRET]);
    const { accounts, grants, problems } = JSON.parse(stdout);
    expect([accounts, problems]).toEqual([[], []]);
    expect(grants).toEqual([
      {
        provider: 'work',
        label: 'work',
        issuer: server.issuer,
        grant: 'client-credentials',
        client_id: CLIENT,
        scopes: ['read'],
        issued_at: expect.stringMatching(/^20.*Z$/),
        expires_at: expect.stringMatching(/^20.*Z$/),
        expires_in: expect.any(Number),
        store: 'file',
      },
    ]);
    expect(grants[0].expires_in).toBeGreaterThan(200);
  });

  it('does not show one that has expired', async () => {
    await token();
    const clock = fakeClock('real');
    clock.advance(301_000);
    expect((await line.runIn({ clock }, 'status')).exitCode).toBe(4);
  });

  it('says which file others may read, and shows the others', async () => {
    await token();
    await token('--scope', 'read');
    const directory = join(line.context.paths.dataDir, 'grants');
    const file = join(directory, readdirSync(directory)[0] ?? '');
    chmodSync(file, 0o644);
    const { exitCode, stdout, stderr } = await line.run('status');
    expect(exitCode).toBe(0);
    expect(stdout.match(/a token of --grant/g)).toHaveLength(1);
    expect(stderr).toContain(file);
    expect((await line.run('logout', '--all')).stdout).toContain('Deleted 1 kept token');
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('logout', () => {
  const grantsOf = async () => {
    const { stdout } = await line.run('status', '--json');
    return stdout === ''
      ? []
      : JSON.parse(stdout).grants.map(({ provider }: { provider: string }) => provider);
  };

  it('forgets the kept tokens of its target, and of no other', async () => {
    const other = await startMachineServer(
      { clients: new Map([['RS256', key]]), assertionIssuers: new Map() },
      () => ci,
    );
    try {
      const first = await token();
      const env = { ...line.context.env, OAUTH_LOGIN_OTHER_CLIENT_SECRET: CLIENT_SECRET };
      const asked = ['token', 'other', '--issuer', other.issuer, ...credentials()];
      expect((await line.runIn({ env }, ...asked)).exitCode).toBe(0);
      expect((await grantsOf()).sort()).toEqual(['other', 'work']);
      const { exitCode, stdout } = await line.runIn(noNetwork, 'logout', 'work');
      expect([exitCode, stdout]).toEqual([
        0,
        'Deleted 1 kept token of --grant from this machine; it stays valid at the provider until it expires.\n',
      ]);
      expect(await grantsOf()).toEqual(['other']);
      expect(await token()).not.toBe(first);
    } finally {
      await other.close();
    }
  });

  it('knows a name that stood on the command line only', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_ADHOC_CLIENT_SECRET: CLIENT_SECRET };
    const asked = ['token', 'adhoc', '--issuer', server.issuer, ...credentials()];
    expect((await line.runIn({ env }, ...asked)).exitCode).toBe(0);
    expect(await grantsOf()).toEqual(['adhoc']);
    expect((await line.run('logout', 'nobody-knows-it')).exitCode).toBe(2);
    expect((await line.run('logout', 'adhoc')).stdout).toContain('Deleted 1 kept token');
    expect(await grantsOf()).toEqual([]);
  });

  it('tells programs which were forgotten', async () => {
    await token();
    const { stdout } = await line.run('logout', 'work', '--json');
    expect(JSON.parse(stdout)).toEqual([
      {
        grant: 'client-credentials',
        provider: 'work',
        client_id: CLIENT,
        revocation: 'not-tried',
        forgotten: true,
      },
    ]);
  });

  it('without a target names what would forget them', async () => {
    await token();
    const outcome = await line.run('logout', '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'login_required',
      hint: expect.stringContaining('oauth-login logout --all'),
    });
    expect((await line.run('logout', '--all')).exitCode).toBe(0);
    expect(await grantsOf()).toEqual([]);
  });

  it('of a target that has neither says that nobody is signed in there', async () => {
    await token();
    const outcome = await line.run('logout', 'github', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'login_required', exit_code: 4 });
    expect(errorOf(outcome).hint).toMatch(/^there is nothing to sign out; .+: oauth-login status$/);
    expect(await grantsOf()).toEqual(['work']);
  });

  it('of a named account forgets nothing when there is no such account', async () => {
    await token();
    expect((await line.run('logout', 'work', '--account', 'ada')).exitCode).toBe(4);
    expect(await grantsOf()).toEqual(['work']);
  });
});
