import { afterEach, describe, expect, it } from 'vitest';
import { openPageLink, type PageLink } from '../../../src/loopback/page-link.ts';
import { getRequest, headerOf, sendRaw } from '../../support/raw-client.ts';

const page = 'https://github.com/settings/applications/new?oauth_application%5Bname%5D=oauth-login';
const open: PageLink[] = [];

afterEach(() => Promise.all(open.splice(0).map((link) => link.close())));

async function openLink() {
  const opened = await openPageLink(page);
  open.push(opened);
  const { host, port, pathname } = new URL(opened.link);
  const ask = (request: string) => sendRaw(Number(port), request);
  return { ...opened, host, pathname, ask };
}

describe('T01 a page leaves for the browser through a link of our own', () => {
  it('is a start link, and leads to the page', async () => {
    const { link, host, pathname, ask, followed } = await openLink();
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/s\/[\w-]{22}$/);
    const reply = await ask(getRequest(host, pathname));
    expect(reply?.status).toBe(302);
    expect(headerOf(reply, 'location')).toBe(page);
    expect(headerOf(reply, 'cache-control')).toBe('no-store');
    expect(headerOf(reply, 'referrer-policy')).toBe('no-referrer');
    await followed;
  });

  it('works once', async () => {
    const { host, pathname, ask } = await openLink();
    await ask(getRequest(host, pathname));
    await expect.poll(() => ask(getRequest(host, pathname)).catch(() => 'closed')).toBe('closed');
  });

  it('ends when it is closed, whoever is connected', async () => {
    const { host, pathname, ask, close } = await openLink();
    await Promise.all([close(), close()]);
    await expect(ask(getRequest(host, pathname))).rejects.toThrow();
  });

  it.each([
    ['another path', (host: string) => getRequest(host, '/s/AAAAAAAAAAAAAAAAAAAAAA'), 404],
    ['another host', (_: string, path: string) => getRequest('evil.test', path), 421],
    ['a query', (host: string, path: string) => getRequest(host, `${path}?a=1`), 404],
    ['another method', (host: string, path: string) => getRequest(host, path).replace('GET', 'POST'), 405],
    [
      'a script of another page',
      (host: string, path: string) =>
        getRequest(host, path, ['Sec-Fetch-Mode: cors', 'Sec-Fetch-Dest: empty']),
      403,
    ],
    ['a prefetch', (host: string, path: string) => getRequest(host, path, ['Sec-Purpose: prefetch']), 503],
    ['a body', (host: string, path: string) => getRequest(host, path, ['Content-Length: 1']), 400],
  ])('is not followed by %s, and is still there afterwards', async (_name, request, status) => {
    const { host, pathname, ask } = await openLink();
    const reply = await ask(request(host, pathname));
    expect(reply?.status).toBe(status);
    expect(headerOf(reply, 'location')).toBeUndefined();
    expect((await ask(getRequest(host, pathname)))?.status).toBe(302);
  });

  it.each(['http://github.com/', 'file:///etc/passwd', 'javascript:alert(1)'])(
    'leads to no %s',
    async (address) => {
      await expect(openPageLink(address)).rejects.toThrow(TypeError);
    },
  );
});
