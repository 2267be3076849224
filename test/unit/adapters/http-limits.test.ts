import { createServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { NetworkError } from '../../../src/ground/errors.ts';
import { closeAfterTest } from '../../support/close-after-test.ts';
import { listen, serveHttp } from '../../support/tls.ts';
import { openClient, rejectionOf } from './http-client.ts';

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
