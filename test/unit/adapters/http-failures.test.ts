import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { AbortedError, NetworkError } from '../../../src/ground/errors.ts';
import { closeAfterTest } from '../../support/close-after-test.ts';
import { listen, serveHttp } from '../../support/tls.ts';
import { openClient, rejectionOf } from './http-client.ts';

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
    for (const pause of pauses) {
      expect(pause).toBeGreaterThan(100);
    }
  });

  it('gives the reply that came at last', async () => {
    let requests = 0;
    const server = closeAfterTest(
      await serveHttp((request, response) => {
        if (++requests === 1) {
          request.socket.destroy();
        } else {
          response.writeHead(requests === 2 ? 503 : 200).end('at last');
        }
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
        if (request.url === '/reset') {
          request.socket.destroy();
        } else {
          response.writeHead(503, { 'retry-after': '0' }).end();
        }
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
    const lines: string[] = [];
    const { fetch } = await openClient({ trace: (line) => lines.push(line) });
    const error = await rejectionOf(fetch(`${server.origin}/token?code=CANARY`, { method: 'POST' }));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.code).toBe('network_unreachable');
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(error.message).toMatch(/failed \(connection refused\)$/);
    expect(lines).toEqual([expect.stringMatching(/ network_unreachable ECONNREFUSED \d+ ms$/)]);
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

  it('says that a server does not speak HTTP', async () => {
    const server = closeAfterTest(
      await listen(
        createServer((socket) => void socket.end('SSH-2.0-server\r\n')),
        'http',
      ),
    );
    const { fetch } = await openClient();
    const error = await rejectionOf(fetch(server.origin, { method: 'POST' }));
    expect(error.message).toContain('failed (its reply is not HTTP)');
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
