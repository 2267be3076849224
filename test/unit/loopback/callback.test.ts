import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AuthorizationServerError, ProtocolError } from '../../../src/ground/errors.ts';
import { readCallbackQuery } from '../../../src/loopback/callback-query.ts';
import { headerOf, sendRaw } from '../../support/raw-client.ts';
import { AUTHORIZATION_URI, CODE, ISSUER, openListener, STATE, targetOf } from './open-listener.ts';

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('T06 a forged callback', () => {
  it.each([
    ['no state', `code=${CODE}`],
    ['an empty state', `code=${CODE}&state=`],
    ['a wrong state', `code=${CODE}&state=${'x'.repeat(STATE.length)}`],
    ['a state cut short', `code=${CODE}&state=${STATE.slice(0, -1)}`],
    ['a space after the state', `code=${CODE}&state=${STATE}%20`],
    ['a plus after the state', `code=${CODE}&state=${STATE}+`],
    ['state[]', `code=${CODE}&state[]=${STATE}`],
    ['another case', `code=${CODE}&state=${STATE.toUpperCase()}`],
    ['another name', `code=${CODE}&State=${STATE}`],
    ['nothing at all', ''],
    ['an error without state', 'error=access_denied'],
    ['an error with a wrong state', 'error=access_denied&state=x&error_description=attacker'],
    ['a wrong issuer without state', 'iss=https%3A%2F%2Fevil.test&code=x'],
  ])('answers 403 to %s, with the same bytes, and keeps waiting', async (_subject, query) => {
    const opened = await openListener({ issuer: ISSUER });
    const reply = await opened.get(`/callback?${query}`);
    expect(reply?.status).toBe(403);
    expect(reply?.text).toBe((await opened.get('/callback'))?.text);
    expect(reply?.text).not.toContain('attacker');
    await opened.expectStillWaiting();
  });

  it('gives the whole query of the good one', async () => {
    const opened = await openListener();
    const reply = await opened.callback({ code: CODE, state: STATE, scope: 'read:user user:email', a: 'ü' });
    expect(reply?.status).toBe(303);
    const response = await opened.listener.response;
    expect(Object.fromEntries(response.parameters)).toEqual({
      code: CODE,
      state: STATE,
      scope: 'read:user user:email',
      a: 'ü',
    });
    expect(response.browser).toBe('start-link-unused');
  });
});

describe('a redirect URI that ends with the port', () => {
  it('is spelled without a slash, and the browser that asks for one is understood', async () => {
    const opened = await openListener({ path: '' });
    expect(opened.listener.redirectUri).toBe(`http://127.0.0.1:${opened.listener.port}`);
    expect((await opened.get(`/?code=${CODE}&state=${STATE}`))?.status).toBe(303);
    expect((await opened.listener.response).parameters.get('code')).toBe(CODE);
  });
});

describe('T21 repeated or malformed parameters', () => {
  const names = ['code', 'state', 'iss', 'error', 'error_description', 'session_state'];

  it.each(
    names.flatMap((name) => [
      [name, `code=${CODE}&state=${STATE}&${name}=1&${name}=1`],
      [
        `${name}, once spelt otherwise`,
        `code=${CODE}&state=${STATE}&${name}=1&%${hexOf(name)}${name.slice(1)}=1`,
      ],
    ]),
  )('answers 400 to a second %s and keeps waiting', async (_name, query) => {
    const opened = await openListener();
    expect((await opened.get(`/callback?${query}`))?.status).toBe(400);
    await opened.expectStillWaiting();
  });

  it.each([
    ['a state after the good one', `state=${STATE}&state=bad&code=${CODE}`],
    ['a code after the good one', `state=${STATE}&code=${CODE}&code=b`],
    ['a code that is too long', `state=${STATE}&code=${'x'.repeat(4097)}`],
    ['%00', `state=${STATE}&code=a%00b`],
    ['%0a', `state=${STATE}&code=a%0ab`],
    ['DEL', `state=${STATE}&code=a%7f`],
    ['letters outside ASCII in the code', `state=${STATE}&code=%C3%A9`],
    ['invalid UTF-8', `state=${STATE}&code=%ff%fe`],
    ['overlong UTF-8', `state=${STATE}&code=%c0%80`],
    ['a broken percent-encoding', `state=${STATE}&code=%4`],
    ['a percent sign in a foreign parameter', `state=${STATE}&code=${CODE}&x=100%`],
    ['a fragment', `state=${STATE}&code=${CODE}#x`],
    ['neither code nor error', `state=${STATE}`],
    ['an empty code', `state=${STATE}&code=`],
  ])('answers 400 to %s and keeps waiting', async (_subject, query) => {
    const opened = await openListener();
    expect((await opened.get(`/callback?${query}`))?.status).toBe(400);
    await opened.expectStillWaiting();
  });

  it('takes raw bytes outside ASCII for no query', async () => {
    const opened = await openListener();
    const request = `GET /callback?state=${STATE}&code=\u00e9 HTTP/1.1\r\nHost: ${opened.authority}\r\n\r\n`;
    expect((await sendRaw(opened.listener.port, request))?.status).toBe(400);
    await opened.expectStillWaiting();
  });

  it('takes parameters from the query only', async () => {
    const opened = await openListener();
    const body = `code=${CODE}&state=${STATE}`;
    const request = [
      'POST /callback HTTP/1.1',
      `Host: ${opened.authority}`,
      'Content-Type: application/x-www-form-urlencoded',
      `Content-Length: ${body.length}`,
      '',
      body,
    ].join('\r\n');
    expect((await sendRaw(opened.listener.port, request))?.status).toBe(405);
    await opened.expectStillWaiting();
  });

  it('reads a plus and %20 alike, as RFC 6749 appendix B says', async () => {
    const opened = await openListener();
    await opened.get(`/callback?state=${STATE}&code=a+b%20c%2Bd`);
    expect((await opened.listener.response).parameters.get('code')).toBe('a b c+d');
  });

  it('reads whatever URLSearchParams writes, and never throws', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string(), fc.string()), { selector: ([name]) => name }),
        (pairs) => {
          const written = new URLSearchParams(pairs);
          expect(readCallbackQuery(written.toString())?.toString()).toBe(written.toString());
        },
      ),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        expect(readCallbackQuery(query) ?? new URLSearchParams()).toBeInstanceOf(URLSearchParams);
      }),
    );
  });
});

function hexOf(name: string): string {
  return name.charCodeAt(0).toString(16);
}

describe('T04 the issuer of the response (RFC 9207)', () => {
  it.each([
    ['another issuer', { code: CODE, state: STATE, iss: 'https://evil.test' }],
    ['the issuer with a slash', { code: CODE, state: STATE, iss: `${ISSUER}/` }],
    ['an empty issuer', { code: CODE, state: STATE, iss: '' }],
    ['another issuer beside an error', { error: 'attacker_words', state: STATE, iss: 'https://evil.test' }],
  ])('ends the sign-in at %s', async (_subject, parameters) => {
    const opened = await openListener({ issuer: ISSUER });
    expect((await opened.callback(parameters))?.status).toBe(303);
    const error = await failureOf(opened.listener.response);
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({ code: 'protocol_issuer_mismatch', exitCode: 6 });
    expect(String(error)).not.toMatch(/evil|attacker/);
  });

  it('ends the sign-in when a promised issuer is missing, also beside an error', async () => {
    for (const parameters of [
      { code: CODE, state: STATE },
      { error: 'access_denied', state: STATE },
    ]) {
      const opened = await openListener({ issuer: ISSUER, issuerRequired: true });
      await opened.callback(parameters);
      expect(await failureOf(opened.listener.response)).toMatchObject({ code: 'protocol_issuer_mismatch' });
    }
  });

  it('goes on with the right issuer, and without one that nobody promised', async () => {
    const promised = await openListener({ issuer: ISSUER, issuerRequired: true });
    await promised.callback({ code: CODE, state: STATE, iss: ISSUER });
    expect((await promised.listener.response).parameters.get('code')).toBe(CODE);
    const silent = await openListener({ issuer: ISSUER });
    await silent.expectStillWaiting();
  });
});

describe('an error response', () => {
  async function errorFor(parameters: Record<string, string>): Promise<AuthorizationServerError> {
    const opened = await openListener({ providerLabel: 'GitHub' });
    expect((await opened.callback({ state: STATE, ...parameters }))?.status).toBe(303);
    const error = await failureOf(opened.listener.response);
    if (!(error instanceof AuthorizationServerError)) {
      throw new Error('the wait did not end with the error of the server');
    }
    return error;
  }

  it.each([
    'access_denied',
    'consent_required',
    'interaction_required',
    'login_required',
    'account_selection_required',
    'user_denied',
    'user_cancelled_login',
  ])('calls %s a refusal', async (code) => {
    const error = await errorFor({ error: code, error_description: 'No thanks.' });
    expect(error).toMatchObject({ code: `as_${code}`, error: code, exitCode: 5 });
    expect(error.message).toBe(`GitHub refused the sign-in (${code}): "No thanks."`);
    expect(error.hint).toMatch(/^run the command again/);
  });

  it("understands Facebook's way of saying no", async () => {
    const denied = await errorFor({
      error: 'access_denied',
      error_code: '200',
      error_description: 'Permissions error',
      error_reason: 'user_denied',
    });
    expect(denied.code).toBe('as_access_denied');
    const bare = await errorFor({ error_code: '1349187', error_message: 'Sorry' });
    expect(bare.message).toBe('GitHub could not do the sign-in (unrecognized_error): "Sorry"');
  });

  it('names any other error and what to check', async () => {
    expect(await errorFor({ error: 'invalid_scope' })).toMatchObject({
      code: 'as_invalid_scope',
      message: 'GitHub could not do the sign-in (invalid_scope)',
      hint: expect.stringContaining('--scope'),
    });
    expect(await errorFor({ error: 'temporarily_unavailable' })).toMatchObject({
      hint: expect.stringContaining('wait'),
    });
  });

  it.each(['<script>', 'a b', '::add-path::/tmp/x', '\u001b[2J', 'x'.repeat(65), '', 'é'])(
    'does not repeat %j as an error code',
    async (code) => {
      const error = await errorFor({ error: code });
      expect(error).toMatchObject({ code: 'as_unrecognized_error' });
      expect(error.message).toBe('GitHub could not do the sign-in (unrecognized_error)');
    },
  );

  it('quotes the description in one harmless line of at most 200 characters', async () => {
    const error = await errorFor({
      error: 'server_error',
      error_description: `\u001b]52;c;eA==\u0007one\r\n::add-path::/x" two \u202e##vso[x]${'z'.repeat(500)}`,
    });
    const quoted = /: (".*")$/.exec(error.message)?.[1] ?? '';
    expect(quoted).toMatch(/^"one : :add-path: :\/x' two # #vso\[x\]z+…"$/);
    expect(quoted.length).toBeLessThanOrEqual(210);
    expect(error.message).not.toMatch(/[^\x20-\x7e…]/);
  });
});

describe('T20 repeated callbacks', () => {
  it('answers an identical repeat alike, another one with 409, and resolves once', async () => {
    const opened = await openListener();
    const replies = await Promise.all(Array.from({ length: 5 }, () => opened.callback()));
    expect(new Set(replies.map((reply) => reply?.text)).size).toBe(1);
    expect(replies[0]?.status).toBe(303);
    const other = await opened.callback({ code: 'another', state: STATE });
    expect(other?.status).toBe(409);
    expect((await opened.callback({ error: 'access_denied', state: STATE }))?.status).toBe(409);
    expect((await opened.callback({ code: 'another', state: 'wrong' }))?.status).toBe(403);
    expect((await opened.listener.response).parameters.get('code')).toBe(CODE);
    expect(opened.notices.map((notice) => notice.kind)).toEqual(['second-reply', 'foreign-request']);
  });

  it('takes no code after an error', async () => {
    const opened = await openListener();
    await opened.callback({ error: 'access_denied', state: STATE });
    expect((await opened.callback())?.status).toBe(409);
    expect(await failureOf(opened.listener.response)).toMatchObject({ code: 'as_access_denied' });
  });
});

describe('T19 one bad request must not end the sign-in', () => {
  it('survives 1,000 hostile requests with one generic notice of each kind', async () => {
    const opened = await openListener({ issuer: ISSUER });
    opened.listener.startLink(AUTHORIZATION_URI);
    const hostile = [
      () => `/callback?error=attacker&error_description=attacker`,
      () => `/callback?error=attacker&state=${randomBytes(9).toString('base64url')}`,
      () => `/callback?code=x&state=${STATE}x`,
      () => `/callback?state=${STATE}`,
      () => `/callback?state=${STATE}&state=${STATE}&code=x`,
      () => `/callback`,
      () => `/${randomBytes(6).toString('hex')}?code=x&state=${STATE}`,
      () => '/callback?%',
    ];
    let sent = 0;
    await Promise.all(
      Array.from({ length: 10 }, async (_unused, lane) => {
        for (let index = 0; index < 100; index += 1) {
          const target = hostile[(index + lane) % hostile.length]?.() ?? '';
          const status = (await opened.get(target))?.status ?? 0;
          expect([400, 403, 404]).toContain(status);
          sent += 1;
        }
      }),
    );
    expect(sent).toBe(1_000);
    expect(opened.notices.map(({ kind }) => kind).sort()).toEqual(['empty-reply', 'foreign-request']);
    expect(JSON.stringify(opened.notices)).not.toContain('attacker');
    await opened.expectStillWaiting();
  });
});

describe('T23 the code in the address bar', () => {
  it('is left behind with a 303 to an address that tells nothing', async () => {
    const opened = await openListener();
    const reply = await opened.callback();
    const location = headerOf(reply, 'location') ?? '';
    expect(reply?.status).toBe(303);
    expect(location).toMatch(/^\/done\/[\w-]{22}$/);
    const page = opened.get(location);
    await opened.listener.finish({ kind: 'signed-in', scopes: [], provider: 'GitHub' });
    expect((await page)?.status).toBe(200);
    expect((await page)?.body).toContain('<h1>Signed in to GitHub</h1>');
  });

  it('is not where the start link leads, nor is there a query allowed on our own addresses', async () => {
    const opened = await openListener();
    const start = targetOf(opened.listener.startLink(AUTHORIZATION_URI));
    expect((await opened.get(`${start}?x=1`))?.status).toBe(404);
    expect((await opened.get('/done/'))?.status).toBe(404);
  });
});
