import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/ground/errors.ts';
import { closeAfterTest } from '../../support/close-after-test.ts';
import { openConnectProxy } from '../../support/connect-proxy.ts';
import { type Authority, openAuthority, serveHttp, serveHttps } from '../../support/tls.ts';
import { openClient, rejectionOf } from './http-client.ts';

let authority: Authority;
beforeAll(async () => {
  authority = await openAuthority();
});
afterAll(() => authority.remove());

/** An authorization server known as as.test to the proxy only. */
async function serveBehindProxy(names: readonly string[] = ['DNS:as.test']) {
  const server = closeAfterTest(
    await serveHttps(await authority.issue(names), (_request, response) => void response.end('reached')),
  );
  return { server, proxy: closeAfterTest(await openConnectProxy({ port: server.port })) };
}

describe('T59 proxy variables', () => {
  it.each(['HTTPS_PROXY', 'https_proxy'])(
    '%s: the proxy sees CONNECT and the host, TLS goes end to end',
    async (name) => {
      const { proxy } = await serveBehindProxy();
      const { fetch } = await openClient({ caFile: authority.caFile }, { [name]: proxy.origin });
      expect(await (await fetch('https://as.test/token', { method: 'POST', body: 'code=c' })).text()).toBe(
        'reached',
      );
      expect(proxy.requests).toEqual(['CONNECT as.test:443']);
      expect(proxy.authorizations).toEqual([undefined]);
    },
  );

  it('takes an address without a scheme, and sends the user and password to the proxy', async () => {
    const { proxy } = await serveBehindProxy();
    const env = { HTTPS_PROXY: `user:p%40ss@127.0.0.1:${proxy.port}` };
    const { fetch } = await openClient({ caFile: authority.caFile }, env);
    expect((await fetch('https://as.test/')).status).toBe(200);
    expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
  });

  it('checks the certificate behind the proxy although NODE_TLS_REJECT_UNAUTHORIZED could be 0', async () => {
    const { proxy } = await serveBehindProxy(['DNS:other.test']);
    const { fetch } = await openClient({ caFile: authority.caFile }, { HTTPS_PROXY: proxy.origin });
    const error = await rejectionOf(fetch('https://as.test/'));
    expect(error.code).toBe('network_tls');
    expect(error.message).toContain('as.test');
  });

  it('shows the certificate of the client to the server, and not to the proxy', async () => {
    const shown: (string | undefined)[] = [];
    const [server, client] = await Promise.all([
      authority.issue(['DNS:as.test', 'IP:127.0.0.1']),
      authority.issue(['DNS:client.test']),
    ]);
    const asking = { ...server, requestCert: true, rejectUnauthorized: false };
    const nameIn = (socket: object) => (socket as TLSSocket).getPeerX509Certificate()?.subjectAltName;
    const behind = closeAfterTest(
      await serveHttps(asking, ({ socket }, response) => {
        shown.push(nameIn(socket));
        response.end('reached');
      }),
    );
    const proxy = closeAfterTest(
      await openConnectProxy({ port: behind.port }, asking, (socket) => shown.push(nameIn(socket))),
    );
    const directory = dirname(authority.caFile);
    const files = { certificateFile: join(directory, 'client.pem'), keyFile: join(directory, 'client.key') };
    writeFileSync(files.certificateFile, client.cert);
    writeFileSync(files.keyFile, client.key);
    const options = { caFile: authority.caFile, clientCertificate: files };
    const { fetch } = await openClient(options, { HTTPS_PROXY: proxy.origin });
    expect(await (await fetch('https://as.test/')).text()).toBe('reached');
    expect(shown).toEqual([undefined, 'DNS:client.test']);
  });

  it('never sends loopback traffic to the proxy', async () => {
    const proxy = closeAfterTest(await openConnectProxy({ status: 403 }));
    const server = closeAfterTest(await serveHttp((_request, response) => void response.end('direct')));
    const env = { HTTPS_PROXY: proxy.origin, HTTP_PROXY: proxy.origin, http_proxy: proxy.origin };
    const { fetch } = await openClient({}, env);
    for (const host of ['127.0.0.1', 'localhost']) {
      expect(await (await fetch(`http://${host}:${server.port}/`)).text()).toBe('direct');
    }
    const credentials = await authority.issue(['IP:127.0.0.1']);
    const secure = closeAfterTest(await serveHttps(credentials, (_request, response) => void response.end()));
    const client = await openClient({ caFile: authority.caFile }, env);
    expect((await client.fetch(secure.origin)).status).toBe(200);
    expect(proxy.connections()).toBe(0);
  });

  it.each([
    ['as.test', true],
    ['.test', true],
    ['*.test', true],
    ['other.example, AS.TEST:443', true],
    ['*', true],
    ['as.test:8443', false],
    ['s.test', false],
    ['x.as.test', false],
    ['', false],
  ])('NO_PROXY=%j keeps as.test from the proxy: %s', async (noProxy, direct) => {
    const proxy = closeAfterTest(await openConnectProxy({ status: 403 }));
    for (const name of ['NO_PROXY', 'no_proxy']) {
      // Directly, as.test does not resolve.
      const { fetch } = await openClient({}, { HTTPS_PROXY: proxy.origin, [name]: noProxy });
      const error = await rejectionOf(fetch('https://as.test/', { method: 'POST' }));
      expect(error.code).toBe(direct ? 'network_unreachable' : 'network_proxy');
    }
    expect(proxy.connections()).toBe(direct ? 0 : 2);
  });

  it('ignores the variables under CGI and when they are empty', async () => {
    const proxy = closeAfterTest(await openConnectProxy({ status: 403 }));
    for (const env of [{ HTTPS_PROXY: proxy.origin, REQUEST_METHOD: 'GET' }, { HTTPS_PROXY: '' }]) {
      const { fetch } = await openClient({}, env);
      expect((await rejectionOf(fetch('https://as.test/', { method: 'POST' }))).code).toBe(
        'network_unreachable',
      );
    }
    expect(proxy.connections()).toBe(0);
  });

  it.each([
    [407, 'requires a user name and a password'],
    [403, 'status 403'],
    [502, 'status 502'],
  ])('tells status %i of the proxy without its password', async (status, words) => {
    const proxy = closeAfterTest(await openConnectProxy({ status }));
    const lines: string[] = [];
    const { fetch } = await openClient(
      { trace: (line) => lines.push(line) },
      { HTTPS_PROXY: `http://user:CANARY@127.0.0.1:${proxy.port}` },
    );
    const error = await rejectionOf(fetch('https://as.test/', { method: 'POST' }));
    expect(error.code).toBe('network_proxy');
    expect(error.message).toContain(words);
    expect(error.message).toContain(`127.0.0.1:${proxy.port}`);
    const shown = inspect(error, { depth: 9, showHidden: true }) + lines.join();
    expect(shown).not.toContain('CANARY');
    expect(shown).not.toContain(Buffer.from('user:CANARY').toString('base64'));
  });

  it('names a proxy that is not there', async () => {
    const proxy = await openConnectProxy({ status: 403 });
    await proxy.close();
    const { fetch } = await openClient({}, { HTTPS_PROXY: proxy.origin });
    const error = await rejectionOf(fetch('https://as.test/', { method: 'POST' }));
    expect(error.code).toBe('network_proxy');
    expect(error.message).toContain(`127.0.0.1:${proxy.port}`);
  });

  it.each(['socks5://127.0.0.1:1080', 'http://[CANARY', 'http://u:CANARY%@h:1'])(
    'refuses %s without repeating it',
    async (value) => {
      const error = await rejectionOf(openClient({}, { HTTPS_PROXY: value }));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error.message).toContain('HTTPS_PROXY');
      expect(inspect(error, { showHidden: true })).not.toMatch(/CANARY|socks/);
    },
  );

  it.each([
    'http://user:CANARY/s@127.0.0.1:1',
    'http://user:12/CANARY@127.0.0.1:1',
    'http://user:12?CANARY@127.0.0.1:1',
    'http://user:12#CANARY@127.0.0.1:1',
    'http://user:12\\CANARY@127.0.0.1:1',
    'user:12/CANARY@127.0.0.1:1',
  ])('takes no part of the password in %s for the proxy', async (value) => {
    const error = await rejectionOf(openClient({}, { HTTPS_PROXY: value }));
    expect(error).toMatchObject({
      code: 'config_invalid_value',
      hint: expect.stringContaining('%2F'),
    });
    expect(inspect(error, { showHidden: true })).not.toMatch(/CANARY|user:/);
  });

  it('goes direct without variables', async () => {
    const { fetch } = await openClient({}, {});
    expect((await rejectionOf(fetch('https://as.test/', { method: 'POST' }))).code).toBe(
      'network_unreachable',
    );
  });
});
