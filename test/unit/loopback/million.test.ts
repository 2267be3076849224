import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { getRequest, headerOf, openSocket, readUntilClose } from '../../support/raw-client.ts';
import { type OpenedListener, openListener } from './open-listener.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const REQUESTS_EACH = 20;
const CONNECTIONS = 50_000;
/** Bytes; a listener that holds its requests grows by twice as much. */
const NOTHING = 3 * 2 ** 20;

async function heapUsed(): Promise<number> {
  for (let round = 0; round < 3; round += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    collectGarbage();
  }
  return process.memoryUsage().heapUsed;
}

/** Sends many requests at once on each of many connections, one connection after the other. */
async function flood({ listener: { port } }: OpenedListener, request: string): Promise<void> {
  for (let count = 0; count < CONNECTIONS; count += 1) {
    const socket = await openSocket(port);
    const closed = readUntilClose(socket).catch(() => undefined);
    socket.write(request.repeat(REQUESTS_EACH));
    await closed;
  }
}

describe('T67 what the listener has answered', () => {
  it.each<[string, (authority: string) => string]>([
    ['unknown paths', (authority) => getRequest(authority, '/favicon.ico')],
    ['callbacks with another state', (authority) => getRequest(authority, '/callback?code=c&state=wrong')],
    ['other hosts', () => getRequest('attacker.example', '/callback?code=c&state=wrong')],
    ['other methods', (authority) => `OPTIONS /callback HTTP/1.1\r\nHost: ${authority}\r\n\r\n`],
    [
      'requests that wait for a go-ahead',
      (authority) => getRequest(authority, '/callback', ['Expect: 100-continue']),
    ],
    ['upgrades', (authority) => getRequest(authority, '/', ['Connection: Upgrade', 'Upgrade: websocket'])],
    ['what is no request', () => 'nothing of HTTP\r\n\r\n'],
  ])(
    'leaves the heap where it was after %s, and lets the true callback through',
    async (_what, requestOf) => {
      const opened = await openListener();
      const request = requestOf(opened.authority);
      await flood(opened, request);
      const before = await heapUsed();
      await flood(opened, request);
      expect((await heapUsed()) - before).toBeLessThan(NOTHING);
      await opened.expectStillWaiting();
    },
  );

  it('answers the first of several requests on one connection, and closes it', async () => {
    const opened = await openListener();
    const socket = await openSocket(opened.listener.port);
    const reply = readUntilClose(socket);
    socket.write(
      `${getRequest(opened.authority, '/nothing')}${getRequest(opened.authority, '/callback?code=c&state=s')}`,
    );
    const { text = '', status } = (await reply) ?? {};
    expect(status).toBe(404);
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(headerOf(await reply, 'connection')).toBe('close');
    await opened.expectStillWaiting();
  });
});
