import { readFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NetworkError } from '../../../src/ground/errors.ts';
import { getRequest, sendRaw } from '../../support/raw-client.ts';
import { CODE, LOOPBACK_ADDRESSES, openListener, STATE } from './open-listener.ts';

const hasIpv6 = LOOPBACK_ADDRESSES.includes('::1');

async function squat(address: string, port = 0): Promise<{ port: number; connections: () => number }> {
  let count = 0;
  const server: Server = createServer((socket) => {
    count += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: address, port, ipv6Only: address === '::1' }, resolve);
  });
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const bound = server.address();
  return { port: bound !== null && typeof bound === 'object' ? bound.port : 0, connections: () => count };
}

/** The code of the error with which a connection fails; nothing when it succeeds. */
async function connectionError(address: string, port: number): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 2_000 });
    const end = (code: string | undefined): void => {
      socket.destroy();
      resolve(code);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('TIMEOUT'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code));
  });
}

async function openingError(options: Parameters<typeof openListener>[0]): Promise<unknown> {
  return await openListener(options).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('T15 reach of the listener', () => {
  it.each(['127.0.0.1', 'localhost'] as const)('is the loopback interface only, for %s', async (host) => {
    const { listener } = await openListener({ host });
    const others = Object.values(networkInterfaces())
      .flat()
      .filter((entry) => entry !== undefined && !entry.internal)
      .map((entry) => (entry?.scopeid ? `${entry.address}%${entry.scopeid}` : (entry?.address ?? '')));
    for (const address of ['127.0.0.2', ...others]) {
      expect(await connectionError(address, listener.port)).toBeDefined();
    }
    expect(await connectionError('127.0.0.1', listener.port)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('shows in the tables of the kernel as loopback only', async () => {
    const { listener } = await openListener({ host: 'localhost' });
    const port = listener.port.toString(16).toUpperCase().padStart(4, '0');
    const listening = ['/proc/net/tcp', '/proc/net/tcp6']
      .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => state === '0A' && local?.endsWith(`:${port}`))
      .map(([, local]) => local?.split(':')[0]);
    const expected = ['0100007F', '00000000000000000000000001000000'].slice(0, LOOPBACK_ADDRESSES.length);
    // A table that changes while it is read may show a row twice.
    expect([...new Set(listening)]).toEqual(expected);
  });
});

describe('T16 localhost is two addresses', () => {
  it.runIf(hasIpv6)('listens on both with one port and answers on both', async () => {
    const opened = await openListener({ host: 'localhost' });
    expect(opened.listener.redirectUri).toBe(`http://localhost:${opened.listener.port}/callback`);
    const reply = await sendRaw(opened.listener.port, getRequest(opened.authority, '/nothing'), {
      address: '::1',
    });
    expect(reply?.status).toBe(404);
    const request = getRequest(opened.authority, `/callback?code=${CODE}&state=${STATE}`);
    expect((await sendRaw(opened.listener.port, request, { address: '::1' }))?.status).toBe(303);
    await opened.expectStillWaiting();
  });

  it('wants localhost as Host there, and no literal', async () => {
    const opened = await openListener({ host: 'localhost' });
    const request = getRequest(`127.0.0.1:${opened.listener.port}`, `/callback?code=${CODE}&state=${STATE}`);
    expect((await sendRaw(opened.listener.port, request))?.status).toBe(421);
    await opened.expectStillWaiting();
  });

  it.runIf(hasIpv6)('refuses a fixed port of which somebody holds the other family', async () => {
    const squatter = await squat('::1');
    const error = await openingError({ host: 'localhost', ports: [squatter.port] });
    expect(error).toBeInstanceOf(NetworkError);
    expect(error).toMatchObject({ code: 'network_port_in_use' });
    expect(await connectionError('127.0.0.1', squatter.port)).toBe('ECONNREFUSED');
  });

  it.runIf(hasIpv6)('goes on to the next port in that case', async () => {
    const squatter = await squat('::1');
    const opened = await openListener({ host: 'localhost', ports: [squatter.port, 0] });
    expect(opened.listener.port).not.toBe(squatter.port);
    await opened.expectStillWaiting();
    expect(squatter.connections()).toBe(0);
  });

  it.runIf(hasIpv6)('listens on ::1 alone when the redirect URI says so', async () => {
    const opened = await openListener({ host: '[::1]' });
    expect(opened.listener.redirectUri).toBe(`http://[::1]:${opened.listener.port}/callback`);
    expect(await connectionError('127.0.0.1', opened.listener.port)).toBe('ECONNREFUSED');
    await opened.expectStillWaiting();
  });
});

describe('T17 a port that is taken', () => {
  it.each(['127.0.0.1', '0.0.0.0', ...(hasIpv6 ? ['::'] : [])])(
    'ends the sign-in by name when somebody listens on %s',
    async (address) => {
      const squatter = await squat(address);
      const error = await openingError({ ports: [squatter.port] });
      expect(error).toBeInstanceOf(NetworkError);
      expect(error).toMatchObject({
        code: 'network_port_in_use',
        exitCode: 7,
        message: expect.stringMatching(
          new RegExp(`^port ${squatter.port} .*sign-in on that port is abandoned$`),
        ),
        hint: expect.stringContaining('--port'),
      });
      expect(squatter.connections()).toBe(0);
    },
  );

  it('is passed over for the next one of the list', async () => {
    const squatter = await squat('127.0.0.1');
    const opened = await openListener({ ports: [squatter.port, 0] });
    expect(opened.listener.redirectUri).toBe(`http://127.0.0.1:${opened.listener.port}/callback`);
    expect(opened.listener.port).not.toBe(squatter.port);
  });

  it('is named last of those that were tried', async () => {
    const [one, other] = [await squat('127.0.0.1'), await squat('127.0.0.1')];
    const error = await openingError({ ports: [one.port, other.port] });
    expect(String(error)).toContain(`port ${other.port}`);
  });

  it('is free again as soon as the sign-in is over', async () => {
    const opened = await openListener();
    await opened.listener.close();
    expect(await connectionError('127.0.0.1', opened.listener.port)).toBe('ECONNREFUSED');
    await expect(opened.listener.response).rejects.toMatchObject({ code: 'aborted' });
  });
});
