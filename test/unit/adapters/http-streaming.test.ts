import type { RequestListener } from 'node:http';
import { describe, expect, it } from 'vitest';
import { closeAfterTest } from '../../support/close-after-test.ts';
import { serveHttp, type TestServer } from '../../support/tls.ts';
import { openClient, rejectionOf } from './http-client.ts';

async function serve(listener: RequestListener): Promise<TestServer> {
  return closeAfterTest(await serveHttp(listener));
}

const client = (idle = 5_000) => openClient({ streaming: true, deadlines: { idle } });

describe('a reply that is streamed', () => {
  it('may be longer than the replies of the protocol, and arrives as it is sent', async () => {
    let release = () => {};
    const server = await serve((_, response) => {
      response.writeHead(200, { 'x-one': '1' }).write('first');
      release = () => response.end(Buffer.alloc(1024 * 1024, 'x'));
    });
    const { fetch } = await client();
    const response = await fetch(server.origin);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-one')).toBe('1');
    const reader = response.body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('first');
    release();
    let length = 0;
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) {
        break;
      }
      length += value?.byteLength ?? 0;
    }
    expect(length).toBe(1024 * 1024);
  });

  it('hands out a redirect, follows it nowhere, and tries nothing twice', async () => {
    const paths: string[] = [];
    const server = await serve((request, response) => {
      paths.push(request.url ?? '');
      if (request.url === '/go') {
        response.writeHead(307, { location: '/there' }).end();
      } else {
        response.writeHead(503).end('later');
      }
    });
    const { fetch, pauses } = await client();
    const redirect = await fetch(`${server.origin}/go`);
    expect([redirect.status, redirect.headers.get('location')]).toEqual([307, '/there']);
    expect(await (await fetch(`${server.origin}/busy`)).text()).toBe('later');
    expect(paths).toEqual(['/go', '/busy']);
    expect(pauses).toEqual([]);
  });

  it.each([
    ['before the head', () => {}],
    [
      'between two parts',
      (response: Parameters<RequestListener>[1]) => response.writeHead(200).write('begun'),
    ],
  ])('ends when the other side is silent for too long %s', async (_, begin) => {
    const server = await serve((_request, response) => void begin(response));
    const { fetch } = await client(300);
    const error = await rejectionOf(fetch(server.origin).then((response) => response.text()));
    expect(error.code).toBe('network_timeout');
    expect(error.message).toContain('0.3 seconds');
  });

  it('has no limit for the whole, as long as parts arrive', async () => {
    const server = await serve((_, response) => {
      response.writeHead(200);
      let sent = 0;
      const timer = setInterval(() => {
        response.write('x');
        if (++sent === 10) {
          clearInterval(timer);
          response.end();
        }
      }, 60);
    });
    const { fetch } = await client(400);
    expect(await (await fetch(server.origin)).text()).toBe('x'.repeat(10));
  });

  it('fails when it breaks off, and is let go when nobody reads on', async () => {
    const server = await serve((request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('half');
      if (request.url === '/break') {
        setTimeout(() => response.destroy(), 30);
      }
    });
    const { fetch } = await client();
    const error = await rejectionOf(fetch(`${server.origin}/break`).then((response) => response.text()));
    expect(error.code).toBe('network_unreachable');
    const left = await fetch(`${server.origin}/wait`);
    await left.body?.cancel();
    await expect.poll(() => server.openSockets()).toBe(0);
  });

  it('ends with the reason of the signal, in the middle too', async () => {
    const controller = new AbortController();
    const reason = new Error('Ctrl-C');
    const server = await serve((_, response) => {
      response.writeHead(200).write('begun');
      setTimeout(() => controller.abort(reason), 50);
    });
    const { fetch } = await client();
    const response = await fetch(server.origin, { signal: controller.signal });
    expect(await rejectionOf(response.text())).toBe(reason);
  });

  it('is refused when it is compressed, although none was asked for', async () => {
    const server = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'),
    );
    const { fetch } = await client();
    expect((await rejectionOf(fetch(server.origin))).code).toBe('protocol_invalid_response');
  });

  it('T09 needs https but for a loopback address that was allowed', async () => {
    const { fetch } = await openClient({ streaming: true, allowHttpLoopback: false });
    expect((await rejectionOf(fetch('http://127.0.0.1:9/'))).code).toBe('protocol_insecure_uri');
    expect((await rejectionOf(fetch('http://example.com/'))).code).toBe('protocol_insecure_uri');
  });
});
