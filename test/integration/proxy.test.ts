import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CalledApi, openCalledApi } from '../support/called-api.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { type Given, runProxied } from '../support/proxied-command.ts';
import type { QuirkyServer } from '../support/quirky-server.ts';

let server: AuthorizationServer;
let api: QuirkyServer;
let line: CommandLine;
let last: CalledApi['last'];

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  ({ api, line, last } = closeAfterTest(await openCalledApi(server)));
});

const storedToken = async () => (await line.run('token', 'work')).stdout.trim();
const proxied = (play: (given: Given) => Promise<unknown>, ...flags: string[]) =>
  runProxied(line, flags, play);

/** An API whose connections a test sees. */
async function openApi(
  listener: Parameters<typeof createServer>[1],
): Promise<{ server: Server; origin: string }> {
  const http = createServer(listener).listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(() => {
    http.close();
    http.closeAllConnections();
  });
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: [origin] } } });
  return { server: http, origin };
}

describe('proxy', () => {
  it('gives the command a phantom token and an address, and adds the true token on the way to the API', async () => {
    const token = await storedToken();
    const outcome = await proxied(async ({ ask, phantom, env }) => {
      const reply = await ask('/thing?a=b', { headers: { 'x-own': 'kept' } });
      expect([reply.status, await reply.text()]).toEqual([200, 'the thing\n']);
      expect(reply.headers.get('content-type')).toBe('text/plain');
      expect(phantom).toMatch(/^olp_[\w-]{43}$/);
      expect(JSON.parse(env.OAUTH_LOGIN_PROXY ?? '')).toHaveProperty([api.origin]);
    });
    expect(outcome.exitCode).toBe(0);
    expect(outcome.stdout).toBe('');
    expect(last()).toMatchObject({ method: 'GET', target: '/thing?a=b' });
    expect(last().headers).toMatchObject({
      authorization: `Bearer ${token}`,
      host: new URL(api.origin).host,
      'accept-encoding': 'identity',
      'x-own': 'kept',
    });
    expect(outcome.stderr).toMatch(new RegExp(`^oauth-login: GET ${api.origin}/thing 200 \\d+ ms\n$`));
  });

  it.each([
    ['bearer', (phantom: string) => `Bearer ${phantom}`],
    ['the scheme of GitHub', (phantom: string) => `token ${phantom}`],
    ['a password', (phantom: string) => `Basic ${Buffer.from(`x:${phantom}`).toString('base64')}`],
    ['a user name', (phantom: string) => `Basic ${Buffer.from(`${phantom}:`).toString('base64')}`],
  ])('takes the phantom token as %s', async (_what, header) => {
    await proxied(async ({ ask, phantom }) => {
      expect((await ask('/thing', { headers: { authorization: header(phantom) } })).status).toBe(200);
      expect(last().headers.authorization).toBe(`Bearer ${await storedToken()}`);
    });
  });

  it('sends bodies on, and those of responses back', async () => {
    api.on('/echo', ({ body }, response) => void response.writeHead(201, { etag: '"1"' }).end(body));
    await proxied(async ({ ask }) => {
      const small = await ask('/echo', { method: 'POST', body: '{"a":1}' });
      expect([small.status, small.headers.get('etag'), await small.text()]).toEqual([201, '"1"', '{"a":1}']);
      const large = 'x'.repeat(3_000_000);
      const reply = await ask('/echo', { method: 'PUT', body: large });
      expect((await reply.text()).length).toBe(large.length);
      expect(last().headers['content-length']).toBe('3000000');
      const head = await ask('/thing', { method: 'HEAD' });
      expect([head.status, await head.text()]).toEqual([200, '']);
    });
  });

  it('lets the child decide what Ctrl-C means, and gives its exit code', async () => {
    const ended = new AbortController();
    const { exitCode } = await line.runIn(
      {
        signal: ended.signal,
        startChild: async () => {
          ended.abort(new Error('Ctrl-C'));
          return { exitCode: Promise.resolve(7) };
        },
      },
      'proxy',
      'work',
      '--',
      'program',
    );
    expect(exitCode).toBe(7);
  });

  it('runs without a command until it is stopped, and says once where it is', async () => {
    const ended = new AbortController();
    const written: string[] = [];
    const told: string[] = [];
    const running = line.runIn(
      {
        signal: ended.signal,
        stdout: { write: (text) => written.push(text) },
        stderr: { isTTY: true, write: (text) => told.push(text) },
      },
      'proxy',
      'work',
      '--json',
    );
    await expect.poll(() => written.join('')).toContain('}');
    expect(told.join('')).toMatch(/leads to .*\n.*this goes on until you press Ctrl-C\n$/);
    const { token, addresses, variables } = JSON.parse(written.join(''));
    expect(addresses.map(({ origin }: { origin: string }) => origin)).toContain(api.origin);
    expect(variables).toMatchObject({ WORK_TOKEN: token, WORK_API_URL: addresses[0].address });
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${addresses[0].address}/thing`, { headers })).status).toBe(200);
    ended.abort(new Error('stopped'));
    expect((await running).exitCode).toBe(0);
    await expect(fetch(`${addresses[0].address}/thing`, { headers })).rejects.toThrow();
  });

  it('signs in nobody: without an account it exits 4 and runs nothing', async () => {
    await line.run('logout', 'work');
    const outcome = await line.run('proxy', 'work', '--json', '--', 'program');
    expect([outcome.exitCode, errorOf(outcome).code]).toEqual([4, 'login_required']);
  });
});

describe('a token that ends', () => {
  it('is refreshed inside, once for many requests, and each that can be sent again is', async () => {
    const old = await storedToken();
    api.on('/guarded', ({ headers, body }, response) => {
      const isOld = headers.authorization === `Bearer ${old}`;
      const challenge = { 'www-authenticate': 'Bearer error="invalid_token"' };
      response.writeHead(isOld ? 401 : 200, isOld ? challenge : {}).end(body);
    });
    const hits = server.hits('token');
    await proxied(async ({ ask }) => {
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) => ask('/guarded', { method: 'POST', body: `body ${index}` })),
      );
      expect(await Promise.all(replies.map((reply) => reply.text()))).toEqual(
        Array.from({ length: 20 }, (_, index) => `body ${index}`),
      );
    });
    expect(server.hits('token')).toBe(hits + 1);
  });

  it('is not sent again with a body that streamed; the next request has the new one', async () => {
    const old = await storedToken();
    api.on('/guarded', ({ headers }, response) => {
      const isOld = headers.authorization === `Bearer ${old}`;
      response.writeHead(isOld ? 401 : 200, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
    });
    await proxied(async ({ ask }) => {
      const init = { method: 'POST', body: 'x'.repeat(100_000) };
      expect((await ask('/guarded', init)).status).toBe(401);
      expect((await ask('/guarded', init)).status).toBe(200);
    });
  });

  it('is told when only a new sign-in helps, in the words of the command', async () => {
    await proxied(async ({ ask }) => {
      await line.run('logout', 'work');
      api.on('/guarded', (_, response) => void response.writeHead(401).end());
      const reply = await ask('/guarded');
      expect(reply.status).toBe(502);
      expect(await reply.json()).toMatchObject({ error: { code: 'refresh_rejected' } });
    });
  });
});

describe('what streams', () => {
  it('arrives part by part, in both directions', async () => {
    await openApi(async (request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for await (const part of request) {
        response.write(`data: ${part}\n\n`);
      }
      response.end();
    });
    await proxied(async ({ ask }) => {
      let more: ReadableStreamDefaultController<Uint8Array> | undefined;
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          more = controller;
        },
      });
      more?.enqueue(Buffer.from('one'));
      const reply = await ask('/', { method: 'POST', body, duplex: 'half' } as RequestInit);
      const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
      expect((await reader?.read())?.value).toBe('data: one\n\n');
      more?.enqueue(Buffer.from('two'));
      expect((await reader?.read())?.value).toBe('data: two\n\n');
      more?.close();
      expect((await reader?.read())?.done).toBe(true);
    });
  });

  it('ends at the API when the client leaves', async () => {
    let left: Promise<unknown> | undefined;
    await openApi((_, response) => {
      left = once(response, 'close');
      response.write('a part');
    });
    const { stderr } = await proxied(async ({ ask }) => {
      const abort = new AbortController();
      const reply = await ask('/', { signal: abort.signal });
      await reply.body?.getReader().read();
      abort.abort();
      await left;
    });
    expect(stderr).toMatch(/ 499 \d+ ms/);
  });

  it('breaks off for the client too when the API breaks off', async () => {
    await openApi((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('a part', () => response.destroy());
    });
    await proxied(async ({ ask }) => {
      const reply = await ask('/');
      await expect(reply.text()).rejects.toThrow();
    });
  });

  it('is held up for a client that reads slowly, and does not fill the memory', async () => {
    let sent = 0;
    const parts = function* () {
      for (const part = Buffer.alloc(256 * 1024, 'x'); ; sent += part.length) {
        yield part;
      }
    };
    await openApi((_, response) => void Readable.from(parts()).pipe(response));
    await proxied(async ({ ask }) => {
      const abort = new AbortController();
      const reply = await ask('/', { signal: abort.signal });
      const reader = reply.body?.getReader();
      await reader?.read();
      let before = -1;
      // The buffers of the kernel on the way are full when nothing more is sent.
      while (before !== sent) {
        before = sent;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      expect(sent).toBeLessThan(64 * 2 ** 20);
      abort.abort();
    });
  });
});
