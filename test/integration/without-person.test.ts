import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer, type Responder } from '../support/quirky-server.ts';
import { accountFiles } from '../support/written-files.ts';

const issuer = 'https://mcp.example';
const api = 'https://mcp.example/api';
const document = {
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
};

let server: QuirkyServer;
let line: PlayedCommandLine;
let issued: number;
beforeEach(async () => {
  server = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(openPlayedCommandLine(server));
  issued = 0;
  publish({});
  server.at(`${issuer}/authorize`, ({ query }, response) => {
    const back = new URL(query.get('redirect_uri') ?? '');
    back.searchParams.set('code', 'canary-code');
    back.searchParams.set('state', query.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  });
  server.at(`${issuer}/token`, tokens({ refresh_token: 'canary-refresh' }));
  server.at(`${issuer}/revoke`, json({}));
});

/** RFC 8414 metadata and nothing of OpenID's. */
function publish(more: object): void {
  server.at(`${issuer}/.well-known/oauth-authorization-server`, json({ ...document, ...more }));
}

function tokens(more: object): Responder {
  return (request, response, from) => {
    issued += 1;
    const reply = {
      access_token: `canary-access-${issued}`,
      token_type: 'Bearer',
      expires_in: 3600,
      ...more,
    };
    return json(reply)(request, response, from);
  };
}

const signIn = (...more: string[]) => line.run(issuer, '--client-id', 'client 1', ...more);
const askedScope = () =>
  server.requestsTo('/mcp.example/authorize').at(-1)?.query.get('scope')?.split(' ') ?? [];

describe('a server that does not tell who signed in', () => {
  it('is signed in to: the account is named after the server and its client', async () => {
    const { exitCode, stdout } = await signIn();
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Signed in to mcp\.example, which did not say who signed in\n {2}client: {2}client 1\n/,
    );
    const status = await line.run('status');
    expect(status.stdout).toMatch(/^mcp\.example: client client 1 \(who signed in is not known\)\n/);
    expect(accountFiles(line)).toHaveLength(1);
  });

  it('says so in JSON: the profile is null', async () => {
    const { stdout } = await signIn('--json');
    expect(JSON.parse(stdout)).toMatchObject({ profile: null, client_id: 'client 1', issuer });
    const events = (await signIn('--events')).stderr
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one));
    expect(events.at(-1)).toMatchObject({ event: 'signed_in', sub: null, issuer });
  });

  it('whoami says that the server does not tell it, and is done', async () => {
    await signIn();
    for (const more of [[], ['--offline']]) {
      const { exitCode, stdout } = await line.run('whoami', ...more);
      expect([exitCode, stdout]).toEqual([0, 'mcp.example does not say who signed in (client client 1)\n']);
    }
    const { stdout } = await line.run('whoami', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ provider: 'mcp.example', sub: null, client_id: 'client 1' });
  });

  it('whoami says the same of a token from the environment', async () => {
    writeConfiguration(line, { providers: { mcp: { issuer } } });
    const { exitCode, stdout } = await line.runIn(
      { env: { ...line.context.env, OAUTH_LOGIN_MCP_TOKEN: 'canary-supplied' } },
      'whoami',
      'mcp',
    );
    expect([exitCode, stdout]).toEqual([0, 'mcp does not say who signed in\n']);
  });

  it('has its token refreshed, by its client identifier or its id too', async () => {
    await signIn();
    const [{ account }] = JSON.parse((await line.run('status', '--json')).stdout).accounts;
    for (const name of ['client 1', account]) {
      const { exitCode } = await line.run('token', '--refresh', '--account', name);
      expect(exitCode, name).toBe(0);
    }
    expect((await line.run('token')).stdout).toBe(`canary-access-${issued}\n`);
    expect(issued).toBe(3);
  });

  it('has its token sent by request', async () => {
    writeConfiguration(line, { providers: { mcp: { issuer, api_origins: ['https://mcp.example'] } } });
    await line.run('mcp', '--client-id', 'client 1');
    server.at(api, json({ here: true }));
    const { exitCode, stdout } = await line.run('request', 'mcp', api);
    expect([exitCode, stdout]).toEqual([0, '{"here":true}']);
    expect(server.requestsTo('/mcp.example/api').at(-1)?.headers.authorization).toBe(
      'Bearer canary-access-1',
    );
  });

  it('is signed out of, with the tokens revoked', async () => {
    await signIn();
    const { exitCode, stdout } = await line.run('logout');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed out client client 1 at mcp\.example: the tokens were revoked/);
    expect(server.requestsTo('/mcp.example/revoke').length).toBeGreaterThan(0);
    expect(accountFiles(line)).toEqual([]);
  });

  it('has one account for each client', async () => {
    await signIn();
    await signIn();
    expect(accountFiles(line)).toHaveLength(1);
    await line.run(issuer, '--client-id', 'client 2');
    const outcome = await line.run('token', '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'usage_ambiguous_account',
      message: expect.stringContaining("'mcp.example:client 1'"),
    });
  });

  it('gets no refresh token of a sign-in before, which may be of somebody else', async () => {
    await signIn();
    server.at(`${issuer}/token`, tokens({}));
    await signIn();
    const [{ refreshable }] = JSON.parse((await line.run('status', '--json')).stdout).accounts;
    expect(refreshable).toBe(false);
  });

  it('an account file with a profile that is none is refused', async () => {
    await signIn();
    const [file = ''] = accountFiles(line);
    const path = join(line.context.paths.dataDir, 'accounts', file);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"scopes"', '"profile":"ada","scopes"'));
    expect(errorOf(await line.run('token', '--json')).code).toBe('store_corrupt');
  });
});

describe('the scopes of a server with RFC 8414 metadata alone', () => {
  it.each<readonly [string, object, readonly string[], readonly string[]]>([
    ['none, where it lists none', {}, [], []],
    ['none that it does not list', { scopes_supported: ['mcp:read'] }, [], []],
    [
      'those of OpenID that it lists',
      { scopes_supported: ['mcp:read', 'openid'], jwks_uri: `${issuer}/jwks` },
      [],
      ['openid'],
    ],
    ['those of --scope', {}, ['--scope', 'mcp:read'], ['mcp:read']],
    ['openid, where it is named with --scope', {}, ['--scope', 'openid'], ['openid']],
  ])('are %s', async (_what, more, flags, expected) => {
    publish(more);
    await signIn('--no-offline-access', ...flags);
    expect(askedScope()).toEqual(expected);
  });

  it('are those of the configuration, as they stand there', async () => {
    publish({ jwks_uri: `${issuer}/jwks` });
    writeConfiguration(line, { providers: { mcp: { issuer, scopes: ['openid', 'mcp:write'] } } });
    await line.run('mcp', '--client-id', 'client 1', '--no-offline-access');
    expect(askedScope()).toEqual(['openid', 'mcp:write']);
  });

  it('are the usual ones where the metadata is OpenID’s', async () => {
    publish({ subject_types_supported: ['public'], jwks_uri: `${issuer}/jwks` });
    await signIn('--no-offline-access');
    expect(askedScope()).toEqual(['openid', 'profile', 'email']);
  });

  it('kept by setup are those of --scope', async () => {
    const { exitCode } = await line.run(
      ...['setup', 'mcp', '--issuer', issuer, '--client-id', 'client 1', '--scope', 'mcp:read'],
    );
    expect(exitCode).toBe(0);
    await line.run('mcp', '--no-offline-access');
    expect(askedScope()).toEqual(['mcp:read']);
  });
});
