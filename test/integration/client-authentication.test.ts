import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import { systemClock } from '../../src/host/clock.ts';
import { openidProvider } from '../../src/providers/openid.ts';
import { errorOf } from '../support/command-line.ts';
import { configurationOf } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { formOf } from '../support/preset-at-the-wire.ts';
import { type PlayedProvider, playProvider, signIdToken } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import {
  openQuirkyServer,
  type QuirkyServer,
  type RecordedRequest,
  type Responder,
} from '../support/quirky-server.ts';

const issuer = 'https://login.acme.example';
const secret = 'canary-of-a-client-secret';
const person = { sub: 'u-1815', name: 'Ada Lovelace' };
const endpoints = {
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  device_authorization_endpoint: `${issuer}/device`,
  jwks_uri: `${issuer}/keys`,
};
const both = ['client_secret_basic', 'client_secret_post'];

/** The clock some hours later, when the access token has expired. */
const later = { ...systemClock, now: () => new Date(Date.now() + 9 * 3_600_000) };

let server: QuirkyServer;
let line: PlayedCommandLine;
let played: PlayedProvider;

beforeEach(async () => {
  server = await openQuirkyServer();
  line = openPlayedCommandLine(server, { OAUTH_LOGIN_LOGIN_ACME_EXAMPLE_CLIENT_SECRET: secret });
  const provider = { ...openidProvider('played', 'Played', issuer), endpoints };
  played = playProvider(server, provider, { profile: person });
});
afterEach(async () => {
  line.close();
  await server.close();
});

type Method = 'client_secret_basic' | 'client_secret_post' | 'none of them';

/** The method of a token request, by where the secret stands. */
function methodOf(request: RecordedRequest): string {
  const inBody = formOf(request).client_secret !== undefined;
  const inHeader = request.headers.authorization !== undefined;
  expect(inBody && inHeader, 'one method at a time').toBe(false);
  return inHeader ? 'client_secret_basic' : inBody ? 'client_secret_post' : 'none';
}

/** Plays a server that lists these methods and has registered the client for one of them. */
function register(method: Method, listed: readonly string[] | null = both): void {
  server.at(
    `${issuer}/.well-known/openid-configuration`,
    json({
      issuer,
      ...endpoints,
      code_challenge_methods_supported: ['S256'],
      ...(listed === null ? {} : { token_endpoint_auth_methods_supported: listed }),
    }),
  );
  const known = (request: RecordedRequest) => methodOf(request) === method;
  const onlyKnown =
    (responder: Responder): Responder =>
    (request, response, at) =>
      known(request)
        ? responder(request, response, at)
        : json({ error: 'invalid_client' }, 401)(request, response, at);
  server.at(
    endpoints.device_authorization_endpoint,
    onlyKnown(
      json({
        device_code: 'canary-device-code',
        user_code: 'ABCD-EFGH',
        verification_uri: `${issuer}/d`,
        expires_in: 600,
      }),
    ),
  );
  server.at(
    endpoints.token_endpoint,
    onlyKnown((request, response, at) => {
      const nonce = played.authorizationRequests.at(-1)?.query.get('nonce');
      const idToken = signIdToken({
        iss: issuer,
        aud: 'client.id',
        sub: person.sub,
        ...(nonce ? { nonce } : {}),
      });
      return json({
        access_token: 'canary-access',
        refresh_token: 'canary-refresh',
        token_type: 'Bearer',
        expires_in: 3600,
        id_token: idToken,
      })(request, response, at);
    }),
  );
}

/** A clock on which sleeping takes no time. */
function passingClock(): Context['clock'] {
  let now = 0;
  return {
    now: () => new Date(),
    monotonic: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
  };
}

const client = ['--client-id', 'client.id'];
const methods = () => server.requestsTo('POST /login.acme.example/token').map(methodOf);

describe('a client that was registered for the other method', () => {
  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    '(%s) is found out by one more try, and remembered',
    async (method) => {
      register(method);
      const outcome = await line.run(issuer, ...client);
      expect(outcome.exitCode, outcome.stderr).toBe(0);
      expect(methods().at(-1)).toBe(method);
      expect(methods().length).toBeLessThanOrEqual(2);
      const before = methods().length;
      expect(await line.runIn({ clock: later }, 'token', issuer)).toMatchObject({ exitCode: 0 });
      expect(await line.run(issuer, ...client)).toMatchObject({ exitCode: 0 });
      expect(methods().slice(before)).toEqual([method, method]);
    },
  );

  it('is found out with --device, and no poll is spent on it', async () => {
    register('client_secret_basic');
    const outcome = await line.runIn({ clock: passingClock() }, issuer, ...client, '--device');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(methods()).toEqual(['client_secret_basic']);
  });

  it('is found out for a grant without a person', async () => {
    register('client_secret_basic');
    const outcome = await line.run('token', issuer, ...client, '--grant', 'client-credentials', '--no-store');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(methods()).toEqual(['client_secret_post', 'client_secret_basic']);
  });

  it('is tried twice and no more when the secret is wrong, and the error is that of the client', async () => {
    register('none of them');
    expect(errorOf(await line.run(issuer, ...client, '--json'))).toMatchObject({
      code: 'as_invalid_client',
      exit_code: 5,
    });
    expect(methods()).toEqual(['client_secret_post', 'client_secret_basic']);
  });

  it.each([[['client_secret_post']], [['client_secret_basic']], [null]])(
    'is not tried otherwise where %j is all that is listed',
    async (listed) => {
      register('none of them', listed);
      expect(errorOf(await line.run(issuer, ...client, '--json')).code).toBe('as_invalid_client');
      expect(methods()).toHaveLength(1);
    },
  );

  it.each(['with%sign', 'with+sign', 'with:colon', 'with space'])(
    'is named as the way out for the secret %j, which servers decode in different ways',
    async (odd) => {
      register('client_secret_post', ['client_secret_basic']);
      const env = { ...line.context.env, OAUTH_LOGIN_LOGIN_ACME_EXAMPLE_CLIENT_SECRET: odd };
      const error = errorOf(await line.runIn({ env }, issuer, ...client, '--json'));
      expect(error.code).toBe('as_invalid_client');
      expect(error.hint).toContain('--client-authentication client_secret_post');
      const way = ['--client-authentication', 'client_secret_post'];
      expect(await line.runIn({ env }, issuer, ...client, ...way)).toMatchObject({ exitCode: 0 });
    },
  );

  it('is not tried for another error', async () => {
    register('client_secret_post');
    server.at(endpoints.token_endpoint, json({ error: 'invalid_grant' }, 400));
    expect(errorOf(await line.run(issuer, ...client, '--json')).code).toBe('as_invalid_grant');
    expect(methods()).toHaveLength(1);
  });
});

describe('--client-authentication', () => {
  it.each(['client_secret_basic', 'client_secret_post'] as const)(
    '%s is used by login, and nothing else is tried',
    async (method) => {
      register(method === 'client_secret_basic' ? 'client_secret_post' : 'client_secret_basic');
      const argv = [issuer, ...client, '--client-authentication', method, '--json'];
      expect(errorOf(await line.run(...argv)).code).toBe('as_invalid_client');
      expect(methods()).toEqual([method]);
      register(method);
      expect(await line.run(...argv)).toMatchObject({ exitCode: 0 });
    },
  );

  it('none sends no secret, although there is one', async () => {
    register('none of them');
    await line.run(issuer, ...client, '--client-authentication', 'none');
    expect(methods()).toEqual(['none']);
  });

  it('of setup is kept in config.json', async () => {
    register('client_secret_basic');
    const argv = ['setup', 'work', '--issuer', issuer, ...client];
    expect(await line.run(...argv, '--client-authentication', 'client_secret_basic')).toMatchObject({
      exitCode: 0,
    });
    expect(configurationOf(line)).toMatchObject({
      providers: { work: { client_authentication: 'client_secret_basic' } },
    });
    const env = { ...line.context.env, OAUTH_LOGIN_WORK_CLIENT_SECRET: secret };
    expect(await line.runIn({ env }, 'work')).toMatchObject({ exitCode: 0 });
    expect(methods()).toEqual(['client_secret_basic']);
    // The grants without a person read it too.
    const token = ['token', 'work', '--grant', 'client-credentials', '--no-store'];
    expect(await line.runIn({ env }, ...token)).toMatchObject({ exitCode: 0 });
    expect(methods()).toEqual(['client_secret_basic', 'client_secret_basic']);
  });

  it.each(['private_key', 'basic', ''])('%j is refused with the methods there are', async (method) => {
    const error = errorOf(await line.run(issuer, ...client, '--client-authentication', method, '--json'));
    expect(error).toMatchObject({ code: 'usage_invalid', exit_code: 2 });
    expect(error.hint).toContain('client_secret_basic');
    expect(server.requests).toEqual([]);
  });
});

describe('T07 --device with PKCE', () => {
  it('sends a challenge with the request and its verifier with every poll', async () => {
    register('client_secret_post');
    let polls = 0;
    server.at(endpoints.token_endpoint, (request, response, at) => {
      polls += 1;
      const [asked] = server.requestsTo('POST /login.acme.example/device');
      const { code_challenge } = formOf(asked ?? request);
      const hash = createHash('sha256')
        .update(formOf(request).code_verifier ?? '')
        .digest('base64url');
      // As a server does that demands PKCE of every grant.
      if (hash !== code_challenge) {
        return json({ error: 'invalid_grant' }, 400)(request, response, at);
      }
      if (polls < 3) {
        return json({ error: 'authorization_pending' }, 400)(request, response, at);
      }
      const tokens = { access_token: 'canary-access', token_type: 'Bearer', expires_in: 3600 };
      return json({ ...tokens, id_token: signIdToken({ iss: issuer, aud: 'client.id', sub: person.sub }) })(
        request,
        response,
        at,
      );
    });
    const outcome = await line.runIn({ clock: passingClock() }, issuer, ...client, '--device');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    const [asked] = server.requestsTo('POST /login.acme.example/device');
    expect(formOf(asked ?? expect.unreachable('no request'))).toMatchObject({
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(polls).toBe(3);
  });
});
