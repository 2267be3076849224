import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { randomId } from '../../../src/loopback/unguessable-text.ts';
import { headerOf, openSocket, readUntilClose, sendRaw } from '../../support/raw-client.ts';
import { CODE, openListener, STATE } from './open-listener.ts';

const SIGNED_IN = {
  kind: 'signed-in',
  person: { name: 'octocat' },
  scopes: [],
  provider: 'GitHub',
} as const;

async function openSockets(port: number, count: number): Promise<Socket[]> {
  const sockets = await Promise.all(Array.from({ length: count }, () => openSocket(port)));
  onTestFinished(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
  });
  return sockets;
}

describe('T67 exhaustion of the listener', () => {
  it('lets a callback through while 500 sockets are held open, half of them with half a request', async () => {
    const opened = await openListener();
    const sockets = await openSockets(opened.listener.port, 500);
    for (const socket of sockets.slice(0, 250)) {
      socket.write('GET /callback?state=x HTTP/1.1\r\nX-Slow: ');
    }
    const started = performance.now();
    await opened.expectStillWaiting();
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('holds 32 sockets at most, and lets the oldest idle one go', async () => {
    const opened = await openListener();
    const sockets = await openSockets(opened.listener.port, 40);
    let closed = 0;
    for (const socket of sockets) {
      socket.resume();
      socket.once('close', () => {
        closed += 1;
      });
    }
    await opened.get('/nothing');
    for (let waited = 0; closed < 9 && waited < 100; waited += 1) {
      await sleep(10);
    }
    expect(closed).toBe(9);
  });

  it('never lets go of the browser that waits for its page', async () => {
    const opened = await openListener();
    const page = opened.get(headerOf(await opened.callback(), 'location') ?? '');
    await opened.get('/nothing');
    await openSockets(opened.listener.port, 100);
    await opened.get('/nothing');
    await opened.listener.finish(SIGNED_IN);
    expect((await page)?.body).toContain('octocat');
  });

  it('gives a head that is never complete five seconds, also when it grows', async () => {
    const opened = await openListener();
    const socket = await openSocket(opened.listener.port);
    const reply = readUntilClose(socket, 90_000);
    const started = performance.now();
    socket.write('GET /callback HTTP/1.1\r\n');
    const drip = setInterval(() => socket.write('X: y\r\n'), 200);
    onTestFinished(() => clearInterval(drip));
    expect(await reply).toBeUndefined();
    expect(performance.now() - started).toBeGreaterThan(4_000);
    await opened.expectStillWaiting();
  });

  it.each([
    ['a head above 16 KiB', `GET /callback?state=${STATE} HTTP/1.1\r\nX: ${'y'.repeat(17_000)}\r\n\r\n`, 431],
    ['a target above 16 KiB', `GET /callback?code=${'y'.repeat(17_000)} HTTP/1.1\r\n\r\n`, 431],
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['a TLS greeting', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003\r\n\r\n', 400],
    ['a space before the colon', 'GET / HTTP/1.1\r\nHost : x\r\n\r\n', 400],
  ])('answers %s with a constant page and keeps waiting', async (_subject, request, status) => {
    const opened = await openListener();
    const reply = await sendRaw(opened.listener.port, request);
    expect(reply?.status).toBe(status);
    expect(headerOf(reply, 'content-length')).toBe(String(Buffer.byteLength(reply?.body ?? '')));
    await opened.expectStillWaiting();
  });

  it('closes each connection after its reply', async () => {
    const opened = await openListener();
    const two = `GET /a HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(2);
    const reply = await sendRaw(opened.listener.port, two);
    expect(headerOf(reply, 'connection')).toBe('close');
    expect(reply?.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
  });
});

describe('T67 the end of the listener', () => {
  it('waits for the browser to ask for the page, and no longer than it has it', async () => {
    const opened = await openListener({ graceMilliseconds: 120_000 });
    const location = headerOf(await opened.callback(), 'location') ?? '';
    const finished = opened.listener.finish(SIGNED_IN);
    const page = await opened.get(location);
    expect(page?.status).toBe(200);
    await finished;
    await expect(openSocket(opened.listener.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('does not wait for a browser that was never sent to the page', async () => {
    const opened = await openListener({ graceMilliseconds: 120_000 });
    await opened.listener.finish(SIGNED_IN);
    await expect(opened.listener.response).rejects.toMatchObject({ code: 'aborted' });
  });

  it('gives up on a browser that does not come within about a second', async () => {
    const opened = await openListener();
    await opened.callback();
    const started = performance.now();
    await opened.listener.finish(SIGNED_IN);
    expect(performance.now() - started).toBeGreaterThan(500);
    expect(performance.now() - started).toBeLessThan(3_000);
    await opened.listener.finish(SIGNED_IN);
    await opened.listener.close();
  });

  it('gives the page to every browser that waits', async () => {
    const opened = await openListener();
    const location = headerOf(await opened.callback(), 'location') ?? '';
    const pages = Promise.all([opened.get(location), opened.get(location), opened.get(location)]);
    await opened.get('/nothing');
    await opened.listener.finish(SIGNED_IN);
    expect((await pages).map((page) => page?.status)).toEqual([200, 200, 200]);
  });

  it('hangs up on everybody at close, also on a browser that waits', async () => {
    const opened = await openListener();
    const page = opened.get(headerOf(await opened.callback(), 'location') ?? '');
    const [idle] = await openSockets(opened.listener.port, 1);
    const hungUp = new Promise<void>((resolve) => idle?.resume().once('close', () => resolve()));
    await opened.get('/nothing');
    await opened.listener.close();
    expect(await page).toBeUndefined();
    await hungUp;
  });

  it('lets the process exit by itself, a browser preconnect open', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'loopback-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await build({
      entryPoints: [fileURLToPath(new URL('../../../src/loopback/listener.ts', import.meta.url))],
      outfile: join(folder, 'listener.mjs'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
    });
    await writeFile(
      join(folder, 'main.mjs'),
      `import { openLoopbackListener } from './listener.mjs';
      const listener = await openLoopbackListener({ host: '127.0.0.1', path: '/callback', ports: [0], state: '${STATE}',
        issuerRequired: false, providerLabel: 'x', refuseUnconfirmed: false, platform: process.platform });
      process.stdout.write(listener.port + '\\n');
      await listener.response;
      await listener.finish(${JSON.stringify(SIGNED_IN)});
      process.stdout.write('finished\\n');`,
    );
    const child = spawn(process.execPath, [join(folder, 'main.mjs')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
    while (!output.includes('\n')) {
      await sleep(10);
    }
    const port = Number.parseInt(output, 10);
    await openSockets(port, 3);
    const host = `Host: 127.0.0.1:${port}\r\n\r\n`;
    const callback = await sendRaw(port, `GET /callback?code=${CODE}&state=${STATE} HTTP/1.1\r\n${host}`);
    await sendRaw(port, `GET ${headerOf(callback, 'location')} HTTP/1.1\r\n${host}`);
    const started = performance.now();
    expect(await exited).toBe(0);
    expect(performance.now() - started).toBeLessThan(4_000);
    expect(output).toContain('finished');
  });
});

describe('T68 randomness', () => {
  it('gives 128 bits that do not repeat', () => {
    const ids = new Set(Array.from({ length: 100_000 }, randomId));
    expect(ids.size).toBe(100_000);
    expect([...ids].every((id) => /^[\w-]{22}$/.test(id))).toBe(true);
  });
});

it('tells once that something longer than an answer may be was refused', async () => {
  const opened = await openListener();
  for (let count = 0; count < 3; count += 1) {
    await sendRaw(opened.listener.port, `GET /callback?code=${'y'.repeat(17_000)} HTTP/1.1\r\n\r\n`);
  }
  expect(opened.notices.map(({ kind }) => kind)).toEqual(['oversized-reply']);
  await opened.expectStillWaiting();
});
