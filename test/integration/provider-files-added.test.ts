import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeAfterTest } from '../support/close-after-test.ts';
import { configurationOf, writeConfiguration } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const acme = {
  label: 'Acme',
  group: 'work',
  aliases: ['acme-cloud'],
  issuer: 'https://id.acme.test',
  endpoints: {
    authorization_endpoint: 'https://id.acme.test/authorize',
    token_endpoint: 'https://id.acme.test/token',
  },
  scopes: ['me'],
  pkce: 'required',
  client_secret: 'none',
  redirect: { host: '127.0.0.1', port: 'any' },
  profile: { url: 'https://api.acme.test/me', map: { sub: 'user.key', name: 'user.name' } },
  api_origins: ['https://api.acme.test'],
  revocation: { kind: 'none' },
  confidence: 'A',
  sources: ['https://acme.test/docs'],
  checked: '2026-11-28',
};

let server: QuirkyServer;
let line: PlayedCommandLine;
beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
});

function written(document: object | string, name = 'acme'): string {
  const path = join(line.directory, `${name}.json`);
  writeFileSync(path, typeof document === 'string' ? document : JSON.stringify(document, null, 2));
  return path;
}
const addedFile = (name = 'acme') => join(line.context.paths.configDir, 'providers', `${name}.json`);

describe('providers add', () => {
  it('shows every host, asks, and signs in to what was added', async () => {
    const added = await line.runAtTerminal([true], 'providers', 'add', written(acme));
    expect(added.exitCode).toBe(0);
    expect(added.stderr).toContain('  id.acme.test\n    sign-in page; codes, secrets and tokens\n');
    expect(added.stderr).toContain('  api.acme.test\n    tokens\n');
    expect(added.stdout).toContain('Sign in with: oauth-login acme\n');
    expect(statSync(addedFile()).mode & 0o777).toBe(0o600);
    server.on('/id.acme.test/authorize', (request, response) => {
      const back = new URL(request.query.get('redirect_uri') ?? '');
      back.searchParams.set('code', 'canary-code');
      back.searchParams.set('state', request.query.get('state') ?? '');
      response.writeHead(302, { location: back.href }).end();
    });
    server.on('POST /id.acme.test/token', json({ access_token: 'canary-of-acme', token_type: 'Bearer' }));
    server.on('GET /api.acme.test/me', json({ user: { key: 'u1', name: 'Ada Lovelace' } }));
    const signedIn = await line.run('acme-cloud', '--client-id', 'mine', '--store', 'file');
    expect(signedIn.stdout).toMatch(/^Signed in to Acme as Ada Lovelace/);
    expect(formOf(lastTo(server, 'POST /id.acme.test/token')).client_id).toBe('mine');
    expect((await line.run('token', 'acme')).stdout).toBe('canary-of-acme\n');
    expect((await line.run('providers')).stdout).toMatch(/^acme +Acme \(your own\)$/m);
    const shown = await line.run('providers', 'acme');
    expect(shown.stdout).toContain(addedFile());
    expect(shown.stdout).toContain('its file says: three or more');
  });

  it('adds nothing where the person says no, or where nobody can be asked', async () => {
    const file = written(acme);
    expect((await line.runAtTerminal([false], 'providers', 'add', file)).exitCode).toBe(130);
    const refused = await line.run('providers', 'add', file);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(`oauth-login providers add ${file} --name acme --yes`);
    expect(existsSync(addedFile())).toBe(false);
    expect((await line.run('providers', 'add', file, '--yes')).exitCode).toBe(0);
  });

  it('reads from an https address and from standard input', async () => {
    server.on('GET /acme.test/files/acme.json', json(acme));
    expect((await line.run('providers', 'add', 'https://acme.test/files/acme.json', '--yes')).exitCode).toBe(
      0,
    );
    const stdin = {
      isTTY: false,
      async *[Symbol.asyncIterator]() {
        yield JSON.stringify(acme);
      },
    };
    const unnamed = await line.runIn({ stdin }, 'providers', 'add', '-', '--yes');
    expect(unnamed.stderr).toContain('--name');
    const fromPipe = await line.runIn({ stdin }, 'providers', 'add', '-', '--name', 'piped', '--yes');
    expect(fromPipe.exitCode).toBe(2);
    expect(fromPipe.stderr).toContain('id.acme.test (Acme)');
    const replaced = ['providers', 'add', '-', '--name', 'piped', '--replace', '--yes'];
    expect((await line.runIn({ stdin }, ...replaced)).exitCode).toBe(0);
    expect(existsSync(addedFile('piped'))).toBe(true);
  });

  it.each([
    ['a redirect', 302, 6],
    ['an error', 404, 3],
  ])('takes nothing from an address that answers with %s', async (_, status, expected) => {
    server.on('GET /acme.test/acme.json', json(acme, status));
    const { exitCode, stderr } = await line.run('providers', 'add', 'https://acme.test/acme.json', '--yes');
    expect(exitCode).toBe(expected);
    expect(stderr).toMatch(/acme\.json .*(?:302|404|leads to)|redirect/);
    expect(existsSync(addedFile())).toBe(false);
  });

  it('takes nothing over plain http', async () => {
    const { exitCode, stderr } = await line.run('providers', 'add', 'http://acme.test/acme.json', '--yes');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('uses plain http');
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['a typo', { ...acme, lable: 'x' }, /acme\.json:\d+: key "lable" is not a key; did you mean label\?/],
    [
      'an http endpoint',
      { ...acme, endpoints: { ...acme.endpoints, token_endpoint: 'http://id.acme.test/token' } },
      /acme\.json:10: key "endpoints"\."token_endpoint" expected an https URL/,
    ],
    [
      'a template that nobody fills',
      { ...acme, issuer: 'https://{hots}' },
      /acme\.json:\d+: key "issuer" holds \{hots\}, which is not known here/,
    ],
    ['no JSON', '{', /acme\.json:1: is not JSON/],
    [
      'ten megabytes',
      `"${'x'.repeat(10_485_760)}"`,
      /acme\.json is larger than any provider file \(64 KiB\)/,
    ],
    ['prototypes (T42)', '{"__proto__": {"polluted": true}}', /"__proto__" is not a key/],
  ])('refuses %s', async (_, document, message) => {
    const { exitCode, stderr } = await line.run('providers', 'add', written(document), '--yes');
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(message);
    expect(existsSync(addedFile())).toBe(false);
  });

  it('T41 takes no name that is a path, and none that is a word of the command', async () => {
    const file = written(acme);
    for (const name of ['../../x', '/etc/x', 'a/b', 'CON:', 'add', '.hidden', '']) {
      const { exitCode } = await line.run('providers', 'add', file, '--name', name, '--yes');
      expect(exitCode, name).toBe(2);
    }
    expect(existsSync(join(line.context.paths.configDir, 'providers'))).toBe(false);
  });

  it('T04 shows and refuses hosts of another provider, unless they are wanted', async () => {
    const mixed = {
      ...acme,
      endpoints: { ...acme.endpoints, authorization_endpoint: 'https://github.com/login/oauth/authorize' },
    };
    const refused = await line.run('providers', 'add', written(mixed), '--yes');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain('github.com (GitHub)');
    expect(refused.stderr).toContain('--name acme --replace');
    expect((await line.run('providers', 'add', written(mixed), '--replace', '--yes')).exitCode).toBe(0);
  });

  it.each([
    [
      'with another port',
      { token_endpoint: 'https://github.com:8443/token' },
      {},
      'github.com:8443 (GitHub)',
    ],
    ['with the dot of the root', { token_endpoint: 'https://github.com./token' }, {}, 'github.com. (GitHub)'],
    [
      'as the default of {host}',
      { authorization_endpoint: 'https://{host}/login' },
      { default: 'github.com' },
      'github.com (GitHub)',
    ],
    [
      'as the base of {api}',
      { userinfo_endpoint: '{api}/user' },
      { default: 'id.acme.test', api: [{ host: '*', base: 'https://api.github.com' }] },
      'api.github.com (GitHub)',
    ],
  ])('T04 refuses a host of another provider %s', async (_how, endpoints, hosts, told) => {
    const mixed = { ...acme, endpoints: { ...acme.endpoints, ...endpoints }, hosts };
    const refused = await line.run('providers', 'add', written(mixed), '--yes');
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(told);
    expect(existsSync(addedFile())).toBe(false);
  });

  it('takes a file for hosts that are given with --host, and says so at the end', async () => {
    const exported = await line.run('providers', 'export', 'forgejo');
    const added = await line.run('providers', 'add', written(exported.stdout, 'mine'), '--yes');
    expect(added.exitCode).toBe(0);
    expect(added.stdout).toContain('Sign in with: oauth-login mine --host HOST\n');
  });

  it.each([
    [['no-such.json'], /no-such\.json does not exist\n/],
    [['.'], /\. is a directory\n/],
    [[], /providers add needs a file, a URL or -\n.*oauth-login providers add acme\.json\n/],
  ])('says what is wrong with %j', async (words, message) => {
    const { exitCode, stderr } = await line.run('providers', 'add', ...words, '--name', 'acme');
    expect(exitCode).toBeGreaterThan(1);
    expect(stderr).toMatch(message);
  });

  it('lets no file take the place of another, unless that is wanted', async () => {
    const github = await line.run('providers', 'add', written(acme, 'github'), '--yes');
    expect(github.exitCode).toBe(2);
    expect(github.stderr).toContain('the name github already stands for GitHub');
    await line.run('providers', 'add', written(acme), '--yes');
    const twice = await line.run('providers', 'add', written({ ...acme, label: 'New' }), '--yes');
    expect(twice.stderr).toContain('the name acme already stands for Acme');
    await line.run('providers', 'add', written({ ...acme, label: 'New' }), '--yes', '--replace');
    expect((await line.run('providers', 'acme')).stdout).toMatch(/^New /);
    writeConfiguration(line, { providers: { work: { issuer: 'https://work.test' } } });
    const configured = await line.run(
      'providers',
      'add',
      written(acme),
      '--name',
      'work',
      '--yes',
      '--replace',
    );
    expect(configured.exitCode).toBe(2);
  });

  it('T69 shows a host that looks like another in ASCII and in full', async () => {
    const long = `login.github.com.${'a'.repeat(60)}.${'b'.repeat(60)}.evil.test`;
    const tricky = {
      ...acme,
      endpoints: {
        authorization_endpoint: `https://${long}/authorize`,
        token_endpoint: 'https://g\u0456thub.com/token',
      },
    };
    const { stderr } = await line.run('providers', 'add', written(tricky));
    expect(stderr).toContain(`  ${long}\n`);
    expect(stderr).toMatch(/^ {2}xn--\S+\.com\n {4}.*contains letters that can look like others$/m);
  });
});

describe('providers export and remove', () => {
  it('exports a preset as a file that can be changed and added', async () => {
    const exported = await line.run('providers', 'export', 'github');
    expect(exported.exitCode).toBe(0);
    const document = JSON.parse(exported.stdout);
    expect(document).not.toHaveProperty('$schema');
    const file = written({ ...document, label: 'GitHub of mine' }, 'my-github');
    expect((await line.run('providers', 'add', file, '--replace', '--yes')).exitCode).toBe(0);
    expect((await line.run('providers', 'my-github')).stdout).toMatch(/^GitHub of mine /);
    expect((await line.run('providers', 'export', 'my-github')).stdout).toBe(readFileSync(file, 'utf8'));
  });

  it('removes what was added, and nothing else', async () => {
    await line.run('providers', 'add', written(acme), '--yes');
    await line.run('setup', 'acme', '--client-id', 'mine');
    const kept = await line.run('providers', 'remove', 'acme');
    expect(kept.exitCode).toBe(3);
    expect(kept.stderr).toContain('oauth-login setup acme --remove');
    await line.run('setup', 'acme', '--remove');
    expect((await line.run('providers', 'remove', 'acme')).exitCode).toBe(0);
    expect(existsSync(addedFile())).toBe(false);
    expect((await line.run('providers', 'acme')).exitCode).toBe(2);
    expect((await line.run('providers', 'remove', 'github')).stderr).toContain('part of oauth-login');
    expect((await line.run('providers', 'remove', 'nobody')).exitCode).toBe(2);
  });

  it('goes on where one file is damaged, names it, and removes it', async () => {
    mkdirSync(join(line.context.paths.configDir, 'providers'), { recursive: true, mode: 0o700 });
    writeFileSync(addedFile(), '{ "label": 1 }');
    const list = await line.run('providers');
    expect(list.exitCode).toBe(0);
    expect(list.stdout).toContain('github');
    expect(list.stderr).toMatch(/acme\.json:1: .*has no group/);
    expect((await line.run('acme')).exitCode).toBe(3);
    expect((await line.run('providers', 'remove', 'acme')).exitCode).toBe(0);
  });

  it('needs its words', async () => {
    expect((await line.run('providers', 'add')).exitCode).toBe(2);
    expect((await line.run('providers', 'github', 'gitlab')).exitCode).toBe(2);
  });
});

describe('the configuration of the machine', () => {
  const uid = process.getuid?.() ?? 0;
  let directory: string;
  beforeEach(() => {
    directory = join(line.directory, 'machine');
    mkdirSync(join(directory, 'providers'), { recursive: true, mode: 0o755 });
    writeFileSync(
      join(directory, 'config.json'),
      JSON.stringify({
        providers: {
          github: { client_id: 'of-the-organisation', scopes: ['repo'] },
          work: { issuer: 'https://work.test', client_id: 'work-client' },
        },
      }),
      { mode: 0o644 },
    );
    writeFileSync(join(directory, 'providers', 'acme.json'), JSON.stringify(acme), { mode: 0o644 });
  });
  const run = (owner: number, ...argv: string[]) =>
    line.runIn({ paths: { ...line.context.paths, machine: { directory, owner } } }, ...argv);

  it('counts below that of the user, member by member, and is never written', async () => {
    const before = readFileSync(join(directory, 'config.json'), 'utf8');
    expect((await run(uid, 'providers', 'github')).stdout).toContain('of-the-organisation');
    writeConfiguration(line, { providers: { github: { client_id: 'mine' } } });
    const { stdout } = await run(uid, 'providers', 'github');
    expect(stdout).toMatch(/client ID +mine/);
    expect(stdout).toMatch(/scopes +repo/);
    expect((await run(uid, 'providers', 'acme')).stdout).toMatch(/^Acme /);
    await run(uid, 'setup', 'acme', '--client-id', 'x');
    expect(readFileSync(join(directory, 'config.json'), 'utf8')).toBe(before);
    expect((await run(uid, 'providers', 'remove', 'acme')).exitCode).toBe(2);
  });

  it('T04 gives the client of one server to no other', async () => {
    writeConfiguration(line, { providers: { work: { issuer: 'https://other.test' } } });
    expect((await run(uid, 'providers', 'work')).stdout).toMatch(/client ID +not set/);
  });

  it('removes no client of the machine, and says whose it is', async () => {
    const { exitCode, stderr } = await run(uid, 'setup', 'work', '--remove');
    expect(exitCode).toBe(3);
    expect(stderr).toContain(join(directory, 'config.json'));
  });

  it('T10 is refused where somebody else than its owner could have written it', async () => {
    const foreign = await run(uid + 1, 'providers', 'github');
    expect(foreign.exitCode).toBe(3);
    expect(foreign.stderr).toContain('does not belong to root');
    for (const path of [join(directory, 'config.json'), directory]) {
      chmodSync(path, 0o777);
      const loose = await run(uid, 'providers', 'github');
      expect(loose.exitCode, path).toBe(3);
      expect(loose.stderr).toContain(`sudo chmod go-w ${path}`);
      chmodSync(path, 0o755);
    }
    expect((await run(uid, 'providers', 'github')).exitCode).toBe(0);
    expect(() => configurationOf(line)).toThrow();
  });
});
