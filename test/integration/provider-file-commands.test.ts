import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeAfterTest } from '../support/close-after-test.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { lastTo, parametersOf } from '../support/preset-at-the-wire.ts';
import { providerFixtures } from '../support/provider-fixture.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const env = {
  OAUTH_LOGIN_NOTION_CLIENT_ID: 'client-of-notion',
  OAUTH_LOGIN_NOTION_CLIENT_SECRET: 'canary-secret-of-notion',
};

let server: QuirkyServer;
let line: PlayedCommandLine;

beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server, env));
  const notion = providerFixtures().get('notion');
  server.on('/api.notion.com/v1/oauth/authorize', (request, response) => {
    const back = new URL(request.query.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({
      code: 'canary-code',
      state: request.query.get('state') ?? '',
    }).toString();
    response.writeHead(302, { location: back.href }).end();
  });
  server.on(
    'POST /api.notion.com/v1/oauth/token',
    json({ access_token: 'canary-access-of-notion', ...notion?.token.reply }),
  );
  server.on('GET /api.notion.com/v1/users/me', json(notion?.profile?.reply));
});

describe('a provider that is nothing but a file', () => {
  it('signs in, asks and tells like any other', async () => {
    const signedIn = await line.run('notion', '--store', 'file', '--port', '0');
    expect(signedIn.exitCode).toBe(0);
    expect(signedIn.stdout).toMatch(/^Signed in to Notion as Ada Lovelace <ada@example\.com>\n/);
    expect(signedIn.stderr).not.toContain('never tried');
    expect((await line.run('whoami', 'notion')).stdout).toContain('Ada Lovelace');
    expect((await line.run('token', 'notion')).stdout).toBe('canary-access-of-notion\n');
  });

  it('has its requests carry what its API wants, unless the command line says otherwise', async () => {
    await line.run('notion', '--store', 'file', '--port', '0');
    server.on('GET /api.notion.com/v1/users', json({ results: [] }));
    await line.run('request', 'notion', 'https://api.notion.com/v1/users');
    const { headers } = lastTo(server, 'GET /api.notion.com/v1/users');
    expect(headers).toMatchObject({
      authorization: 'Bearer canary-access-of-notion',
      'notion-version': '2022-06-28',
    });
    await line.run(
      'request',
      'notion',
      'https://api.notion.com/v1/users',
      '-H',
      'Notion-Version: 2025-09-03',
    );
    expect(lastTo(server, 'GET /api.notion.com/v1/users').headers['notion-version']).toBe('2025-09-03');
  });

  it('is asked with the parameters of its file', async () => {
    await line.run('notion', '--store', 'file', '--port', '0');
    expect(parametersOf(lastTo(server, '/api.notion.com/v1/oauth/authorize').query)).toMatchObject({
      owner: 'user',
    });
  });
});

describe('a provider of config.json with members of a provider file', () => {
  it('signs in although its profile has no sub, and its API gets what it wants', async () => {
    const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
    const [, example = ''] = /```json\n(\{\n {2}"providers": \{\n {4}"tracker".*?)```/s.exec(page) ?? [];
    writeConfiguration(line, JSON.parse(example));
    server.on('/tracker.example.com/oauth/authorize', (request, response) => {
      const back = new URL(request.query.get('redirect_uri') ?? '');
      back.search = new URLSearchParams({ code: 'c', state: request.query.get('state') ?? '' }).toString();
      response.writeHead(302, { location: back.href }).end();
    });
    server.on(
      'POST /tracker.example.com/oauth/token',
      json({ access_token: 'canary-tracker', token_type: 'bearer' }),
    );
    server.on(
      'GET /tracker.example.com/api/me',
      json({ user: { id: 1815, login: 'ada', full_name: 'Ada Lovelace' } }),
    );
    const { stdout, exitCode } = await line.run('tracker', '--store', 'file');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to tracker as ada \(Ada Lovelace\)\n/);
    expect(lastTo(server, 'GET /tracker.example.com/api/me').headers).toMatchObject({
      authorization: 'Bearer canary-tracker',
      'x-api-version': '2',
    });
    expect(JSON.parse((await line.run('whoami', 'tracker', '--json')).stdout)).toMatchObject({ sub: '1815' });
  });

  it('is told which member is wrong, and what was meant', async () => {
    const profile = { url: 'https://tracker.example.com/me', map: { sub: 'id', nmae: 'name' } };
    writeConfiguration(line, { providers: { tracker: { profile } } });
    const { stderr, exitCode } = await line.run('tracker');
    expect(exitCode).toBe(3);
    expect(stderr).toContain('"providers"."tracker"."profile"."map"."nmae" is not a key; did you mean name?');
  });
});

describe('providers', () => {
  it('lists a provider that needs a host, and tells how to give one', async () => {
    expect((await line.run('providers')).stdout).toMatch(/^forgejo +Forgejo$/m);
    const example = await line.run('providers', 'forgejo');
    expect(example.exitCode).toBe(0);
    expect(example.stdout).toContain('(oauth-login forgejo --host server.example)');
    expect(example.stdout).toContain('https://server.example/login/oauth/authorize');
    expect(example.stderr).toMatch(
      /^note: server\.example stands for the host of your own server; .*--host git\.example\.com\n$/,
    );
    const { stdout } = await line.run('providers', 'forgejo', '--host', 'forge.example.com');
    expect(stdout).toContain('https://forge.example.com/login/oauth/authorize');
  });

  it('groups the list in a terminal, and stays within its width', async () => {
    for (const columns of [50, 80, 120]) {
      const out: string[] = [];
      const stdout = { write: (text: string) => out.push(text), isTTY: true, columns };
      await line.runIn({ stdout }, 'providers');
      const told = out.join('').split('\n');
      expect(told.filter((text) => text.length > columns)).toEqual([]);
      expect(told.indexOf('Code')).toBe(0);
      expect(told.indexOf('Cloud')).toBeGreaterThan(told.findIndex((text) => / github( |$)/.test(text)));
    }
  });

  it('puts first what is configured', async () => {
    writeConfiguration(line, {
      providers: { work: { issuer: 'https://sso.example.com' }, x: { client_id: 'mine' } },
    });
    const out: string[] = [];
    await line.runIn(
      { stdout: { write: (text: string) => out.push(text), isTTY: true, columns: 80 } },
      'providers',
    );
    expect(out.join('')).toMatch(/^Yours\n {2}work +work \(your own\)\n {2}x +X \(client ID set\)\n\nCode\n/);
  });

  it('finds by name, alias, label, group, ability and address', async () => {
    const found = async (...args: readonly string[]) =>
      JSON.parse((await line.run('providers', '--json', ...args)).stdout).map(
        ({ name }: { name: string }) => name,
      );
    expect(await found('--search', 'git code')).toEqual(
      expect.arrayContaining(['github', 'gitlab', 'gitea']),
    );
    expect(await found('--search', 'GIT CODE')).not.toContain('digitalocean');
    expect(await found('--search', 'twitter')).toEqual(['x']);
    expect(await found('--search', 'api.notion.com')).toEqual(['notion']);
    expect(await found('--device', '--search', 'code')).toEqual(['github', 'gitlab']);
    const { exitCode, stderr } = await line.run('providers', '--search', 'no such thing');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('no provider is known for "no such thing"');
  });

  it('says how sure the facts are, and what is not', async () => {
    const { stdout } = await line.run('providers', 'forgejo', '--host', 'forge.example.com');
    expect(stdout).toMatch(/^ {2}certainty +two independent sources agree on the addresses$/m);
    expect(stdout).toContain('they were not confirmed one by one.');
    const document = JSON.parse((await line.run('providers', 'codeberg', '--json')).stdout);
    expect(document).toMatchObject({ confidence: 'B', doubts: [expect.stringContaining('Forgejo')] });
  });

  it('takes a name by which people look for a provider', async () => {
    expect((await line.run('providers', 'jira')).stdout).toContain('Atlassian');
  });
});
