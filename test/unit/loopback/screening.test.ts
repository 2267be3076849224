import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { getRequest, headerOf, sendRaw } from '../../support/raw-client.ts';
import { CODE, cookieOf, openListener, STATE, targetOf } from './open-listener.ts';

const GOOD = `/callback?code=${CODE}&state=${STATE}`;
const NAVIGATION = ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];

describe('T18 DNS rebinding and cross-site requests, all with the right state and code', () => {
  it.each([
    ['0.0.0.0', (port: number) => [`Host: 0.0.0.0:${port}`]],
    ['a rebound name', (port: number) => [`Host: evil.test:${port}`]],
    ['localhost when the literal is used', (port: number) => [`Host: localhost:${port}`]],
    ['another port', (port: number) => [`Host: 127.0.0.1:${port + 1}`]],
    ['no port', () => ['Host: 127.0.0.1']],
    ['a dot at the end', (port: number) => [`Host: 127.0.0.1.:${port}`]],
    ['no Host', () => []],
    ['an empty Host', () => ['Host:']],
    ['two Hosts', (port: number) => [`Host: 127.0.0.1:${port}`, `Host: 127.0.0.1:${port}`]],
    ['a second, foreign Host', (port: number) => [`Host: 127.0.0.1:${port}`, 'Host: evil.test']],
  ])('answers 421 to %s and keeps waiting', async (_subject, hosts) => {
    const opened = await openListener();
    const { port } = opened.listener;
    const reply = await sendRaw(port, [`GET ${GOOD} HTTP/1.1`, ...hosts(port), '', ''].join('\r\n'));
    expect(reply?.status).toBe(421);
    await opened.expectStillWaiting();
  });

  it('does not know an absolute-form target', async () => {
    const opened = await openListener();
    expect((await opened.get(`http://${opened.authority}${GOOD}`))?.status).toBe(404);
    await opened.expectStillWaiting();
  });

  it.each([
    ['a foreign Origin', ['Origin: https://evil.test']],
    ['an opaque Origin', ['Origin: null']],
    ['a fetch', ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: empty']],
    ['an image', ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image']],
    ['an iframe', ['Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe']],
    ['half of the Fetch Metadata', ['Sec-Fetch-Mode: navigate']],
    ['a site alone', ['Sec-Fetch-Site: same-origin']],
    ['repeated Fetch Metadata', [...NAVIGATION, 'Sec-Fetch-Mode: no-cors']],
  ])('answers 403 to %s and keeps waiting', async (_subject, headers) => {
    const opened = await openListener();
    expect((await opened.get(GOOD, headers))?.status).toBe(403);
    await opened.expectStillWaiting();
  });

  it('takes a navigation of a browser, with Fetch Metadata or with its own Origin', async () => {
    const first = await openListener();
    expect((await first.get(GOOD, NAVIGATION))?.status).toBe(303);
    const second = await openListener();
    expect((await second.get(GOOD, [`Origin: http://${second.authority}`]))?.status).toBe(303);
  });

  it('guards the start link and the last page in the same way', async () => {
    const opened = await openListener();
    const start = targetOf(opened.listener.startLink('https://as.example.com/authorize'));
    expect((await opened.get(start, ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty']))?.status).toBe(403);
    const request = getRequest(`evil.test:${opened.listener.port}`, start);
    expect((await sendRaw(opened.listener.port, request))?.status).toBe(421);
    const done = headerOf(await opened.callback(), 'location') ?? '';
    expect((await opened.get(done, ['Origin: https://evil.test']))?.status).toBe(403);
  });

  it('gives preflights 403 without any CORS header', async () => {
    const opened = await openListener();
    const reply = await sendRaw(
      opened.listener.port,
      [
        `OPTIONS ${GOOD} HTTP/1.1`,
        `Host: ${opened.authority}`,
        'Origin: https://evil.test',
        'Access-Control-Request-Method: GET',
        'Access-Control-Request-Private-Network: true',
        '',
        '',
      ].join('\r\n'),
    );
    expect(reply?.status).toBe(403);
    expect(reply?.text.toLowerCase()).not.toContain('access-control-');
    await opened.expectStillWaiting();
  });

  it.each([
    'Upgrade: websocket\r\nConnection: Upgrade',
    'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings',
  ])('hangs up on %j without a word', async (upgrade) => {
    const opened = await openListener();
    expect(await opened.get(GOOD, [upgrade])).toBeUndefined();
    await opened.expectStillWaiting();
  });

  it('hangs up on CONNECT', async () => {
    const opened = await openListener();
    const request = `CONNECT evil.test:443 HTTP/1.1\r\nHost: ${opened.authority}\r\n\r\n`;
    expect(await sendRaw(opened.listener.port, request)).toBeUndefined();
    await opened.expectStillWaiting();
  });
});

describe('T20 stray requests', () => {
  it.each(['HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'])(
    'gives %s 405, whatever it carries, and keeps waiting',
    async (method) => {
      const opened = await openListener();
      const reply = await sendRaw(
        opened.listener.port,
        `${method} ${GOOD} HTTP/1.1\r\nHost: ${opened.authority}\r\nContent-Length: 0\r\n\r\n`,
      );
      expect(reply?.status).toBe(405);
      expect(headerOf(reply, 'allow')).toBe('GET');
      await opened.expectStillWaiting();
    },
  );

  it.each([
    '/favicon.ico',
    '/',
    '/callback/',
    '/Callback',
    '/callback%2f',
    '//callback',
    '/callback;x',
    '/done',
  ])('knows nothing at %s', async (path) => {
    const opened = await openListener();
    expect((await opened.get(`${path}?code=${CODE}&state=${STATE}`))?.status).toBe(404);
    await opened.expectStillWaiting();
  });

  it.each([
    'Sec-Purpose: prefetch',
    'Sec-Purpose: prefetch;prerender',
    'Purpose: prefetch',
    'X-Moz: prefetch',
  ])('answers 503 to %j, without effect', async (header) => {
    const opened = await openListener();
    const start = targetOf(opened.listener.startLink('https://as.example.com/authorize'));
    const prefetched = await opened.get(start, [header]);
    expect(prefetched?.status).toBe(503);
    expect(cookieOf(prefetched)).toBe('');
    expect((await opened.get(GOOD, [header]))?.status).toBe(503);
    expect((await opened.get(start))?.status).toBe(302);
    await opened.expectStillWaiting();
  });

  it('takes no GET with a body', async () => {
    const opened = await openListener();
    const body = `code=${CODE}&state=${STATE}`;
    for (const request of [
      `${getRequest(opened.authority, GOOD, [`Content-Length: ${body.length}`])}${body}`,
      `${getRequest(opened.authority, GOOD, ['Transfer-Encoding: chunked'])}0\r\n\r\n`,
    ]) {
      expect((await sendRaw(opened.listener.port, request))?.status).toBe(400);
    }
    await opened.expectStillWaiting();
  });

  it('does not end at Expect: 100-continue', async () => {
    const opened = await openListener();
    expect((await opened.get('/nothing', ['Expect: 100-continue']))?.status).toBe(404);
    expect((await opened.get('/nothing', ['Expect: something']))?.status).toBe(404);
    await opened.expectStillWaiting();
  });
});

describe('T76 pages that probe the listener', () => {
  it('gets the same bytes for every unknown address, without the name of this program', async () => {
    const opened = await openListener();
    opened.listener.startLink('https://as.example.com/authorize');
    const texts = new Set<string>();
    for (let index = 0; index < 50; index += 1) {
      const path = `/${randomBytes(index * 7).toString('base64url')}?${index % 2 === 0 ? 'x' : '%3Cscript%3E'}=1`;
      texts.add((await opened.get(path))?.text ?? '');
    }
    texts.add((await opened.get('/s/AAAAAAAAAAAAAAAAAAAAAA'))?.text ?? '');
    texts.add((await opened.get('/done/AAAAAAAAAAAAAAAAAAAAAA'))?.text ?? '');
    expect(texts.size).toBe(1);
    const [text = ''] = texts;
    expect(text).toMatch(/^HTTP\/1\.1 404 /);
    expect(text.toLowerCase()).not.toMatch(/oauth|example/);
  });

  it('does not lead from / to the authorization server', async () => {
    const opened = await openListener();
    opened.listener.startLink('https://as.example.com/authorize');
    const reply = await opened.get('/');
    expect(reply?.status).toBe(404);
    expect(headerOf(reply, 'location')).toBeUndefined();
  });
});

describe('an answer in a form that is not taken', () => {
  const post = (authority: string, path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: ${authority}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 0\r\n\r\n`;

  it.each<readonly [string, (authority: string) => string]>([
    ['posted-reply', (authority) => post(authority, '/callback')],
    ['signed-reply', (authority) => getRequest(authority, '/callback?response=a.b.c')],
    ['empty-reply', (authority) => getRequest(authority, '/callback')],
  ])('is told at once as %s, and ends nothing', async (kind, request) => {
    const opened = await openListener();
    await sendRaw(opened.listener.port, request(opened.authority));
    await sendRaw(opened.listener.port, request(opened.authority));
    expect(opened.notices.map((notice) => notice.kind)).toEqual([kind]);
    await opened.expectStillWaiting();
    expect((await opened.get(GOOD, NAVIGATION))?.status).toBe(303);
  });

  it.each<readonly [string, (authority: string) => string]>([
    ['another path', (authority) => post(authority, '/else')],
    ['another host', () => post('evil.test', '/callback')],
  ])('is not told of a form for %s', async (_what, request) => {
    const opened = await openListener();
    await sendRaw(opened.listener.port, request(opened.authority));
    expect(opened.notices).toEqual([]);
  });
});
