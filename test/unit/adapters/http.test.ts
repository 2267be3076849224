import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AbortedError, NetworkError, ProtocolError } from '../../../src/errors.ts';
import { listen, serveHttp } from '../../support/tls.ts';
import { closeAfterTest, openClient, rejectionOf } from './http-client.ts';

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

describe('fetch', () => {
  it('sends a form as the protocol library does and answers with a platform Response', async () => {
    const seen: { method?: string; headers?: IncomingMessage['headers']; body?: string } = {};
    const server = closeAfterTest(
      await serveHttp(async (request, response) => {
        Object.assign(seen, {
          method: request.method,
          headers: request.headers,
          body: await textOf(request),
        });
        response.writeHead(201, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
        response.end('{"ok":true}');
      }),
    );
    const { fetch } = await openClient();
    const response = await fetch(`${server.origin}/token`, {
      method: 'POST',
      body: new URLSearchParams({ code: 'a b&c' }),
      headers: Object.fromEntries(
        new Headers({ accept: 'application/json', 'user-agent': 'oauth4webapi/v3' }),
      ),
      redirect: 'manual',
    });
    expect(response).toBeInstanceOf(Response);
    expect(response.status).toBe(201);
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await response.json()).toEqual({ ok: true });
    expect(seen.method).toBe('POST');
    expect(seen.body).toBe('code=a+b%26c');
    expect(seen.headers).toMatchObject({
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/x-www-form-urlencoded;charset=UTF-8',
    });
  });

  it('names itself and its major version, nothing more', async () => {
    let agent: string | undefined;
    const server = closeAfterTest(
      await serveHttp((request, response) => {
        agent = request.headers['user-agent'];
        response.end();
      }),
    );
    const { fetch } = await openClient();
    await fetch(server.origin);
    const { name, version } = JSON.parse(await readFile('package.json', 'utf8'));
    expect(agent).toBe(`${name}/${version.split('.')[0]}`);
  });

  it('accepts a Request, a string body and a reply without a body', async () => {
    const bodies: string[] = [];
    const server = closeAfterTest(
      await serveHttp(async (request, response) => {
        bodies.push(await textOf(request));
        response.writeHead(204).end();
      }),
    );
    const { fetch } = await openClient();
    const response = await fetch(new Request(server.origin, { method: 'POST', body: 'one' }));
    await fetch(new URL(server.origin), { method: 'DELETE', body: 'two' });
    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
    expect(bodies).toEqual(['one', 'two']);
  });

  it('traces method, origin, path and status, never the query', async () => {
    const server = closeAfterTest(
      await serveHttp((_request, response) => void response.writeHead(404).end()),
    );
    const lines: string[] = [];
    const { fetch } = await openClient({ trace: (line) => lines.push(line) });
    await fetch(`${server.origin}/user?access_token=CANARY`);
    expect(lines).toEqual([expect.stringMatching(/^GET http:\/\/127\.0\.0\.1:\d+\/user 404 \d+ ms$/)]);
  });

  it('reaches localhost without asking a resolver, on whichever address listens', async () => {
    const server = closeAfterTest(await serveHttp((_request, response) => void response.end('here')));
    const { fetch } = await openClient();
    const response = await fetch(`http://localhost:${server.port}/`);
    expect(await response.text()).toBe('here');
  });
});

describe('T08 a redirect carries secrets to another origin', () => {
  it.each([301, 302, 303, 307, 308])('does not follow %i, and names only the target host', async (status) => {
    const other = closeAfterTest(await serveHttp((_request, response) => void response.end()));
    const server = closeAfterTest(
      await serveHttp((_request, response) => {
        response.writeHead(status, { location: `${other.origin}/steal?code=CANARY` }).end('CANARY');
      }),
    );
    const { fetch } = await openClient();
    for (const method of ['GET', 'POST']) {
      const body = method === 'POST' ? 'refresh_token=CANARY' : null;
      const error = await rejectionOf(fetch(`${server.origin}/token?state=CANARY`, { method, body }));
      expect(error).toBeInstanceOf(ProtocolError);
      expect(error.code).toBe('protocol_redirect');
      expect(error.message).toContain(`${server.origin}/token`);
      expect(error.message).toContain(new URL(other.origin).host);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('CANARY');
    }
    expect(server.connections()).toBeGreaterThan(0);
    expect(other.connections()).toBe(0);
  });

  it('says so when the target cannot be read', async () => {
    const server = closeAfterTest(
      await serveHttp((_request, response) => void response.writeHead(302, { location: 'http://[' }).end()),
    );
    const { fetch } = await openClient();
    expect((await rejectionOf(fetch(server.origin))).message).toContain('an unreadable address');
  });
});

describe('T47 oversized, compressed or slow replies', () => {
  it('stops reading 50 MB at the cap and destroys the connection', async () => {
    let sent = 0;
    const server = closeAfterTest(
      await serveHttp((_request, response) => {
        const block = Buffer.alloc(64 * 1024, 'x');
        const send = () => {
          while (sent < 50 * 1024 * 1024 && !response.destroyed) {
            sent += block.length;
            if (!response.write(block)) {
              response.once('drain', send);
              return;
            }
          }
          response.end();
        };
        send();
      }),
    );
    const { fetch } = await openClient();
    const error = await rejectionOf(fetch(server.origin, { method: 'POST' }));
    expect(error.code).toBe('protocol_response_too_large');
    await expect.poll(() => server.openSockets()).toBe(0);
    expect(sent).toBeLessThan(20 * 1024 * 1024);
  });

  it('believes a Content-Length beyond the cap at once', async () => {
    const server = closeAfterTest(
      await serveHttp((_request, response) => {
        response.writeHead(200, { 'content-length': 300_000 });
        response.write('x');
      }),
    );
    const { fetch } = await openClient();
    expect((await rejectionOf(fetch(server.origin))).code).toBe('protocol_response_too_large');
    await expect.poll(() => server.openSockets()).toBe(0);
  });

  it('takes a reply of exactly 256 KiB, and a JWK Set of 512 KiB', async () => {
    const server = closeAfterTest(
      await serveHttp((request, response) => {
        response.end(Buffer.alloc(Number(request.url?.slice(1)) * 1024, 'x'));
      }),
    );
    const { fetch } = await openClient();
    const jwkSet = { headers: { accept: 'application/json, application/jwk-set+json' } };
    expect((await (await fetch(`${server.origin}/256`)).text()).length).toBe(256 * 1024);
    expect((await (await fetch(`${server.origin}/512`, jwkSet)).text()).length).toBe(512 * 1024);
    expect((await rejectionOf(fetch(`${server.origin}/257`))).code).toBe('protocol_response_too_large');
    expect((await rejectionOf(fetch(`${server.origin}/513`, jwkSet))).code).toBe(
      'protocol_response_too_large',
    );
  });

  it.each(['gzip', 'br', 'identity, gzip', 'unheard-of'])(
    'refuses Content-Encoding %s unread',
    async (encoding) => {
      const server = closeAfterTest(
        await serveHttp((_request, response) => {
          response.writeHead(200, { 'content-encoding': encoding });
          response.write(gzipSync(Buffer.alloc(1024 * 1024)));
        }),
      );
      const { fetch } = await openClient();
      const error = await rejectionOf(fetch(server.origin));
      expect(error.code).toBe('protocol_invalid_response');
      await expect.poll(() => server.openSockets()).toBe(0);
    },
  );

  it('ends a reply that trickles in when the time is over', async () => {
    const server = closeAfterTest(
      await serveHttp((_request, response) => {
        const timer = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(timer));
      }),
    );
    const { fetch } = await openClient({ deadlines: { total: 300 } });
    const error = await rejectionOf(fetch(server.origin));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.code).toBe('network_timeout');
    expect(error.message).toContain('0.3 seconds');
    await expect.poll(() => server.openSockets()).toBe(0);
  });

  it('ends a server that accepts and says nothing', async () => {
    const server = closeAfterTest(
      await listen(
        createServer((socket) => void socket.resume()),
        'http',
      ),
    );
    const { fetch } = await openClient({ deadlines: { total: 200 } });
    expect((await rejectionOf(fetch(server.origin, { method: 'POST' }))).code).toBe('network_timeout');
    await expect.poll(() => server.openSockets()).toBe(0);
  });
});

describe('T09 plain http', () => {
  it.each([
    'http://as.test/',
    'http://128.0.0.1/',
    'http://127.0.0.1.as.test/',
    'ftp://127.0.0.1/',
    'file:///etc/passwd',
  ])('refuses %s even with the loopback exception', async (uri) => {
    const { fetch } = await openClient({ allowHttpLoopback: true });
    const error = await rejectionOf(fetch(uri));
    expect(error.code).toBe('protocol_insecure_uri');
  });

  it('refuses loopback addresses without the exception, before it connects', async () => {
    const server = closeAfterTest(await serveHttp((_request, response) => void response.end()));
    const { fetch } = await openClient({ allowHttpLoopback: false });
    for (const host of ['127.0.0.1', 'localhost', '127.1', '0x7f000001']) {
      const error = await rejectionOf(fetch(`http://${host}:${server.port}/`));
      expect(error.code).toBe('protocol_insecure_uri');
      expect(error).toHaveProperty('hint', expect.stringContaining('--allow-http-loopback'));
    }
    expect(server.connections()).toBe(0);
  });
});

describe('retries', () => {
  it.each([429, 502, 503, 504])('asks again, twice at most, after status %i to a GET', async (status) => {
    const server = closeAfterTest(
      await serveHttp((_request, response) => void response.writeHead(status).end('<html>')),
    );
    const { fetch, pauses } = await openClient({ trace: () => {} });
    const response = await fetch(server.origin);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe('<html>');
    expect(pauses).toHaveLength(2);
    for (const pause of pauses) expect(pause).toBeGreaterThan(100);
  });

  it('gives the reply that came at last', async () => {
    let requests = 0;
    const server = closeAfterTest(
      await serveHttp((request, response) => {
        if (++requests === 1) request.socket.destroy();
        else response.writeHead(requests === 2 ? 503 : 200).end('at last');
      }),
    );
    const { fetch } = await openClient();
    expect(await (await fetch(server.origin)).text()).toBe('at last');
  });

  it('never sends a POST twice', async () => {
    let requests = 0;
    const server = closeAfterTest(
      await serveHttp((request, response) => {
        requests++;
        if (request.url === '/reset') request.socket.destroy();
        else response.writeHead(503, { 'retry-after': '0' }).end();
      }),
    );
    const { fetch, pauses } = await openClient();
    expect((await fetch(server.origin, { method: 'POST' })).status).toBe(503);
    const error = await rejectionOf(fetch(`${server.origin}/reset`, { method: 'POST', body: 'code=CANARY' }));
    expect(error.code).toBe('network_unreachable');
    expect(error.message).toContain(new URL(server.origin).host);
    expect(requests).toBe(2);
    expect(pauses).toEqual([]);
  });

  it('waits as long as Retry-After says, and gives up when that is long', async () => {
    const server = closeAfterTest(
      await serveHttp((request, response) => {
        response.writeHead(429, { 'retry-after': request.url?.slice(1) ?? '' }).end();
      }),
    );
    const { fetch, pauses } = await openClient();
    await fetch(`${server.origin}/3`);
    expect(pauses).toEqual([3_000, 3_000]);
    await fetch(`${server.origin}/3600`);
    expect(pauses).toHaveLength(2);
  });

  it('reads a Retry-After that is a date', async () => {
    const server = closeAfterTest(
      await serveHttp((_request, response) => {
        response.writeHead(503, { 'retry-after': new Date(Date.now() + 3_600_000).toUTCString() }).end();
      }),
    );
    const { fetch, pauses } = await openClient();
    await fetch(server.origin);
    expect(pauses).toEqual([]);
  });
});

describe('failures', () => {
  it('names the host that refuses connections', async () => {
    const server = await serveHttp(() => {});
    await server.close();
    const { fetch } = await openClient();
    const error = await rejectionOf(fetch(`${server.origin}/token?code=CANARY`, { method: 'POST' }));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.code).toBe('network_unreachable');
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(error.message).toContain('ECONNREFUSED');
  });

  it('names the host whose name does not resolve', async () => {
    const { fetch } = await openClient();
    const error = await rejectionOf(fetch('https://no-such-host.invalid/'));
    expect(error.code).toBe('network_unreachable');
    expect(error.message).toContain('no-such-host.invalid');
  });

  it('ends with the reason of the signal it was given, and closes the connection', async () => {
    const server = closeAfterTest(
      await listen(
        createServer((socket) => void socket.resume()),
        'http',
      ),
    );
    const { fetch } = await openClient();
    const controller = new AbortController();
    const reason = new Error('not now');
    const failed = rejectionOf(fetch(server.origin, { signal: controller.signal }));
    await expect.poll(() => server.openSockets()).toBe(1);
    controller.abort(reason);
    expect(await failed).toBe(reason);
    await expect.poll(() => server.openSockets()).toBe(0);
  });

  it('ends when the person interrupts, also between two tries', async () => {
    const server = closeAfterTest(
      await serveHttp((_request, response) => {
        response.writeHead(503).end();
        controller.abort(new AbortedError());
      }),
    );
    const controller = new AbortController();
    const { fetch } = await openClient({}, {}, controller.signal);
    expect(await rejectionOf(fetch(server.origin))).toBeInstanceOf(AbortedError);
    expect(await rejectionOf(fetch(server.origin))).toBeInstanceOf(AbortedError);
    expect(server.connections()).toBe(1);
  });

  it('refuses a status that is none', async () => {
    const server = closeAfterTest(
      await listen(
        createServer((socket) => void socket.end('HTTP/1.1 999 Request denied\r\ncontent-length: 0\r\n\r\n')),
        'http',
      ),
    );
    const { fetch } = await openClient();
    expect((await rejectionOf(fetch(server.origin))).code).toBe('protocol_invalid_response');
  });
});

describe('T12 nothing of a request or a reply is in an error', () => {
  const replies: Record<string, string> = {
    'a reply that is not HTTP': 'CANARY CANARY CANARY\r\n\r\n',
    'a truncated reply': 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\nx: CANARY\r\n\r\nCANARY',
    'a malformed header': 'HTTP/1.1 200 OK\r\nCANARY\r\n\r\n',
    'a malformed chunk': 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nCANARY\r\n',
    'a compressed reply': 'HTTP/1.1 200 OK\r\ncontent-encoding: CANARY\r\n\r\nCANARY',
  };
  it.each(Object.keys(replies))('keeps quiet about %s', async (name) => {
    const server = closeAfterTest(
      await listen(
        createServer((socket) => socket.once('data', () => socket.end(replies[name] ?? ''))),
        'http',
      ),
    );
    const lines: string[] = [];
    const { fetch } = await openClient({ trace: (line) => lines.push(line) });
    const error = await rejectionOf(
      fetch(`${server.origin}/token?secret=CANARY`, {
        method: 'POST',
        body: 'code=CANARY',
        headers: { authorization: 'Bearer CANARY' },
      }),
    );
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('CANARY');
    expect(lines.join('\n')).not.toContain('CANARY');
    expect(lines).toHaveLength(1);
  });

  it('keeps quiet about a header and an address that cannot be sent', async () => {
    const { fetch } = await openClient();
    const requests: [string, RequestInit?][] = [
      ['https://as.test/', { headers: { authorization: 'Bearer CANARY\n' } }],
      ['https://as.test/', { headers: { 'x y': 'CANARY' } }],
      ['https://user:CANARY@as.test/'],
      ['https://[CANARY/'],
    ];
    for (const [uri, init] of requests) {
      const error = await rejectionOf(fetch(uri, init));
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('CANARY');
    }
  });
});

describe('close', () => {
  it('ends connections that are kept alive', async () => {
    const server = closeAfterTest(await serveHttp((_request, response) => void response.end('ok')));
    const client = await openClient();
    await client.fetch(server.origin);
    expect(server.openSockets()).toBe(1);
    await client.close();
    await expect.poll(() => server.openSockets()).toBe(0);
  });
});
