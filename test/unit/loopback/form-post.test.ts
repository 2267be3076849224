import { describe, expect, it } from 'vitest';
import { headerOf, type RawReply, sendRaw } from '../../support/raw-client.ts';
import { AUTHORIZATION_URI, CODE, cookieOf, ISSUER, openListener, STATE, targetOf } from './open-listener.ts';

const GOOD = new URLSearchParams({ code: CODE, state: STATE }).toString();
const FORM = 'Content-Type: application/x-www-form-urlencoded';
const NAVIGATION = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
const origins = [ISSUER, 'https://login.example.com'];

interface Post {
  readonly target?: string;
  readonly host?: string;
  readonly headers?: readonly string[];
}

async function open(options: Parameters<typeof openListener>[0] = { formOrigins: origins }) {
  const opened = await openListener(options);
  const post = (body: string, { target = '/callback', host = opened.authority, headers }: Post = {}) =>
    sendRaw(
      opened.listener.port,
      [
        `POST ${target} HTTP/1.1`,
        `Host: ${host}`,
        ...(headers ?? [FORM, `Origin: ${ISSUER}`, ...NAVIGATION]),
        `Content-Length: ${body.length}`,
        '',
        body,
      ].join('\r\n'),
    );
  /** Goes where the reply leads, as a browser does. */
  const follow = (reply: RawReply | undefined, headers: readonly string[] = NAVIGATION) =>
    opened.get(headerOf(reply, 'location') ?? '/nowhere', headers);
  return { ...opened, post, follow };
}

describe('an answer in a form (OAuth 2.0 Form Post Response Mode)', () => {
  it('leads to an address that nobody can guess, and is taken there', async () => {
    const opened = await open();
    const reply = await opened.post(GOOD);
    expect([reply?.status, headerOf(reply, 'location')]).toEqual([
      303,
      expect.stringMatching(/^\/posted\/[\w-]{22}$/),
    ]);
    const taken = await opened.follow(reply);
    expect([taken?.status, headerOf(taken, 'location')]).toEqual([303, expect.stringMatching(/^\/done\//)]);
    const response = await opened.listener.response;
    expect(response.parameters.get('code')).toBe(CODE);
  });

  it.each([
    ['the origin of the authorization endpoint', [`Origin: ${origins[1]}`, ...NAVIGATION]],
    ['an Origin that the page hides', ['Origin: null', ...NAVIGATION]],
    ['no Origin, from a program that is no browser', []],
    ['a charset', [`Origin: ${ISSUER}`]],
  ])('is taken with %s', async (what, headers) => {
    const opened = await open();
    const type = what === 'a charset' ? `${FORM};charset=UTF-8` : FORM;
    expect((await opened.follow(await opened.post(GOOD, { headers: [type, ...headers] })))?.status).toBe(303);
    expect((await opened.listener.response).parameters.get('code')).toBe(CODE);
  });

  it('is not taken where it was not asked for', async () => {
    const opened = await open({});
    expect((await opened.post(GOOD))?.status).toBe(405);
    expect(opened.notices.map(({ kind }) => kind)).toEqual(['posted-reply']);
    await opened.expectStillWaiting();
  });

  it('may be an error', async () => {
    const opened = await open();
    const body = new URLSearchParams({ error: 'access_denied', state: STATE }).toString();
    await opened.follow(await opened.post(body));
    await expect(opened.listener.response).rejects.toMatchObject({ code: 'as_access_denied' });
  });

  it('ends the sign-in when it comes from another server', async () => {
    const opened = await open({ formOrigins: origins, issuer: ISSUER, issuerRequired: true });
    const body = new URLSearchParams({ code: CODE, state: STATE, iss: 'https://evil.test' }).toString();
    await opened.follow(await opened.post(body));
    await expect(opened.listener.response).rejects.toMatchObject({ code: 'protocol_issuer_mismatch' });
  });
});

describe('T18 T19 T21 a form that is not the answer', () => {
  const form = (more: string) => `${GOOD}${more}`;
  const cases: readonly (readonly [what: string, status: number, body: string, post?: Post])[] = [
    ['with a foreign Origin', 403, GOOD, { headers: [FORM, 'Origin: https://evil.test', ...NAVIGATION] }],
    ['with two Origins', 403, GOOD, { headers: [FORM, `Origin: ${ISSUER}`, 'Origin: https://evil.test'] }],
    [
      'in a frame',
      403,
      GOOD,
      { headers: [FORM, `Origin: ${ISSUER}`, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'] },
    ],
    [
      'of a script',
      403,
      GOOD,
      { headers: [FORM, `Origin: ${ISSUER}`, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: empty'] },
    ],
    ['for another path', 405, GOOD, { target: '/other' }],
    ['for a path below', 405, GOOD, { target: `/callback/?${GOOD}` }],
    ['for another host', 405, GOOD, { host: 'evil.test' }],
    ['with a wrong state', 403, new URLSearchParams({ code: CODE, state: 'forged' }).toString()],
    ['without a state', 403, `code=${CODE}`],
    ['with two states', 400, form('&state=other')],
    ['with two codes', 400, form('&code=other')],
    ['with two issuers', 400, form('&iss=a&iss=b')],
    ['with a broken percent sign', 400, form('&x=%zz')],
    ['with bytes beyond ASCII', 400, form('&x=\xe9')],
    ['of another type', 400, GOOD, { headers: ['Content-Type: text/plain'] }],
    ['of a multipart type', 400, GOOD, { headers: ['Content-Type: multipart/form-data; boundary=x'] }],
    [
      'of JSON',
      400,
      JSON.stringify({ code: CODE, state: STATE }),
      { headers: ['Content-Type: application/json'] },
    ],
    ['without a type', 400, GOOD, { headers: [] }],
    ['with two types', 400, GOOD, { headers: [FORM, 'Content-Type: text/plain'] }],
    ['that is compressed', 400, GOOD, { headers: [FORM, 'Content-Encoding: gzip'] }],
    ['that is too large', 413, form(`&x=${'y'.repeat(70_000)}`)],
    ['that is empty', 403, ''],
  ];

  const named = cases.map(([what, status, body, post]) => ({ what, status, body, post }));

  it.each(named)('$what is refused with $status, and the wait goes on', async ({ status, body, post }) => {
    const opened = await open();
    expect((await opened.post(body, post))?.status).toBe(status);
    await opened.expectStillWaiting();
  });

  it('that is sent in pieces is refused as soon as it is too large', async () => {
    const opened = await open();
    const chunk = `${GOOD}&x=`.padEnd(0x8000, 'y');
    const head = ['POST /callback HTTP/1.1', `Host: ${opened.authority}`, FORM, 'Transfer-Encoding: chunked'];
    const chunks = [chunk, chunk.replaceAll(/[&=]/g, 'z'), 'z'].map(
      (text) => `${text.length.toString(16)}\r\n${text}\r\n`,
    );
    const request = `${head.join('\r\n')}\r\n\r\n${chunks.join('')}0\r\n\r\n`;
    expect((await sendRaw(opened.listener.port, request))?.status).toBe(413);
    await opened.expectStillWaiting();
  });

  it('is kept no more than a few times', async () => {
    const opened = await open();
    const statuses = [];
    for (let count = 0; count < 9; count += 1) {
      statuses.push((await opened.post(GOOD))?.status);
    }
    expect(statuses).toEqual([...Array(8).fill(303), 409]);
    await opened.expectStillWaiting();
  });
});

describe('T24 a form and the browser that began', () => {
  it('is of the same browser when the GET behind it carries the cookie, which no POST of another site does', async () => {
    const opened = await open();
    const start = await opened.get(targetOf(opened.listener.startLink(AUTHORIZATION_URI)), NAVIGATION);
    const posted = await opened.post(GOOD);
    await opened.follow(posted, [...NAVIGATION, `Cookie: ${cookieOf(start)}`]);
    expect((await opened.listener.response).browser).toBe('same');
  });

  it('of another browser is not taken where nobody could be asked', async () => {
    const opened = await open({ formOrigins: origins, refuseUnconfirmed: true });
    const start = await opened.get(targetOf(opened.listener.startLink(AUTHORIZATION_URI)), NAVIGATION);
    const posted = await opened.post(GOOD);
    expect((await opened.follow(posted))?.status).toBe(403);
    expect((await opened.follow(posted, [...NAVIGATION, `Cookie: ${cookieOf(start)}`]))?.status).toBe(303);
    expect((await opened.listener.response).browser).toBe('same');
  });

  it('of another user of this machine is cut off', async () => {
    const opened = await open({
      formOrigins: origins,
      platform: 'linux',
      peerUser: () => 4711,
      users: [4712],
    });
    expect(await opened.post(GOOD)).toBeUndefined();
    expect(opened.notices.map(({ kind }) => kind)).toEqual(['foreign-user']);
  });
});
