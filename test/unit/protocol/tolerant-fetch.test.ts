import fc from 'fast-check';
import * as oauth from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { OAuthLoginError, ProtocolError } from '../../../src/ground/errors.ts';
import { Secret } from '../../../src/ground/secret.ts';
import { refreshTokens } from '../../../src/protocol/refresh-request.ts';
import { validateTokenResponse } from '../../../src/protocol/token-grammar.ts';
import type { TokenSet } from '../../../src/protocol/token-set.ts';
import { tolerantFetch } from '../../../src/protocol/tolerant-fetch.ts';
import { openidProvider } from '../../../src/providers/openid.ts';
import type { Quirk } from '../../../src/providers/quirk.ts';

const as: oauth.AuthorizationServer = { issuer: 'https://as.test', token_endpoint: 'https://as.test/token' };
const client: oauth.Client = { client_id: 'client' };
const endpoints = { token_endpoint: 'https://as.test/token', revocation_endpoint: 'https://as.test/revoke' };

interface Answer {
  readonly body: string;
  readonly status?: number;
  readonly type?: string;
}

/** The reply as the library gets it: a Response that went through the normaliser. */
function ask(
  { body, status = 200, type = 'application/json' }: Answer,
  quirks: Quirk[],
  url = endpoints.token_endpoint,
) {
  const wire = async () => new Response(body, { status, headers: { 'content-type': type } });
  return tolerantFetch(wire, { label: 'Work', endpoints, quirks })(url, { method: 'POST' });
}

/** What the library makes of it. */
async function redeem(answer: Answer, quirks: Quirk[] = []) {
  const response = await ask(answer, quirks);
  return oauth.processRefreshTokenResponse(as, client, response);
}

/** What a whole refresh makes of it. */
function refresh(
  { body, status = 200, type = 'application/json' }: Answer,
  quirks: Quirk[],
  requestedScopes: readonly string[] = [],
) {
  const provider = {
    ...openidProvider('work', 'Work', as.issuer),
    endpoints,
    quirks,
    metadata: as,
    discovered: [],
  };
  return refreshTokens(
    {
      provider,
      client: { clientId: 'client', clientAuthentication: 'none' },
      fetch: async () => new Response(body, { status, headers: { 'content-type': type } }),
      allowHttpLoopback: false,
      now: () => new Date(),
      requestedScopes,
    },
    new Secret('the-refresh-token-of-before'),
    {},
  );
}

const json = (members: unknown, status = 200): Answer => ({ body: JSON.stringify(members), status });
const granted = { access_token: 'at', token_type: 'bearer' };

describe('replies of GitHub', () => {
  const quirks: Quirk[] = ['form-encoded-reply'];

  it('an error with status 200 is an error', async () => {
    const answer = json({ error: 'bad_verification_code', error_description: 'expired' });
    await expect(redeem(answer, quirks)).rejects.toMatchObject({
      code: oauth.RESPONSE_BODY_ERROR,
      error: 'bad_verification_code',
      status: 400,
    });
  });

  it('an error wins over a token beside it', async () => {
    await expect(redeem(json({ ...granted, error: 'x' }), quirks)).rejects.toMatchObject({ error: 'x' });
  });

  it('a form is read, and its commas separate scopes', async () => {
    const body = 'access_token=at&scope=read%3Auser%2Cuser%3Aemail&token_type=bearer&expires_in=28800';
    const type = 'application/x-www-form-urlencoded; charset=utf-8';
    expect(await redeem({ body, type }, quirks)).toMatchObject({
      access_token: 'at',
      scope: 'read:user,user:email',
      token_type: 'bearer',
      expires_in: 28800,
    });
    expect((await refresh({ body, type }, quirks)).scopes).toEqual(['read:user', 'user:email']);
  });

  it('an error in a form is an error', async () => {
    const answer = { body: 'error=incorrect_client_credentials', type: 'application/x-www-form-urlencoded' };
    await expect(redeem(answer, quirks)).rejects.toMatchObject({ error: 'incorrect_client_credentials' });
  });

  it('a form with a parameter twice is not read', async () => {
    const answer = {
      body: 'access_token=a&access_token=b&token_type=bearer',
      type: 'application/x-www-form-urlencoded',
    };
    await expect(redeem(answer, quirks)).rejects.toBeInstanceOf(oauth.OperationProcessingError);
  });

  it('a form is not read where no preset says so', async () => {
    const answer = { body: 'access_token=at&token_type=bearer', type: 'application/x-www-form-urlencoded' };
    await expect(redeem(answer)).rejects.toBeInstanceOf(oauth.OperationProcessingError);
  });
});

describe('replies of other servers', () => {
  it.each([
    [1, undefined, 'invalid_client'],
    [100, 36007, 'invalid_grant'],
    [100, 36009, 'invalid_grant'],
    [100, undefined, 'invalid_request'],
    [190, 463, 'invalid_token'],
    [4, undefined, 'temporarily_unavailable'],
  ])('the Graph error %s/%s is called %s', async (code, errorSubcode, error) => {
    const body = {
      error: { message: 'words', type: 'OAuthException', code, error_subcode: errorSubcode, fbtrace_id: 'x' },
    };
    for (const status of [200, 400]) {
      await expect(redeem(json(body, status), ['error-object'])).rejects.toMatchObject({
        error,
        error_description: 'words',
        status: 400,
      });
    }
  });

  it.each(['Bearer', 'BEARER', 'BearerToken', 'Bearer Token', 'bearer_token'])(
    'the token_type %s is bearer',
    async (tokenType) => {
      expect(await redeem(json({ access_token: 'at', token_type: tokenType }))).toMatchObject({
        token_type: 'bearer',
      });
    },
  );

  it.each([{}, { token_type: null }, { token_type: 'jwt-bearer' }, { token_type: 'mac' }, { token_type: 7 }])(
    '%j is bearer only where the data or the configuration says so',
    async (members) => {
      const answer = json({ access_token: 'at', ...members });
      expect(await redeem(answer, ['token-type-missing'])).toMatchObject({ token_type: 'bearer' });
      await expect(redeem(answer)).rejects.toMatchObject({
        message: expect.stringMatching(/has no token_type$|has the token_type .*, not "Bearer"$/),
        hint: expect.stringContaining('"token_type": "bearer"'),
      });
    },
  );

  it.each([
    { refresh_token: null },
    { refresh_token: '' },
    { id_token: null },
    { scope: null },
    { expires_in: null },
  ])('%j is a member that is not there', async (members) => {
    const [name = ''] = Object.keys(members);
    const tokens = await redeem(json({ ...granted, ...members }));
    expect(tokens).toMatchObject({ access_token: granted.access_token });
    expect(tokens).not.toHaveProperty(name);
  });

  it.each([
    [3600, 3600],
    ['3600', 3600],
    ['3599.5', 3599.5],
    ['0003600', 3600],
  ])('expires_in %j is %j seconds', async (expiresIn, seconds) => {
    expect(await redeem(json({ ...granted, expires_in: expiresIn }))).toMatchObject({ expires_in: seconds });
  });

  it.each([
    -1,
    '-1',
    0,
    '0',
    '',
    false,
    'never',
    'Never',
    'none',
    'unlimited',
    631_138_518,
    2 ** 53,
    '1e999',
  ])('expires_in %j means that there is no end, or is refused when it is no number', async (expiresIn) => {
    const answer = json({ ...granted, expires_in: expiresIn });
    if (expiresIn === '1e999') {
      await expect(redeem(answer)).rejects.toBeInstanceOf(ProtocolError);
    } else {
      expect(await redeem(answer)).not.toHaveProperty('expires_in');
    }
  });

  it('zero seconds are an end where the token can be renewed', async () => {
    expect(await redeem(json({ ...granted, refresh_token: 'rt', expires_in: 0 }))).toMatchObject({
      expires_in: 0,
    });
  });

  it.each(['3600abc', '1e3', ' 1', 'soon', '1h', true, ['3600'], { seconds: 1 }, -30])(
    'expires_in %j is refused, with the member and what it holds',
    async (expiresIn) => {
      await expect(redeem(json({ ...granted, expires_in: expiresIn }))).rejects.toMatchObject({
        message: expect.stringContaining('has the expires_in '),
      });
    },
  );

  it.each([
    [{ scope: ['a', 'b'] }, 'a b'],
    [{ scopes: 'a b' }, 'a b'],
    [{ scopes: ['a'] }, 'a'],
    [{ scope: '' }, ''],
  ])('%j is the scope %j', async (members, scope) => {
    expect(await redeem(json({ ...granted, ...members }))).toMatchObject({ scope });
  });

  it.each([
    ['a,b', ['a', 'b'], ['a', 'b']],
    ['a, b', [], ['a', 'b']],
    ['a,b c', ['a,b', 'c'], ['a,b', 'c']],
    ['', ['a'], ['a']],
  ])('the scope %j, asked for %j, means %j', async (scope, requested, scopes) => {
    expect((await refresh(json({ ...granted, scope }), [], requested)).scopes).toEqual(scopes);
  });

  it('a refresh token may hold a space, and an access token may not (RFC 6749 A.17, RFC 6750 §2.1)', async () => {
    expect(await redeem(json({ ...granted, refresh_token: 'a b' }))).toMatchObject({ refresh_token: 'a b' });
    await expect(redeem(json({ ...granted, access_token: 'a b' }))).rejects.toBeInstanceOf(ProtocolError);
  });

  it('what a member holds is not shown when it is a credential', async () => {
    const secret = 'CANARY-9rT2vXk4';
    for (const members of [{ token_type: secret }, { expires_in: `x${secret}` }, { scope: { secret } }]) {
      const error = await redeem(json({ access_token: secret, token_type: 'bearer', ...members })).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(ProtocolError);
      expect(String(error)).not.toContain('CANARY');
    }
  });

  it('a member that nests without end breaks nothing', async () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    const body = `{"access_token":"at","token_type":"bearer","refresh_token":"rt","more":${deep}}`;
    expect(await redeem({ body })).toMatchObject({ access_token: 'at', refresh_token: 'rt' });
    await expect(refresh({ body: `{"error":${deep}}`, status: 400 }, [])).rejects.toMatchObject({
      exitCode: 5,
    });
  });
});

describe('an error with status 200, in the forms that servers are known to use', () => {
  it.each<readonly [unknown, string, string | undefined]>([
    [{ error: 'bad_verification_code', error_description: 'expired' }, 'bad_verification_code', 'expired'],
    [{ ok: false, error: 'invalid_code' }, 'invalid_code', undefined],
    [{ errcode: 40029, errmsg: 'invalid code' }, '40029', 'invalid code'],
    [{ resultcode: '024', message: 'Authentication failed' }, '024', 'Authentication failed'],
    [{ error: 100020, error_description: 'code is reused' }, '100020', 'code is reused'],
    [
      { errors: [{ errorType: 'invalid_grant', message: 'expired' }], success: false },
      'invalid_grant',
      'expired',
    ],
    [{ errors: [{ message: 'not allowed' }] }, 'unknown_error', 'not allowed'],
    [{ errors: ['not allowed'] }, 'unknown_error', 'not allowed'],
    [{ code: 20003, msg: 'invalid code' }, '20003', 'invalid code'],
    [{ status: 'error', msg: 'wrong secret' }, 'unknown_error', 'wrong secret'],
    [{ status: 503, error: 'Invalid Params: wrong code' }, 'unknown_error', 'Invalid Params: wrong code'],
    [{ data: { error_code: 10007, description: 'expired' }, message: 'error' }, '10007', 'expired'],
    [{ error: { code: 'invalid_client', message: 'unknown' } }, 'invalid_client', 'unknown'],
    [{ error: { message: 'unknown' } }, 'unknown_error', 'unknown'],
    [{ error: {} }, 'unknown_error', undefined],
    [{ success: false }, 'unknown_error', undefined],
    [{ access_token: 'at', token_type: 'bearer', error: 'invalid_grant' }, 'invalid_grant', undefined],
    [{ access_token: '', error: 'invalid_grant' }, 'invalid_grant', undefined],
  ])('%j is %s', async (members, error, description) => {
    const refused = await redeem(json(members)).catch((reason: unknown) => reason);
    expect(refused).toMatchObject({ code: oauth.RESPONSE_BODY_ERROR, error, status: 400 });
    expect((refused as oauth.ResponseBodyError).error_description).toBe(description);
  });

  it.each([
    { errcode: 0, errmsg: 'ok' },
    { code: 0, msg: 'success' },
    { error: '', error_description: '' },
    { error: null },
    { success: true },
    { ok: true },
    { status: 200, message: 'fine' },
    { resultcode: '00', message: 'success' },
  ])('%j beside a token is none', async (members) => {
    expect(await redeem(json({ ...granted, ...members }))).toMatchObject(granted);
  });
});

describe('an error with a status of its own keeps its reason', () => {
  it.each<readonly [Answer, string, RegExp]>([
    [json({ message: 'the code is too old' }, 400), 'unknown_error', /"the code is too old"/],
    [
      {
        ...json({ type: 'about:blank', title: 'Bad', detail: 'no such client' }, 401),
        type: 'application/problem+json',
      },
      'about:blank',
      /"no such client"/,
    ],
    [{ ...json({ error: 'invalid_grant' }, 400), type: 'text/html' }, 'invalid_grant', /invalid_grant/],
    [{ body: '', status: 401 }, 'unknown_error', /status 401 and gave no reason/],
    [{ body: '<html>', status: 400, type: 'text/html' }, 'unknown_error', /status 400 and gave no reason/],
  ])('%j', async (answer, error, words) => {
    await expect(refresh(answer, [])).rejects.toMatchObject({
      code: `as_${error}`,
      exitCode: 5,
      message: expect.stringMatching(words),
    });
  });

  it('a challenge beside it hides nothing', async () => {
    const wire = async () =>
      Response.json(
        { error: 'invalid_client', error_description: 'the secret has expired' },
        { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } },
      );
    const response = await tolerantFetch(wire, { label: 'Work', endpoints, quirks: [] })(
      endpoints.token_endpoint,
      { method: 'POST' },
    );
    await expect(oauth.processRefreshTokenResponse(as, client, response)).rejects.toMatchObject({
      error: 'invalid_client',
      error_description: 'the secret has expired',
    });
  });
});

describe('a server that failed, or has too much to do', () => {
  it.each([429, 500, 503])('with status %i is a matter of time, whatever its reply holds', async (status) => {
    for (const answer of [
      { body: '<html>', status, type: 'text/html' },
      json({ error: 'invalid_grant', error_description: 'busy' }, status),
      json({ error: 'temporarily_unavailable' }, status),
      json({ ...granted }, status),
      json([], status),
    ]) {
      await expect(refresh(answer, [])).rejects.toMatchObject({
        code: 'network_server_error',
        exitCode: 7,
        message: expect.stringContaining(`the token endpoint of Work answered with status ${status}`),
      });
    }
    const said = await refresh(json({ error: 'slow', error_description: 'busy' }, status), []).catch(String);
    expect(said).toContain('("slow"), saying "busy"');
  });

  it.each([
    ['7', 7, 'in 7 seconds'],
    ['600', 600, 'in 10 minutes'],
    [new Date(Date.now() + 90_000).toUTCString(), expect.closeTo(90, -1), 'seconds'],
    ['later', undefined, 'in a few minutes'],
  ])('Retry-After: %s is said and kept as a member', async (header, seconds, words) => {
    const wire = async () => new Response('', { status: 429, headers: { 'retry-after': header } });
    const asking = tolerantFetch(wire, { label: 'Work', endpoints, quirks: [] })(endpoints.token_endpoint, {
      method: 'POST',
    });
    await expect(asking).rejects.toMatchObject({ retryAfter: seconds, hint: expect.stringContaining(words) });
  });

  it('an answer to a poll stays one', async () => {
    for (const error of ['slow_down', 'authorization_pending']) {
      await expect(redeem(json({ error }, 429))).rejects.toMatchObject({ error });
    }
  });
});

describe('everything else', () => {
  const all: Quirk[] = ['form-encoded-reply', 'error-object', 'token-type-missing'];

  it('passes untouched: a conforming reply, a page, an empty reply', async () => {
    for (const answer of [
      { body: '{ "access_token": "at", "token_type": "Bearer", "expires_in": 60 }' },
      { body: '{"error":"invalid_grant"}', status: 400 },
      { body: '<html>', type: 'text/html', status: 404 },
      { body: '', status: 200 },
      { body: '[1]' },
    ]) {
      const response = await ask(answer, all);
      expect(await response.text()).toBe(answer.body);
      expect(response.status).toBe(answer.status ?? 200);
      expect(response.headers.get('content-type')).toBe(answer.type ?? 'application/json');
    }
  });

  it('passes untouched at other addresses', async () => {
    const answer = json({ error: 'x', scopes: ['a'] });
    const response = await ask(answer, all, 'https://as.test/userinfo');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(answer.body);
  });

  it('an error of the revocation endpoint becomes one, too', async () => {
    const response = await ask(json({ error: 'invalid_token' }), all, endpoints.revocation_endpoint);
    await expect(oauth.processRevocationResponse(response)).rejects.toMatchObject({ error: 'invalid_token' });
  });
});

describe('T62 malformed token responses', () => {
  it.each([
    { access_token: 'a\nb' },
    { access_token: 'a b' },
    { access_token: 'ä' },
    { access_token: '' },
    { access_token: 7 },
    { access_token: null },
    { access_token: 'a'.repeat(5_000_000) },
    { refresh_token: 'a\u0000' },
    { refresh_token: ['a'] },
    { id_token: 'a b' },
    { token_type: 'mac' },
    { token_type: 7 },
    { expires_in: -2 },
    { expires_in: 'soon' },
    { id_token: '' },
    { expires_in: true },
    { scope: ['a', 7] },
    { scope: { a: 1 } },
    { scope: 'a\u001b[2J' },
  ])('%# is refused, and the error does not repeat it', async (members) => {
    const error = await redeem(json({ ...granted, ...members })).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(String(error).length).toBeLessThan(200);
    expect(String(error)).toMatch(/^[\x20-\x7e]+$/);
  });

  it('a body with inherited members only is no response', () => {
    expect(() => validateTokenResponse(Object.create(granted))).toThrow(ProtocolError);
    expect(() =>
      validateTokenResponse(JSON.parse('{"__proto__":{"access_token":"a","token_type":"bearer"}}')),
    ).toThrow(ProtocolError);
  });

  it.each([1, 16_384, 65_536])('a token of %i characters is fine', async (length) => {
    const accessToken = 'a'.repeat(length);
    expect(await redeem(json({ ...granted, access_token: accessToken, expires_in: 0 }))).toMatchObject({
      access_token: accessToken,
    });
  });

  it.each([7, true, ['a'], { a: 1 }, null])(
    'an error_description that is %j is passed over',
    async (said) => {
      const error = await refresh(json({ error: 'invalid_grant', error_description: said }, 400), []).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({
        code: 'as_invalid_grant',
        message: 'the token endpoint of Work answered invalid_grant',
      });
    },
  );

  const issued = {
    ...granted,
    access_token: 'CANARY-9rT2vXk4-access',
    refresh_token: 'CANARY-b7Wq3nZp-refresh',
  };

  const words =
    'any of 10,000 replies ends as a valid token set or as an error that says nothing of its tokens';
  it(words, async () => {
    const member = fc.oneof(
      fc.string(),
      fc.constantFrom('bearer', 'at', '3600', 'a,b'),
      fc.double(),
      fc.integer(),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const body = fc.oneof(
      fc.string(),
      fc.jsonValue().map((value) => JSON.stringify(value)),
      fc
        .dictionary(
          fc.constantFrom(
            ...['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope', 'scopes'],
            ...['error', 'error_description', '__proto__', 'constructor'],
          ),
          member,
        )
        .map((members) => JSON.stringify({ ...issued, ...members })),
      fc.dictionary(fc.string(), fc.string()).map((members) => new URLSearchParams(members).toString()),
    );
    const type = fc.constantFrom(
      'application/json',
      'application/x-www-form-urlencoded',
      'text/plain',
      'text/html',
    );
    const quirks = fc.subarray<Quirk>([
      ...(['form-encoded-reply', 'error-object', 'token-type-missing'] as const),
    ]);
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(
        body,
        type,
        fc.constantFrom(200, 200, 400, 500),
        quirks,
        async (text, mediaType, status, flags) => {
          let tokens: TokenSet;
          try {
            tokens = await refresh({ body: text, type: mediaType, status }, flags);
          } catch (error) {
            // Anything else is a crash.
            if (!(error instanceof OAuthLoginError)) {
              throw error;
            }
            expect(`${error.message} ${error.hint}`).not.toContain('CANARY');
            return;
          }
          accepted += 1;
          expect(tokens.accessToken.reveal()).toMatch(/^[\x21-\x7e]+$/);
          expect(tokens.refreshToken?.reveal()).toMatch(/^[\x20-\x7e]+$/);
          const { expiresAt, issuedAt, scopes } = tokens;
          expect((expiresAt ?? issuedAt).getTime()).toBeGreaterThanOrEqual(issuedAt.getTime());
          expect(scopes.every((scope) => /^[\x21-\x7e]+$/.test(scope))).toBe(true);
        },
      ),
      { numRuns: 10_000 },
    );
    expect(accepted).toBeGreaterThan(0);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('replies of Twitch', () => {
  const quirks: Quirk[] = ['error-in-message'];

  it.each([
    ['authorization_pending', 'authorization_pending'],
    ['slow_down', 'slow_down'],
    ['invalid device code', 'invalid_grant'],
    ['Invalid refresh token', 'invalid_grant'],
    ['Invalid authorization code', 'invalid_grant'],
    ['invalid client secret', 'invalid_client'],
    ['invalid scope requested: x', 'invalid_scope'],
    ['Invalid token', 'invalid_token'],
    ['missing device_code', 'invalid_request'],
  ])('the message "%s" is the error %s', async (message, error) => {
    const answer = json({ error: 'Bad Request', status: 400, message }, 400);
    await expect(redeem(answer, quirks)).rejects.toMatchObject({ error, error_description: message });
  });

  it('a message beside a token is no error', async () => {
    expect(await redeem(json({ ...granted, message: 'welcome' }), quirks)).toMatchObject({
      access_token: 'at',
    });
  });

  it('a failure of the server says nothing about the request', async () => {
    const answer = json({ status: 503, message: 'invalid token' }, 503);
    await expect(ask(answer, quirks)).rejects.toMatchObject({ code: 'network_server_error' });
  });
});

describe('a device authorization response', () => {
  const response = {
    device_code: 'd',
    user_code: 'AB.C_D',
    verification_uri: 'https://a.test/',
    expires_in: 900,
  };

  it.each<[string, object, object]>([
    ['durations in text', { expires_in: '900', interval: '7' }, { expires_in: 900, interval: 7 }],
    ['an interval of 0', { interval: 0 }, { interval: undefined }],
    ['an interval of null', { interval: null }, { interval: undefined }],
    ['what is no number', { expires_in: 'soon' }, { expires_in: 'soon' }],
    [
      'the page under its old name',
      { verification_uri: undefined, verification_url: 'https://a.test/' },
      { verification_uri: 'https://a.test/' },
    ],
  ])('is read with %s', async (_what, changes, expected) => {
    const url = endpoints.revocation_endpoint;
    const read = await (await ask(json({ ...response, ...changes }), [], url)).json();
    expect(Object.assign({ interval: undefined }, read)).toMatchObject(expected);
  });
});

describe('the device grant of Google', () => {
  const quirks: Quirk[] = ['device-page-renamed'];

  it('the page gets its name of RFC 8628, and one that is there stays', async () => {
    const url = endpoints.revocation_endpoint;
    const renamed = await ask(json({ verification_url: 'https://a.test/' }), quirks, url);
    expect(await renamed.json()).toMatchObject({ verification_uri: 'https://a.test/' });
    const both = { verification_url: 'https://a.test/', verification_uri: 'https://b.test/' };
    const response = await ask(json(both), quirks, url);
    expect(await response.json()).toEqual(both);
  });
});

describe('the device grant of the Graph API', () => {
  const graph = {
    token_endpoint: 'https://graph.test/oauth/access_token',
    device_authorization_endpoint: 'https://graph.test/device/login',
  };
  const loginStatusEndpoint = 'https://graph.test/device/login_status';

  /** What goes over the wire instead of the request, and what comes back. */
  async function translate(url: string, body: URLSearchParams, answer: Answer) {
    const sent: { url: string; body: string }[] = [];
    const wire = async (input: string | URL | Request, init?: RequestInit) => {
      sent.push({ url: String(input), body: String(init?.body) });
      return new Response(answer.body, {
        status: answer.status ?? 200,
        headers: { 'content-type': 'application/json' },
      });
    };
    const device = { loginStatusEndpoint, steps: [] };
    const fetch = tolerantFetch(wire, { label: 'Work', endpoints: graph, quirks: ['error-object'], device });
    const response = await fetch(url, { method: 'POST', body });
    return { sent, status: response.status, members: await response.json() };
  }

  const client = { client_id: '12', client_secret: 'token&of=client' };
  const poll = new URLSearchParams({
    ...client,
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: 'dc',
  });

  it('the request for a code has one credential, and its reply the names of RFC 8628', async () => {
    const reply = { code: 'dc', user_code: 'U', verification_uri: 'https://graph.test/d', expires_in: 9 };
    const body = new URLSearchParams({ ...client, scope: 'a,b' });
    const { sent, members } = await translate(graph.device_authorization_endpoint, body, json(reply));
    expect(sent).toEqual([
      {
        url: graph.device_authorization_endpoint,
        body: 'access_token=12%7Ctoken%26of%3Dclient&scope=a%2Cb',
      },
    ]);
    const { code, ...rest } = reply;
    expect(members).toEqual({ ...rest, device_code: code });
  });

  it('a poll goes to the endpoint of its own, and a token without type is a bearer token', async () => {
    const { sent, members } = await translate(graph.token_endpoint, poll, json({ access_token: 'at' }));
    expect(sent).toEqual([
      { url: loginStatusEndpoint, body: 'access_token=12%7Ctoken%26of%3Dclient&code=dc' },
    ]);
    expect(members).toEqual({ access_token: 'at', token_type: 'bearer' });
  });

  it('a token that is malformed is refused all the same', async () => {
    const answer = json({ access_token: 'a t' });
    await expect(translate(graph.token_endpoint, poll, answer)).rejects.toBeInstanceOf(ProtocolError);
  });

  it.each([
    [1349152, 'expired_token'],
    [1349172, 'slow_down'],
    [1349173, 'access_denied'],
    [1349174, 'authorization_pending'],
  ])('the subcode %d is %s, whatever the code beside it', async (errorSubcode, error) => {
    const answer = json({ error: { message: 'm', code: 17, error_subcode: errorSubcode } }, 400);
    const { status, members } = await translate(graph.token_endpoint, poll, answer);
    expect([status, members]).toEqual([400, { error, error_description: 'm' }]);
  });

  it('an error never repeats the client token', async () => {
    const answer = json({ error: { message: 'bad 12|token&of=client', code: 190 } }, 400);
    const { members } = await translate(graph.token_endpoint, poll, answer);
    expect(members).toEqual({ error: 'invalid_token' });
  });

  it('the exchange of an authorization code stays as it is', async () => {
    const body = new URLSearchParams({ ...client, grant_type: 'authorization_code', code: 'c' });
    const { sent } = await translate(graph.token_endpoint, body, json(granted));
    expect(sent).toEqual([{ url: graph.token_endpoint, body: String(body) }]);
  });
});
