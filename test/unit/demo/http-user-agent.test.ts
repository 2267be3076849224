import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { CookieJar } from '../../../src/demo/cookie-jar.ts';
import { playUserAgent } from '../../../src/demo/http-user-agent.ts';
import { listenOnLoopback } from '../../support/reverse-proxy.ts';

const servers: Server[] = [];
const person = { user: 'ada', consent: true };

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

/** Serves pages by path; a page is a body, or a redirect when it starts with `→`. */
async function site(pages: Readonly<Record<string, string>>) {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const page = pages[request.url ?? ''] ?? '<title>nothing here</title>';
    if (page.startsWith('→')) {
      response.setHeader('set-cookie', ['step=one; Path=/; HttpOnly', 'other=two; Path=/elsewhere']);
      response.writeHead(302, { location: page.slice(1) }).end();
    } else {
      response.setHeader('content-type', 'text/html').end(page);
    }
  });
  servers.push(server);
  return { origin: await listenOnLoopback(server), requests };
}

describe('the played browser', () => {
  it('follows redirects with its cookies, to the last page', async () => {
    const { origin, requests } = await site({ '/start': '→/end', '/end': '<title>Tom &amp; Jerry</title>' });
    const page = await playUserAgent(`${origin}/start`, person);
    expect(page).toMatchObject({ title: 'Tom & Jerry', status: 200, finalUrl: `${origin}/end` });
    expect(requests[1]?.headers.cookie).toBe('step=one');
  });

  it('sends what a browser sends with a navigation, and a changed origin as another site', async () => {
    const other = await site({ '/': '<title>other</title>' });
    const { origin, requests } = await site({
      '/start': `→${other.origin.replace('127.0.0.1', 'localhost')}/`,
    });
    await playUserAgent(`${origin}/start`, person);
    expect(requests[0]?.headers).toMatchObject({
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
      'sec-fetch-site': 'none',
    });
    expect(requests[0]?.headers).not.toHaveProperty('origin');
    expect(other.requests[0]?.headers['sec-fetch-site']).toBe('cross-site');
  });

  it('never leaves this machine, whatever a page says', async () => {
    for (const target of ['https://elsewhere.test/', 'http://elsewhere.test/', 'file:///etc/passwd']) {
      const { origin } = await site({ '/start': `→${target}` });
      await expect(playUserAgent(`${origin}/start`, person)).rejects.toThrow(/stays on this machine/);
    }
  });

  it('gives up on pages that lead in a circle, and when it is told to stop', async () => {
    const { origin } = await site({ '/a': '→/b', '/b': '→/a' });
    await expect(playUserAgent(`${origin}/a`, person)).rejects.toThrow(/circle/);
    const silent = createServer(() => {});
    servers.push(silent);
    const waiting = playUserAgent(await listenOnLoopback(silent), {
      ...person,
      signal: AbortSignal.timeout(100),
    });
    await expect(waiting).rejects.toMatchObject({ code: 'ABORT_ERR' });
  });
});

describe('its cookies', () => {
  const uri = (path: string, host = '127.0.0.1:1') => new URL(`http://${host}${path}`);

  it('go to the same host on every port, to the path and what is below it (RFC 6265 §5.4)', () => {
    const jar = new CookieJar();
    jar.store(uri('/'), 'a=1; Path=/auth');
    expect(jar.header(uri('/auth'))).toBe('a=1');
    expect(jar.header(uri('/auth/x', '127.0.0.1:2'))).toBe('a=1');
    expect(jar.header(uri('/authority'))).toBeUndefined();
    expect(jar.header(uri('/auth', 'localhost:1'))).toBeUndefined();
  });

  it('are replaced by name and path, and removed when they expire', () => {
    const jar = new CookieJar();
    jar.store(uri('/'), 'a=1; Path=/');
    jar.store(uri('/'), 'a=2=3; Path=/; Max-Age=60');
    expect(jar.header(uri('/'))).toBe('a=2=3');
    jar.store(uri('/'), 'a=; Path=/; expires=Thu, 01 Jan 1970 00:00:00 GMT');
    expect(jar.header(uri('/'))).toBeUndefined();
  });
});
