import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ConfigurationError, NetworkError } from '../../../src/ground/errors.ts';
import { closeAfterTest } from '../../support/close-after-test.ts';
import { type Authority, listen, openAuthority, serveHttp, serveHttps } from '../../support/tls.ts';
import { openClient, rejectionOf } from './http-client.ts';

let authority: Authority;
beforeAll(async () => {
  authority = await openAuthority();
});
afterAll(() => authority.remove());
afterEach(() => vi.unstubAllEnvs());

async function serve(options: { names?: readonly string[]; days?: number } & tls.TlsOptions = {}) {
  const { names = ['IP:127.0.0.1'], days, ...tlsOptions } = options;
  const credentials = await authority.issue(names, days);
  return closeAfterTest(
    await serveHttps({ ...credentials, ...tlsOptions }, (_request, response) => void response.end('reached')),
  );
}

/** What a client of Node's own sees under the same variables: the proof that they do weaken something. */
function reachedByNode(origin: string): Promise<boolean> {
  return new Promise((resolve) => {
    request(origin, { agent: false }, (response) => resolve(response.resume().statusCode === 200))
      .on('error', () => resolve(false))
      .end();
  });
}

describe('T09 TLS turned off or weakened', () => {
  it.each([
    { what: 'an unknown authority', server: {}, trust: false },
    { what: 'a certificate for another name', server: { names: ['DNS:as.test'] }, trust: true },
    { what: 'an expired certificate', server: { days: -1 }, trust: true },
  ])('refuses $what although NODE_TLS_REJECT_UNAUTHORIZED is 0', async ({ server: options, trust }) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    const server = await serve(options);
    const { fetch } = await openClient(trust ? { caFile: authority.caFile } : {}, process.env);
    const error = await rejectionOf(fetch(`${server.origin}/token`));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.code).toBe('network_tls');
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(await reachedByNode(server.origin)).toBe(true);
  });

  it('tells a person with an authority of their own what to set', async () => {
    const server = await serve();
    const { fetch } = await openClient();
    const error = await rejectionOf(fetch(server.origin));
    expect(error).toHaveProperty('hint', expect.stringMatching(/--ca-file.*NODE_EXTRA_CA_CERTS/));
  });

  it('refuses TLS 1.1 although the defaults of the process would allow it', async () => {
    const defaults = { version: tls.DEFAULT_MIN_VERSION, ciphers: tls.DEFAULT_CIPHERS };
    tls.DEFAULT_MIN_VERSION = 'TLSv1';
    tls.DEFAULT_CIPHERS = 'DEFAULT@SECLEVEL=0';
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    try {
      const server = await serve({ minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' });
      const { fetch } = await openClient({ caFile: authority.caFile });
      const error = await rejectionOf(fetch(server.origin));
      expect(error.code).toBe('network_tls');
      expect(error).toHaveProperty('hint', expect.stringContaining('TLS 1.2'));
      expect(await reachedByNode(server.origin)).toBe(true);
    } finally {
      tls.DEFAULT_MIN_VERSION = defaults.version;
      tls.DEFAULT_CIPHERS = defaults.ciphers;
    }
  });

  it('says so when the port does not speak TLS', async () => {
    const server = closeAfterTest(await serveHttp((_request, response) => void response.end()));
    const { fetch } = await openClient();
    const error = await rejectionOf(fetch(`https://127.0.0.1:${server.port}/`));
    expect(error.code).toBe('network_tls');
  });

  it('ends a handshake that does not come to its end', async () => {
    const server = closeAfterTest(
      await listen(
        createServer((socket) => void socket.resume()),
        'https',
      ),
    );
    const { fetch } = await openClient({ deadlines: { connect: 100 } });
    const error = await rejectionOf(fetch(server.origin, { method: 'POST' }));
    expect(error.code).toBe('network_timeout');
    await expect.poll(() => server.openSockets()).toBe(0);
  });
});

describe('certificates of an authority of one’s own', () => {
  it('are trusted from --ca-file, beside the built-in ones', async () => {
    const server = await serve();
    const { fetch } = await openClient({ caFile: authority.caFile });
    expect(await (await fetch(server.origin)).text()).toBe('reached');
  });

  it('are still trusted from NODE_EXTRA_CA_CERTS when --ca-file names others', async () => {
    const other = await openAuthority();
    try {
      const server = await serve();
      const { fetch } = await openClient({ caFile: other.caFile }, { NODE_EXTRA_CA_CERTS: authority.caFile });
      expect(await (await fetch(server.origin)).text()).toBe('reached');
    } finally {
      await other.remove();
    }
  });

  it('come from a file that must be readable and hold a certificate', async () => {
    const notPem = join(authority.caFile, '..', 'not.pem');
    const brokenPem = join(authority.caFile, '..', 'broken.pem');
    await writeFile(notPem, 'hello');
    await writeFile(brokenPem, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    for (const caFile of ['/no/such/file.pem', notPem, brokenPem]) {
      const error = await rejectionOf(openClient({ caFile }));
      expect(error).toBeInstanceOf(ConfigurationError);
      expect(error.message).toContain(caFile);
    }
  });
});
