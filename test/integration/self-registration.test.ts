import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import type { Prompts } from '../../src/ground/ports.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { configurationOf } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { providerFixtures } from '../support/provider-fixture.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { writtenFiles } from '../support/written-files.ts';

/** The server's part of the authorization request: back to the redirect URI, with a code. */
function agreeAt(server: QuirkyServer, path: string): void {
  server.on(path, (request, response) => {
    const back = new URL(request.query.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({
      code: 'canary-code',
      state: request.query.get('state') ?? '',
    }).toString();
    response.writeHead(302, { location: back.href }).end();
  });
}

describe('where any client id is accepted', () => {
  it('lichess signs in with nothing registered and nothing asked', async () => {
    const server = closeAfterTest(await openQuirkyServer());
    const line = closeAfterTest(openPlayedCommandLine(server));
    const fixture = providerFixtures().get('lichess');
    agreeAt(server, '/lichess.org/oauth');
    server.on(
      'POST /lichess.org/api/token',
      json({ access_token: 'canary-of-lichess', ...fixture?.token.reply }),
    );
    server.on('GET /lichess.org/api/account', json(fixture?.profile?.reply));
    const { exitCode, stdout, stderr } = await line.run('lichess', '--store', 'file');
    expect(stderr).not.toContain('regist');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^Signed in to Lichess as /);
    expect(formOf(lastTo(server, 'POST /lichess.org/api/token')).client_id).toBe('oauth-login');
    expect((await line.run('token', 'lichess')).stdout).toBe('canary-of-lichess\n');
    expect((await line.run('providers', 'lichess')).stdout).toMatch(/^ {2}client ID +oauth-login$/m);
    expect((await line.run('setup', 'lichess', '--register')).stderr).toContain(
      'sign in: oauth-login lichess',
    );
  });
});

describe('a Mastodon instance', () => {
  const host = 'social.example.com';
  let server: QuirkyServer;
  let line: PlayedCommandLine;
  beforeEach(async () => {
    server = closeAfterTest(await openQuirkyServer());
    line = closeAfterTest(openPlayedCommandLine(server));
    const fixture = providerFixtures().get('mastodon');
    agreeAt(server, `/${host}/oauth/authorize`);
    // https://docs.joinmastodon.org/methods/apps/#create
    server.on(
      `POST /${host}/api/v1/apps`,
      json({
        id: '563419',
        name: 'oauth-login',
        website: null,
        redirect_uri: 'http://127.0.0.1/callback',
        client_id: 'app-4711',
        client_secret: 'canary-secret-of-the-instance',
        vapid_key: 'BCk-',
      }),
    );
    server.on(
      `POST /${host}/oauth/token`,
      json({ access_token: 'canary-access-of-mastodon', ...fixture?.token.reply }),
    );
    server.on(`GET /${host}/api/v1/accounts/verify_credentials`, json(fixture?.profile?.reply));
  });
  const registrations = () => server.requests.filter(({ path }) => path.endsWith('/api/v1/apps'));

  it('registers this tool when the person agrees, once, and signs in', async () => {
    const signedIn = await line.runAtTerminal([true], 'mastodon', '--host', host, '--store', 'file');
    expect(signedIn.exitCode).toBe(0);
    expect(signedIn.stdout).toMatch(/^Signed in to Mastodon \(social\.example\.com\) as ada/);
    expect(line.asked.map(({ question }) => question)).toEqual([
      `oauth-login can register itself with Mastodon (${host}), at ${host}. This is needed only once. Register it now?`,
    ]);
    expect(formOf(lastTo(server, `POST /${host}/api/v1/apps`))).toEqual({
      client_name: 'oauth-login',
      redirect_uris: 'http://127.0.0.1/callback',
      scopes: 'profile',
    });
    expect(formOf(lastTo(server, `POST /${host}/oauth/token`))).toMatchObject({
      client_id: 'app-4711',
      client_secret: 'canary-secret-of-the-instance',
    });
    await line.run('logout', '--all', '--forget');
    const again = await line.run('mastodon', '--host', host, '--store', 'file');
    expect(again.exitCode).toBe(0);
    expect(registrations()).toHaveLength(1);
    expect(configurationOf(line)).toMatchObject({
      providers: { [host]: { preset: 'mastodon', host, client_id: 'app-4711' } },
    });
    expectNoSecrets(line, ['canary-secret-of-the-instance']);
  });

  it('leads the person through it by hand where the person says no', async () => {
    const outcome = await line.runAtTerminal(
      [false, false, 'client-by-hand', 'canary-secret-by-hand'],
      'mastodon',
      '--host',
      host,
      '--store',
      'file',
    );
    expect(outcome.stderr).toContain('Sign in to your instance');
    expect(registrations()).toEqual([]);
  });

  it('is asked for nothing in a script, which is told how to agree', async () => {
    const { exitCode, stderr } = await line.run('mastodon', '--host', host);
    expect(exitCode).toBe(3);
    expect(stderr).toContain(`oauth-login setup mastodon --host ${host} --register`);
    expect(registrations()).toEqual([]);
    const setUp = await line.run('setup', 'mastodon', '--host', host, '--register', '--store', 'file');
    expect(setUp.exitCode).toBe(0);
    expect((await line.run('mastodon', '--host', host, '--store', 'file')).exitCode).toBe(0);
    expect(registrations()).toHaveLength(1);
  });

  it('removes the client, and says that it cannot be deleted there', async () => {
    await line.run('setup', 'mastodon', '--host', host, '--register', '--store', 'file');
    const removed = await line.run('setup', 'mastodon', '--host', host, '--remove');
    expect(removed.exitCode).toBe(0);
    expect(removed.stdout).toContain('It is still registered with Mastodon');
    expect(configurationOf(line)).toEqual({ providers: { [host]: { preset: 'mastodon', host } } });
    const again = await line.run('setup', 'mastodon', '--host', host, '--remove');
    expect(again.exitCode).toBe(3);
  });

  it.each([
    ['no secret', 200, { client_id: 'x' }, 6],
    ['no JSON', 200, 'hello', 6],
    ['a refusal', 422, { error: 'Validation failed: Redirect URI must be an absolute URI.' }, 5],
    ['a server in trouble', 503, { error: 'x' }, 7],
  ])('keeps nothing after %s', async (_what, status, reply, exitCode) => {
    server.on(`POST /${host}/api/v1/apps`, json(reply, status));
    const outcome = await line.run('setup', 'mastodon', '--host', host, '--register', '--store', 'file');
    expect(outcome.exitCode).toBe(exitCode);
    expect(writtenFiles(line).filter((file) => /config|client/.test(file))).toEqual([]);
  });
});

describe('an OpenID provider that registers anybody (RFC 7591)', () => {
  let server: AuthorizationServer;
  let line: CommandLine;
  beforeAll(async () => {
    server = await startAuthorizationServer({
      further: { features: { registration: { enabled: true }, registrationManagement: { enabled: true } } },
    });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    line = closeAfterTest(openCommandLine({ user: 'ada' }));
  });
  afterEach(() => server.restore());

  const agree = (answer: boolean): Partial<Context> => {
    const notHere = () => Promise.reject(new Error('nobody asks this'));
    const prompts: Prompts = {
      text: notHere,
      secret: notHere,
      hidden: notHere,
      choose: notHere,
      search: notHere,
      confirm: async () => answer,
    };
    return {
      stdin: { isTTY: true, async *[Symbol.asyncIterator]() {} },
      stderr: { isTTY: true, write: () => true },
      openPrompts: async () => prompts,
    };
  };
  const registrations = () => server.requestsTo('registration').map(({ method }) => method);
  const register = () =>
    line.run(
      'setup',
      'sso',
      '--issuer',
      server.issuer,
      '--register',
      '--allow-http-loopback',
      '--store',
      'file',
    );

  it('is signed in to by its address alone', async () => {
    const before = registrations().length;
    const signedIn = await line.runIn(agree(true), server.issuer, '--allow-http-loopback', '--store', 'file');
    expect(signedIn.stdout).toMatch(/^Signed in to .+ as ada /);
    expect(registrations().slice(before)).toEqual(['POST']);
    const sent = JSON.parse(server.requestsTo('registration').at(-1)?.body ?? '');
    expect(sent).toMatchObject({
      client_name: 'oauth-login',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d{5}\/callback$/)],
    });
    const again = await line.run(server.issuer, '--allow-http-loopback', '--store', 'file');
    expect(again.exitCode).toBe(0);
    expect(registrations().slice(before)).toEqual(['POST']);
    expectNoSecrets(line, server.issuedSecrets());
  });

  it('deletes the client there when it is removed', async () => {
    expect((await register()).exitCode).toBe(0);
    const before = registrations().length;
    const { stdout, exitCode } = await line.run('setup', 'sso', '--remove', '--allow-http-loopback');
    expect(stdout).toMatch(/^Removed the client \S+ from this machine, and deleted it at sso\.\n$/);
    expect(exitCode).toBe(0);
    expect(registrations().slice(before)).toEqual(['DELETE']);
    expect(configurationOf(line)).toEqual({ providers: { sso: { issuer: server.issuer } } });
  });

  it('T49 sends the token of the registration to the server of the registration only', async () => {
    server.rewriteReply('registration', (body) => ({
      ...body,
      registration_client_uri: 'https://attacker.example/reg/1',
    }));
    expect((await register()).exitCode).toBe(0);
    const removed = await line.run('setup', 'sso', '--remove', '--allow-http-loopback');
    expect(removed.stdout).toContain('It is still registered with sso');
  });

  it('keeps everything where the server cannot be asked, until it is told to forget', async () => {
    await register();
    const before = configurationOf(line);
    server.breakEndpoint('registration', { kind: 'reply', status: 503, body: '' });
    const failed = await line.run('setup', 'sso', '--remove', '--allow-http-loopback');
    expect(failed.exitCode).toBe(7);
    expect(failed.stderr).toContain('oauth-login setup sso --allow-http-loopback --remove --forget');
    expect(configurationOf(line)).toEqual(before);
    const forgotten = await line.run('setup', 'sso', '--remove', '--forget', '--allow-http-loopback');
    expect(forgotten.exitCode).toBe(0);
    expect(forgotten.stdout).toContain('It is still registered with sso');
  });

  it('is registered with once by processes that start at the same time', async () => {
    const before = registrations().length;
    const done = await Promise.all([register(), register(), register()]);
    expect(done.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0]);
    expect(registrations().slice(before)).toEqual(['POST']);
  });

  it('says when the client secret ends', async () => {
    const method = 'client_secret_basic';
    server.rewriteReply('registration', (body) => ({
      ...body,
      token_endpoint_auth_method: method,
      client_secret: 'canary-secret-that-ends',
      client_secret_expires_at: 1_900_000_000,
    }));
    const { stderr } = await register();
    expect(stderr).toContain('expires on 2030-03-17');
    expect(stderr).toMatch(/oauth-login setup sso .*--allow-http-loopback --register$/m);
  });

  it('keeps the client where the server answers 401, which a wrong token gets as well (RFC 7592 §2.3)', async () => {
    await register();
    const before = configurationOf(line);
    server.breakEndpoint('registration', { kind: 'reply', status: 401, body: '{"error":"invalid_token"}' });
    const failed = await line.run('setup', 'sso', '--remove', '--allow-http-loopback');
    expect(failed.exitCode).toBe(5);
    expect(failed.stderr).toContain(
      'answered 401: the client is gone there, or its registration access token',
    );
    expect(failed.stderr).toContain('oauth-login setup sso --allow-http-loopback --remove --forget');
    expect(configurationOf(line)).toEqual(before);
  });

  it.each([
    ['another redirect URI', (body: object) => ({ ...body, redirect_uris: ['https://attacker.example/cb'] })],
    ['no client id', ({ client_id: _, ...body }: Record<string, unknown>) => body],
    [
      'a method that was not asked for',
      (body: object) => ({ ...body, token_endpoint_auth_method: 'tls_client_auth' }),
    ],
    [
      'a method without its secret',
      (body: object) => ({ ...body, token_endpoint_auth_method: 'client_secret_post' }),
    ],
    ['other grants', (body: object) => ({ ...body, grant_types: ['client_credentials'] })],
  ])('T49 refuses a reply with %s, and keeps nothing', async (_what, rewrite) => {
    server.rewriteReply('registration', rewrite);
    const outcome = await register();
    expect(outcome.exitCode).toBe(6);
    expect(writtenFiles(line).filter((file) => /config|client/.test(file))).toEqual([]);
  });

  it('takes a secret where the server insists on one', async () => {
    server.breakEndpoint(
      'registration',
      { kind: 'reply', status: 400, body: '{"error":"invalid_client_metadata"}' },
      1,
    );
    expect((await register()).exitCode).toBe(0);
    const bodies = server
      .requestsTo('registration')
      .slice(-2)
      .map(({ body }) => JSON.parse(body));
    expect(bodies.map((body) => body.token_endpoint_auth_method)).toEqual(['none', 'client_secret_basic']);
    const signedIn = await line.run('sso', '--allow-http-loopback', '--store', 'file');
    expect(signedIn.stdout).toMatch(/^Signed in to sso as ada /);
  });

  it('says that the server registers nobody, where it wants a token for that', async () => {
    server.breakEndpoint('registration', { kind: 'reply', status: 401, body: '{"error":"invalid_token"}' });
    const outcome = await register();
    expect(outcome.exitCode).toBe(5);
    expect(outcome.stderr).toContain('the registration endpoint of sso answered invalid_token');
  });

  it('takes no client id beside --register', async () => {
    expect((await line.run('setup', 'sso', '--register', '--client-id', 'x')).exitCode).toBe(2);
  });
});
