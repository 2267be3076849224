import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findAccount, signIn as signInByLibrary } from '../../src/api.ts';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import {
  type BoundServers,
  CONFIDENTIAL_SECRET,
  signInBound,
  startBoundServers,
} from '../support/bound-account.ts';
import type { BoundApi } from '../support/bound-api.ts';
import { buildCommand, openHome } from '../support/built-command.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';
import { openLibraryCaller } from '../support/library-caller.ts';
import { checkProof } from '../support/proof-checks.ts';
import { jsonReply, startProtectedResource, startServerOfResources } from '../support/protected-resource.ts';
import { runProxied } from '../support/proxied-command.ts';
import { standardInput } from '../support/standard-input.ts';

describe.each([
  { way: 'without nonces', requireNonce: false },
  { way: 'with nonces that server and API demand', requireNonce: true },
])('an account whose tokens are bound to a key (DPoP), $way', ({ requireNonce }) => {
  let servers: BoundServers;
  let server: AuthorizationServer;
  let api: BoundApi;
  let line: CommandLine;
  beforeAll(async () => {
    servers = await startBoundServers(requireNonce);
    ({ server, api } = servers);
  });
  afterAll(() => servers.close());
  beforeEach(() => {
    line = closeAfterTest(openCommandLine({ user: 'ada' }));
    api.wantNonce(requireNonce ? `nonce-${Math.floor(performance.now())}` : undefined);
  });

  const signIn = async (...more: string[]) => {
    const outcome = await signInBound(line, servers, ['--dpop', ...more]);
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
  };
  const json = async (...argv: string[]) => {
    const { exitCode, stdout, stderr } = await line.run(...argv);
    expect(exitCode, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  /** How many requests were refused since, and the last that was not. */
  const admitted = (from: number) => {
    const since = api.requests.slice(from);
    expect(since.filter(({ fault }) => fault !== undefined).map(({ fault }) => fault)).toEqual(
      requireNonce ? ['the proof has the nonce undefined'] : [],
    );
    return since.at(-1);
  };

  it('binds the code, the tokens and the profile request to one key', async () => {
    const before = server.requests.length;
    await signIn();
    const since = server.requests.slice(before);
    const asked = since.find(({ path }) => path === '/auth');
    const proofs = since.filter(({ endpoint }) => endpoint === 'token');
    expect(proofs).toHaveLength(requireNonce ? 2 : 1);
    const { dpop } = proofs.at(-1)?.headers ?? {};
    const { nonce } = decodedJwt(String(dpop)).claims;
    expect(typeof nonce).toBe(requireNonce ? 'string' : 'undefined');
    const expected = {
      method: 'POST',
      url: `${server.issuer}/token`,
      ...(nonce ? { nonce: String(nonce) } : {}),
    };
    const { thumbprint, header } = checkProof(dpop, expected, new Set());
    expect(header.alg).toBe('ES256');
    expect(asked?.query.get('dpop_jkt')).toBe(thumbprint);
    const userInfo = since.filter(({ endpoint }) => endpoint === 'userinfo').at(-1);
    expect(userInfo?.headers.authorization).toMatch(/^DPoP /);
    expect(await json('whoami', 'work', '--json')).toMatchObject({ sub: 'person-1815' });
  });

  it('signs each request of its own, and goes on with a refreshed token', async () => {
    await signIn();
    const before = api.requests.length;
    const first = await json('request', 'work', `${api.origin}/thing?a=b#c`);
    const second = await json('request', 'work', `${api.origin}/thing`, '-X', 'put', '--json', '{"x":1}');
    expect(second).toEqual(first);
    const last = admitted(before);
    expect(last).toMatchObject({ method: 'PUT', body: '{"x":1}' });
    const refreshed = await json('token', 'work', '--refresh', '--json');
    expect(refreshed.token_type).toBe('DPoP');
    expect(last?.authorization).not.toBe(`DPoP ${refreshed.access_token}`);
    expect(await json('request', 'work', `${api.origin}/thing`)).toEqual(first);
    expect(api.requests.at(-1)?.authorization).toBe(`DPoP ${refreshed.access_token}`);
  });

  it('gets a new token after the API has refused one, with one refresh', async () => {
    await signIn();
    const { access_token: token } = await json('token', 'work', '--json');
    api.refuseToken(token);
    const refreshes = () =>
      server.requestsTo('token').filter(({ form }) => form.get('grant_type') === 'refresh_token').length;
    const before = refreshes();
    expect(await line.run('request', 'work', `${api.origin}/thing`)).toMatchObject({ exitCode: 0 });
    expect(refreshes() - before).toBe(1);
  });

  it('prints the token as JSON alone, and the two headers of one request', async () => {
    await signIn();
    const url = `${api.origin}/thing?a=b`;
    for (const format of [[], ['--format', 'raw'], ['--format', 'env'], ['--format', 'netrc']]) {
      const refused = await line.run('token', 'work', ...format);
      expect(refused).toMatchObject({ exitCode: 2, stdout: '' });
      expect(refused.stderr).toMatch(/bound to a key \(DPoP\): an API refuses it as a bearer token/);
    }
    const { access_token: token, token_type: type } = await json('token', 'work', '--json');
    expect(type).toBe('DPoP');
    const bearer = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
    expect(bearer.status).toBe(401);

    api.wantNonce(undefined);
    const printed = await line.run('token', 'work', '--format', 'header', '--method', 'delete', '--url', url);
    expect(printed.stdout).toMatch(/^Authorization: DPoP \S+\nDPoP: \S+\n$/);
    const headers = Object.fromEntries(
      printed.stdout
        .trim()
        .split('\n')
        .map((text) => text.split(': ')),
    );
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(200);
    expect((await fetch(url, { method: 'DELETE', headers })).status, 'replayed').toBe(401);
    const other = await json('token', 'work', '--format', 'headers-json', '--url', url);
    expect((await fetch(url, { headers: other })).status).toBe(200);

    const nowhere = await line.run('token', 'work', '--format', 'header');
    expect(nowhere).toMatchObject({ exitCode: 2, stdout: '' });
    const elsewhere = await line.run('token', 'work', '--format', 'header', '--url', 'https://evil.example/');
    expect(elsewhere).toMatchObject({ exitCode: 2, stdout: '' });
  });

  it('is given to no other program, and the release log says so', async () => {
    await signIn();
    const { issuer } = server;
    const work = { issuer, api_origins: [api.origin] };
    writeConfiguration(line, { log_releases: true, providers: { work } });
    const attempts = [
      line.run('exec', 'work', '--', 'printenv'),
      line.runIn(
        { stdin: standardInput(`protocol=http\nhost=${new URL(api.origin).host}\n\n`) },
        'credential',
        'git',
        'get',
      ),
      line.run('credential', 'mcp', `${api.origin}/`),
      line.run('credential', 'xoauth2', 'work', '--user', 'ada@example.com'),
    ];
    for (const attempt of attempts) {
      const { exitCode, stdout, stderr } = await attempt;
      expect({ exitCode, stdout }, stderr).toEqual({
        exitCode: 2,
        stdout: expect.stringMatching(/^(?:quit=1\n)?$/),
      });
      expect(stderr).toMatch(/bound to a key \(DPoP\)/);
    }
    const log = join(line.directory, 'data', 'releases.jsonl');
    expect(existsSync(log)).toBe(false);
    await json('token', 'work', '--json');
    expect(readFileSync(log, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  it('is used by programs behind the proxy, which see neither token nor proof', async () => {
    await signIn();
    const before = api.requests.length;
    const flags = ['--origin', api.origin];
    const outcome = await runProxied(line, flags, async ({ ask }) => {
      const one = await ask('/thing', { headers: { dpop: 'mine' } });
      expect(one.status).toBe(200);
      expect([...one.headers.keys()]).not.toContain('dpop-nonce');
      const posted = await ask('/thing', { method: 'POST', body: 'x=1' });
      expect(posted.status).toBe(200);
    });
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    expect(admitted(before)).toMatchObject({ method: 'POST', body: 'x=1' });
  });

  it('is used by a program through the library, which gives it no token', async () => {
    await signIn();
    openLibraryCaller(server, line.directory);
    const account = await findAccount('work');
    const response = await account?.request(`${api.origin}/thing`, { method: 'POST', body: 'hello' });
    expect(response?.status).toBe(200);
    await expect(account?.token()).rejects.toMatchObject({ code: 'usage_unsafe_format' });
  });

  it('is made by a program through the library', async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const account = await signInByLibrary(server.issuer, { ...options, dpop: true });
    await expect(account.token()).rejects.toMatchObject({ code: 'usage_unsafe_format' });
    expect((await account.request(`${server.issuer}/me`)).status).toBe(200);
  });

  it('is the same in processes of their own, which begin with no nonce', async () => {
    await signIn();
    const command = await buildCommand();
    const home = closeAfterTest(openHome(command));
    const { configDir, dataDir } = line.context.paths;
    const env = { OAUTH_LOGIN_CONFIG_DIR: configDir, OAUTH_LOGIN_DATA_DIR: dataDir };
    const run = (...args: string[]) => home.run(args, { env });
    const before = api.requests.length;
    const answer = await run('request', 'work', `${api.origin}/thing`);
    expect({ code: answer.code, body: JSON.parse(answer.stdout) }).toEqual({
      code: 0,
      body: { hello: admitted(before)?.proof?.thumbprint },
    });
    expect(await run('token', 'work')).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse((await run('token', 'work', '--json')).stdout)).toMatchObject({ token_type: 'DPoP' });
    const url = `${api.origin}/thing`;
    api.wantNonce(undefined);
    const headers = JSON.parse((await run('token', 'work', '--format', 'headers-json', '--url', url)).stdout);
    expect((await fetch(url, { headers })).status).toBe(200);
    expect(await run('exec', 'work', '--', 'printenv')).toMatchObject({ code: 2, stdout: '' });
  });

  it('begins and ends in two calls with the same key', async () => {
    const begun = JSON.parse((await signInBound(line, servers, ['--dpop', '--no-wait', '--json'])).stdout);
    const thumbprint = new URL(begun.authorization_url).searchParams.get('dpop_jkt');
    const isRedirect = ({ pathname }: URL) => pathname === '/callback';
    const answer = await playUserAgent(begun.authorization_url, {
      user: 'ada',
      consent: true,
      outOfReach: isRedirect,
    });
    const stdin = standardInput(answer.finalUrl);
    const resumed = await line.runIn({ stdin }, 'login', '--resume', begun.id);
    expect(resumed, resumed.stderr).toMatchObject({ exitCode: 0 });
    expect(await json('request', 'work', `${api.origin}/thing`)).toEqual({ hello: thumbprint });
  });

  it('is proved with the pushed authorization request already', async () => {
    const before = server.requests.length;
    await signIn('--par');
    const pushed = server.requests
      .slice(before)
      .filter(({ endpoint }) => endpoint === 'pushed_authorization');
    expect(pushed).toHaveLength(requireNonce ? 2 : 1);
    const { header } = decodedJwt(String(pushed.at(-1)?.headers.dpop));
    expect(header.typ).toBe('dpop+jwt');
    const exchanged = server.requests.slice(before).filter(({ endpoint }) => endpoint === 'token');
    expect(exchanged, 'the nonce is known by then').toHaveLength(1);
    expect(await json('request', 'work', `${api.origin}/thing`)).toEqual({
      hello: pushed.at(-1)?.form.get('dpop_jkt'),
    });
  });

  it('comes from the device grant too', async () => {
    server.onUserCode((uri) => void playUserAgent(uri, { user: 'ada', consent: true }));
    await signIn('--device');
    expect(await json('token', 'work', '--json')).toMatchObject({ token_type: 'DPoP' });
    expect((await line.run('request', 'work', `${api.origin}/thing`)).exitCode).toBe(0);
  });

  it('gives a job a bound token of its client, which is kept with its key', async () => {
    await signInBound(line, servers, ['--no-store']);
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_CLIENT_SECRET: CONFIDENTIAL_SECRET };
    const grant = ['--grant', 'client-credentials', '--client-id', 'confidential', '--allow-http-loopback'];
    const run = (...argv: string[]) => line.runIn({ env }, ...argv, ...grant);
    const first = await run('request', 'work', `${api.origin}/thing`, '--dpop');
    expect(first, first.stderr).toMatchObject({ exitCode: 0 });
    const again = await run('request', 'work', `${api.origin}/other`, '--dpop');
    expect(again).toEqual(first);
    const raw = await run('token', 'work', '--dpop');
    expect(raw).toMatchObject({ exitCode: 2, stdout: '' });
    const { token_type } = JSON.parse((await run('token', 'work', '--dpop', '--json')).stdout);
    expect(token_type).toBe('DPoP');
    expect((await run('token', 'work')).stdout, 'a bearer token where no other is asked for').toMatch(
      /^\S+\n$/,
    );
  });

  it('keeps the private key sealed, and shows it nowhere', async () => {
    await signIn('--debug');
    const outcome = await line.run('request', 'work', `${api.origin}/thing`, '--debug');
    expect(outcome.exitCode).toBe(0);
    const [name = ''] = readdirSync(join(line.directory, 'data', 'accounts'));
    const file = readFileSync(join(line.directory, 'data', 'accounts', name), 'utf8');
    expect(file).toMatch(/"tokenType":"DPoP"/);
    expect(file).not.toMatch(/"d":|proofKey/);
    expectNoSecrets(line.everythingSaid(), server.issuedSecrets());
    expect(line.everythingSaid(), 'no proof either: it would be worth something for a while').not.toMatch(
      /ZHBvcCtqd3|eyJ/,
    );
  });

  it('shows in status that it is bound', async () => {
    await signIn();
    expect((await line.run('status')).stdout).toMatch(
      / {2}token: {5}bound to a key of this account \(DPoP\)\n/,
    );
    const { accounts } = await json('status', '--json');
    expect(accounts).toMatchObject([{ token_type: 'DPoP' }]);
  });

  it('stays bound at the next sign-in, also when that was not asked for', async () => {
    await signIn();
    const outcome = await signInBound(line, servers, []);
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    expect(await json('token', 'work', '--json')).toMatchObject({ token_type: 'DPoP' });
    expect((await line.run('request', 'work', `${api.origin}/thing`)).exitCode).toBe(0);
  });
});

const METADATA = '/.well-known/oauth-protected-resource/mcp';

describe('an API that takes bound tokens alone', () => {
  it.each([
    ['in its metadata', 'DPoP algs="ES256", Bearer ', { dpop_bound_access_tokens_required: true }],
    ['in its challenge', 'DPoP algs="ES256", ', {}],
  ])(
    'and says so %s is signed in to with a client that is registered for them, and used with proofs',
    async (_where, challenge, metadata) => {
      const server = closeAfterTest(await startServerOfResources());
      const seen = new Set<string>();
      const resource = closeAfterTest(
        await startProtectedResource({
          issuers: [server.issuer],
          metadata,
        }),
      );
      resource.on('/mcp', ({ method, authorization = '', dpop }) => {
        if (authorization === '') {
          return {
            status: 401,
            headers: { 'www-authenticate': `${challenge}resource_metadata="${resource.origin}${METADATA}"` },
          };
        }
        const [scheme, accessToken = ''] = authorization.split(' ');
        const { thumbprint } = checkProof(dpop, { method, url: resource.identifier, accessToken }, seen);
        return jsonReply({ scheme, thumbprint });
      });
      const line = closeAfterTest(openCommandLine({ user: 'ada' }));
      const outcome = await line.run(resource.identifier, '--yes', '--allow-http-loopback');
      expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
      expect(JSON.parse(server.requestsTo('registration').at(-1)?.body ?? '')).toMatchObject({
        dpop_bound_access_tokens: true,
      });
      const asked = server.requestsTo('authorization').find(({ path }) => path === '/auth');
      const answer = await line.run('request', resource.identifier, resource.identifier);
      expect(JSON.parse(answer.stdout)).toEqual({ scheme: 'DPoP', thumbprint: asked?.query.get('dpop_jkt') });
      const headers = await line.run('credential', 'mcp', resource.identifier);
      expect(headers).toMatchObject({ exitCode: 2, stdout: '' });
    },
  );
});
