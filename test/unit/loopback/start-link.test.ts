import { describe, expect, it } from 'vitest';
import { OAuthLoginError } from '../../../src/ground/errors.ts';
import { validateAuthorizationUri } from '../../../src/loopback/authorization-uri.ts';
import { headerOf } from '../../support/raw-client.ts';
import { AUTHORIZATION_URI, CODE, cookieOf, openListener, STATE, targetOf } from './open-listener.ts';

describe('T01 the link that an opener is given', () => {
  it.each(['127.0.0.1', 'localhost'] as const)(
    'holds nothing but our own address and a random id: %s',
    async (host) => {
      const opened = await openListener({ host });
      const link = opened.listener.startLink('https://as.example.com/$(calc)?a=|calc.exe');
      expect(link).toMatch(/^http:\/\/(127\.0\.0\.1|localhost):\d+\/s\/[\w-]{22,}$/);
      expect(new URL(link).hostname).toBe(new URL(opened.listener.redirectUri).hostname);
      const reply = await opened.get(targetOf(link));
      expect(reply?.status).toBe(302);
      expect(headerOf(reply, 'location')).toBe('https://as.example.com/$(calc)?a=|calc.exe');
    },
  );

  it.each([
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-calculator:',
    '//host/share',
    '-a Calculator',
    'C:\\Windows\\System32\\calc.exe',
    '$(calc)',
    '',
    'https://x/\u2019;calc;\u2019',
    'https://x/ y',
    'https://x/\ny',
    'https://x/\u0000',
    'https://u:p@x/',
    'https://u@x/',
    'https://x/#f',
    'https://x/#',
    'http://as.example.com/',
    'http://localhost.evil.test/',
    'http://api.localhost/',
    'http://127.0.0.1.evil.test/',
    'http://10.0.0.1/',
    `https://x/${'a'.repeat(8192)}`,
    `https://x/${'a'.repeat(1_000_000)}`,
    `https://x/?${'"'.repeat(4000)}`,
  ])('is not made for %.60j', async (uri) => {
    const opened = await openListener();
    let failure: unknown;
    try {
      opened.listener.startLink(uri);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(OAuthLoginError);
    expect(failure).toMatchObject({ code: 'protocol_invalid_metadata', exitCode: 6 });
    expect(uri === '' || !String(failure).includes(uri)).toBe(true);
  });

  it('leads to https, or to a loopback literal for tests and local identity servers', () => {
    expect(validateAuthorizationUri('https://as.example.com')).toBe('https://as.example.com/');
    expect(validateAuthorizationUri('http://127.0.0.1:9000/auth?a=b')).toBe('http://127.0.0.1:9000/auth?a=b');
    expect(validateAuthorizationUri('http://[::1]:9000/auth')).toBe('http://[::1]:9000/auth');
    expect(validateAuthorizationUri(`https://x/${'a'.repeat(8192 - 10)}`)).toHaveLength(8192);
  });

  it('does not exist before it is asked for, and is another one each time', async () => {
    const one = await openListener();
    const other = await openListener();
    const links = [one, other].map((opened) => targetOf(opened.listener.startLink(AUTHORIZATION_URI)));
    expect(links[0]).not.toBe(links[1]);
    expect((await one.get(links[1] ?? ''))?.status).toBe(404);
  });
});

describe('T24 the browser that began is the browser that comes back', () => {
  it('is marked with a cookie that scripts and other sites do not get', async () => {
    const opened = await openListener();
    const reply = await opened.get(targetOf(opened.listener.startLink(AUTHORIZATION_URI)));
    await opened.listener.startLinkOpened;
    expect(headerOf(reply, 'set-cookie')).toMatch(
      /^sign-in-[\w-]{22}=[\w-]{22}; Path=\/; Max-Age=3600; HttpOnly; SameSite=Lax$/,
    );
  });

  it('is recognised', async () => {
    const opened = await openListener({ refuseUnconfirmed: true });
    const start = await opened.get(targetOf(opened.listener.startLink(AUTHORIZATION_URI)));
    const reply = await opened.callback(undefined, [`Cookie: other=1; ${cookieOf(start)}; more=2`]);
    expect(reply?.status).toBe(303);
    expect((await opened.listener.response).browser).toBe('same');
  });

  it('loses its mark on the last page', async () => {
    const opened = await openListener();
    const start = await opened.get(targetOf(opened.listener.startLink(AUTHORIZATION_URI)));
    const page = opened.get(headerOf(await opened.callback(), 'location') ?? '');
    await opened.listener.finish({ kind: 'signed-in', scopes: [], provider: 'b' });
    const name = cookieOf(start).split('=')[0];
    expect(headerOf(await page, 'set-cookie')).toBe(`${name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`);
  });

  it('may open the link twice', async () => {
    const opened = await openListener();
    const link = targetOf(opened.listener.startLink(AUTHORIZATION_URI));
    const cookie = cookieOf(await opened.get(link));
    const second = await opened.get(link, [`Cookie: ${cookie}`]);
    expect(second?.status).toBe(302);
    expect(cookieOf(second)).toBe(cookie);
    await opened.expectStillWaiting();
  });

  it('stops the sign-in when a second browser opens the link, and says why', async () => {
    const opened = await openListener();
    const link = targetOf(opened.listener.startLink(AUTHORIZATION_URI));
    const first = await opened.get(link);
    const second = await opened.get(link, ['Cookie: sign-in-x=y']);
    expect(second?.status).toBe(403);
    expect(headerOf(second, 'location')).toBeUndefined();
    expect(headerOf(second, 'set-cookie')).toBeUndefined();
    expect(second?.body).toContain('already been opened in another browser');
    await expect(opened.listener.response).rejects.toMatchObject({
      code: 'protocol_browser_mismatch',
      exitCode: 6,
      hint: expect.stringContaining('another user of this machine'),
    });
    const late = await opened.callback(undefined, [`Cookie: ${cookieOf(first)}`]);
    expect(late?.status).toBe(410);
    expect((await opened.get(link, [`Cookie: ${cookieOf(first)}`]))?.status).toBe(403);
  });

  it('is told of a second browser that comes too late to stop anything', async () => {
    const opened = await openListener();
    const link = targetOf(opened.listener.startLink(AUTHORIZATION_URI));
    const cookie = `Cookie: ${cookieOf(await opened.get(link))}`;
    await opened.callback(undefined, [cookie]);
    expect((await opened.get(link))?.status).toBe(409);
    expect(opened.notices.map((notice) => notice.kind)).toEqual(['start-link-opened-twice']);
    expect((await opened.get(link, [cookie]))?.status).toBe(303);
  });

  it('is not another one, where that must be refused, whether it brings a code or an error', async () => {
    const opened = await openListener({ refuseUnconfirmed: true });
    const start = await opened.get(targetOf(opened.listener.startLink(AUTHORIZATION_URI)));
    for (const cookies of [
      [],
      ['Cookie: a=b'],
      [`Cookie: ${cookieOf(start)}x`],
      [`Cookie: x${cookieOf(start)}`],
    ]) {
      expect((await opened.callback({ code: 'attacker', state: STATE }, cookies))?.status).toBe(403);
      expect((await opened.callback({ error: 'access_denied', state: STATE }, cookies))?.status).toBe(403);
    }
    expect(opened.notices.map((notice) => notice.kind)).toEqual(['browser-unconfirmed']);
    expect((await opened.callback(undefined, [`Cookie: ${cookieOf(start)}`]))?.status).toBe(303);
    expect((await opened.listener.response).parameters.get('code')).toBe(CODE);
  });

  it('is left to the person, where somebody can be asked', async () => {
    const opened = await openListener();
    await opened.get(targetOf(opened.listener.startLink(AUTHORIZATION_URI)));
    await opened.expectStillWaiting();
    expect((await opened.listener.response).browser).toBe('unconfirmed');
  });

  it('needs no mark when the person opened the authorization URL by hand', async () => {
    const opened = await openListener({ refuseUnconfirmed: true });
    opened.listener.startLink(AUTHORIZATION_URI);
    await opened.expectStillWaiting();
    expect((await opened.listener.response).browser).toBe('start-link-unused');
  });

  it('keeps two sign-ins in one browser apart', async () => {
    const one = await openListener();
    const other = await openListener();
    const cookies = await Promise.all(
      [one, other].map(async (opened) => {
        const reply = await opened.get(targetOf(opened.listener.startLink(AUTHORIZATION_URI)));
        return cookieOf(reply);
      }),
    );
    expect(new Set(cookies.map((cookie) => cookie.split('=')[0])).size).toBe(2);
    await one.callback(undefined, [`Cookie: ${cookies.join('; ')}`]);
    expect((await one.listener.response).browser).toBe('same');
  });
});
