import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { confidentialClient } from '../support/relying-party.ts';
import { signInAt } from '../support/sign-in.ts';

/** Two servers with the endpoint of RFC 9126: one demands its use, the other offers it. */
let demanding: AuthorizationServer;
let offering: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  const withPushes = (requirePushedAuthorizationRequests: boolean) =>
    startAuthorizationServer({
      confidentialClients: [confidentialClient],
      further: {
        features: { pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests } },
      },
    });
  [demanding, offering] = await Promise.all([withPushes(true), withPushes(false)]);
});
afterAll(() => Promise.all([demanding.close(), offering.close()]));
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
});
afterEach(() => {
  for (const server of [demanding, offering]) {
    server.restore();
  }
  line.close();
});

/** What the browser took to the authorization endpoint since then. */
const asked = (server: AuthorizationServer, before: number) =>
  server.requests
    .slice(before)
    .filter(({ endpoint, query }) => endpoint === 'authorization' && query.has('client_id'))
    .map(({ query }) => Object.fromEntries(query));

const pushed = (server: AuthorizationServer, before: number) =>
  server.requests.slice(before).filter(({ endpoint }) => endpoint === 'pushed_authorization');

const isNothingStored = () => {
  const accounts = join(line.directory, 'data', 'accounts');
  return !existsSync(accounts) || readdirSync(accounts).length === 0;
};

describe('a server that demands pushed authorization requests', () => {
  it('gets the request itself; the browser brings nothing but its name', async () => {
    const before = demanding.requests.length;
    const outcome = await signInAt(demanding, line);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    const [request] = pushed(demanding, before);
    expect(Object.fromEntries(request?.form ?? [])).toMatchObject({
      response_type: 'code',
      client_id: demanding.clientId,
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.any(String),
      redirect_uri: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
    });
    expect(asked(demanding, before)).toEqual([
      { client_id: demanding.clientId, request_uri: expect.stringMatching(/^urn:/) },
    ]);
  });

  const secretVariable = (server: AuthorizationServer) =>
    `OAUTH_LOGIN_${new URL(server.issuer).host.replace(/[^a-z0-9]/gi, '_').toUpperCase()}_CLIENT_SECRET`;
  const confidential = () => {
    const env = {
      ...line.context.env,
      [secretVariable(demanding)]: confidentialClient.clientSecret,
    };
    const argv = [demanding.issuer, '--client-id', confidentialClient.clientId, '--allow-http-loopback'];
    return (...more: string[]) => line.runIn({ env }, ...argv, ...more);
  };

  it('is told which client asks, as at its token endpoint', async () => {
    const before = demanding.requests.length;
    const outcome = await confidential()('--client-authentication', 'client_secret_basic');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    const [request] = pushed(demanding, before);
    expect(request?.headers.authorization).toMatch(/^Basic /);
    expect(request?.form.has('client_secret')).toBe(false);
  });

  it('which does not know the client is asked once more with its other method, which stays', async () => {
    const body = JSON.stringify({ error: 'invalid_client' });
    demanding.breakEndpoint('pushed_authorization', { kind: 'reply', status: 401, body }, 1);
    const before = demanding.requests.length;
    const outcome = await confidential()();
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(pushed(demanding, before).map(({ form }) => form.has('client_secret'))).toEqual([true, false]);
    const tokens = demanding.requests.slice(before).filter(({ endpoint }) => endpoint === 'token');
    expect(tokens.map(({ form }) => form.has('client_secret'))).toEqual([false]);
  });

  it('is signed in to in two calls, which say how long the address works', async () => {
    const argv = [demanding.issuer, '--client-id', demanding.clientId, '--allow-http-loopback'];
    const { stdout } = await line.run('login', ...argv, '--no-wait', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      authorization_url: expect.stringMatching(/\/auth\?client_id=demo&request_uri=urn%3A/),
      authorization_url_expires_in: 60,
      expires_in: 1800,
    });
    const words = await line.run('login', ...argv, '--no-wait');
    expect(words.stdout + words.stderr).toContain('open this address, within 60 seconds');
  });

  it('says how long the address works, to people and to programs', async () => {
    const words = await signInAt(demanding, line, '--timeout', '50');
    expect(words.stderr).toContain('open this address within 60 seconds:');
    const events = await signInAt(demanding, line, '--events');
    expect(events.stderr).toContain('"url_expires_in":60');
    const usual = await signInAt(offering, line, '--events');
    expect(usual.stderr).not.toContain('url_expires_in');
  });

  it('tells its reason, and no browser opens', async () => {
    const before = demanding.requests.length;
    const body = JSON.stringify({ error: 'invalid_scope' });
    demanding.breakEndpoint('pushed_authorization', { kind: 'reply', status: 400, body });
    const outcome = await signInAt(demanding, line, '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'as_invalid_scope', exit_code: 5 });
    expect(asked(demanding, before)).toEqual([]);
  });
});

describe('a server that offers pushed authorization requests', () => {
  it.each([
    ['is not asked for it by itself', [], 0],
    ['is asked for it with --par', ['--par'], 1],
    ['is asked for it when the address would be long', ['--param', `hint=${'x'.repeat(2000)}`], 1],
  ] as const)('%s', async (_what, flags, times) => {
    const before = offering.requests.length;
    const outcome = await signInAt(offering, line, ...flags);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(pushed(offering, before)).toHaveLength(times);
  });

  it('is asked for it where its entry in config.json says so', async () => {
    const own = { issuer: offering.issuer, client_id: offering.clientId };
    writeConfiguration(line, { providers: { work: { ...own, pushed_authorization_requests: 'required' } } });
    const before = offering.requests.length;
    expect(await line.run('work', '--allow-http-loopback')).toMatchObject({ exitCode: 0 });
    expect(pushed(offering, before)).toHaveLength(1);
  });

  it('is the condition for --par', async () => {
    offering.rewriteReply(
      'discovery',
      ({ pushed_authorization_request_endpoint: _endpoint, ...others }) => others,
    );
    const outcome = await signInAt(offering, line, '--par', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'config_unsupported_server', exit_code: 3 });
  });
});

describe('T25 the reply to a pushed authorization request', () => {
  const replies: readonly (readonly [string, number, unknown])[] = [
    ['without a request_uri', 201, { expires_in: 60 }],
    ['with a request_uri that is no text', 201, { request_uri: 7, expires_in: 60 }],
    ['with a request_uri that is no absolute URI', 201, { request_uri: '/requests/1', expires_in: 60 }],
    ['with a space in it', 201, { request_uri: 'urn:x: y', expires_in: 60 }],
    ['with a line end in it', 201, { request_uri: 'urn:x:y\r\nSet-Cookie: a=b', expires_in: 60 }],
    ['with a fragment in it', 201, { request_uri: 'https://as.example/r#x', expires_in: 60 }],
    ['with a quotation mark in it', 201, { request_uri: 'urn:x:"y', expires_in: 60 }],
    ['with a request_uri that is too long', 201, { request_uri: `urn:${'x'.repeat(5000)}`, expires_in: 60 }],
    ['without a lifetime', 201, { request_uri: 'urn:x:y' }],
    ['that has ended already', 201, { request_uri: 'urn:x:y', expires_in: 0 }],
    ['with a negative lifetime', 201, { request_uri: 'urn:x:y', expires_in: -1 }],
    ['with another status', 200, { request_uri: 'urn:x:y', expires_in: 60 }],
    ['that is no object', 201, ['urn:x:y']],
  ];

  it.each(replies)('%s ends the sign-in before the browser opens', async (_what, status, body) => {
    demanding.breakEndpoint('pushed_authorization', { kind: 'reply', status, body: JSON.stringify(body) });
    const before = demanding.requests.length;
    const error = errorOf(await signInAt(demanding, line, '--json'));
    expect(error).toMatchObject({ code: 'protocol_invalid_response', exit_code: 6 });
    expect(asked(demanding, before)).toEqual([]);
    expect(isNothingStored()).toBe(true);
  });

  it('that is a redirect is not followed', async () => {
    const location = `${offering.issuer}/request`;
    demanding.breakEndpoint('pushed_authorization', { kind: 'redirect', location, status: 307 });
    const before = offering.requests.length;
    const error = errorOf(await signInAt(demanding, line, '--json'));
    expect(error.exit_code).toBe(6);
    expect(offering.requests.length).toBe(before);
  });

  it('changes nothing of the request, whatever else it says', async () => {
    const before = demanding.requests.length;
    demanding.rewriteReply('pushed_authorization', (reply) => ({
      ...reply,
      redirect_uri: 'https://attacker.example/callback',
      client_id: 'attacker',
      authorization_endpoint: 'https://attacker.example/auth',
      code_challenge: 'none',
      state: 'forged',
    }));
    const outcome = await signInAt(demanding, line);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(asked(demanding, before)).toEqual([
      { client_id: demanding.clientId, request_uri: expect.stringMatching(/^urn:/) },
    ]);
    const [exchange] = demanding.requests.slice(before).filter(({ endpoint }) => endpoint === 'token');
    const [request] = pushed(demanding, before);
    expect(exchange?.form.get('redirect_uri')).toBe(request?.form.get('redirect_uri'));
  });

  it('that repeats what was sent shows nothing of it', async () => {
    demanding.breakEndpoint('pushed_authorization', { kind: 'echo', status: 400 });
    const before = demanding.requests.length;
    const outcome = await signInAt(demanding, line, '--json');
    expect(outcome.exitCode).toBe(5);
    const [request] = pushed(demanding, before);
    expect(outcome.stderr).not.toContain(request?.form.get('state'));
    expect(outcome.stderr).not.toContain(request?.form.get('nonce'));
  });

  it('of a server in trouble is exit 7, and says to try again', async () => {
    demanding.breakEndpoint('pushed_authorization', { kind: 'html', status: 503 });
    expect(errorOf(await signInAt(demanding, line, '--json'))).toMatchObject({
      code: 'network_server_error',
      exit_code: 7,
    });
  });
});
