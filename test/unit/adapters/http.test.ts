import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ProtocolError } from '../../../src/ground/errors.ts';
import { closeAfterTest } from '../../support/close-after-test.ts';
import { serveHttp } from '../../support/tls.ts';
import { openClient, rejectionOf } from './http-client.ts';

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += chunk;
  }
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
