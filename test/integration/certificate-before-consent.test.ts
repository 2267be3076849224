import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf, openCommandLine } from '../support/command-line.ts';
import { html } from '../support/indieauth-site.ts';
import { redirect } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { openAuthority } from '../support/tls.ts';

let authority: Awaited<ReturnType<typeof openAuthority>>;
beforeAll(async () => {
  authority = await openAuthority();
});
afterAll(() => authority.remove());

it.each([
  ['redirects to', (page: QuirkyServer, other: string) => page.on('/', redirect(other))],
  [
    'names in a link',
    (page: QuirkyServer, other: string) =>
      page.on('/', html(`<link rel="indieauth-metadata" href="${other}">`)),
  ],
])('the certificate of the client is not shown to a host that a page %s', async (_, lead) => {
  const line = closeAfterTest(openCommandLine({ user: 'ada' }));
  const [stranger, own] = [
    await authority.issue(['IP:127.0.0.1']),
    await authority.issue(['DNS:client.example']),
  ];
  const [certificate, key] = [join(line.directory, 'c.pem'), join(line.directory, 'c.key')];
  writeFileSync(certificate, own.cert);
  writeFileSync(key, own.key, { mode: 0o600 });
  const shown: unknown[] = [];
  const options = { ...stranger, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (request, response) => {
    shown.push((request.socket as TLSSocket).getPeerCertificate().subject);
    response.writeHead(200, { 'content-type': 'text/html' }).end('<p>');
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const page = closeAfterTest(await openQuirkyServer());
    lead(page, `https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    const files = ['--client-certificate-file', certificate, '--client-certificate-key-file', key];
    const local = ['--allow-http-loopback', '--timeout', '5', '--ca-file', authority.caFile];
    await line.run(page.origin, ...local, ...files);
    expect(shown.filter((subject) => subject !== undefined)).toEqual([]);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

it('the host that was typed is looked at with the certificate, without which it may answer nobody', async () => {
  const line = closeAfterTest(openCommandLine({ user: 'ada' }));
  const [host, own] = [
    await authority.issue(['IP:127.0.0.1']),
    await authority.issue(['DNS:client.example']),
  ];
  const [certificate, key] = [join(line.directory, 'c.pem'), join(line.directory, 'c.key')];
  writeFileSync(certificate, own.cert);
  writeFileSync(key, own.key, { mode: 0o600 });
  const ca = readFileSync(authority.caFile);
  const server = createServer(
    { ...host, ca, requestCert: true, rejectUnauthorized: true },
    ({ url }, response) => {
      response.writeHead(url === '/' ? 200 : 404, { 'content-type': 'text/html' }).end('<p>');
    },
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const { port } = server.address() as AddressInfo;
    const files = ['--client-certificate-file', certificate, '--client-certificate-key-file', key];
    const ended = await line.run(
      `https://127.0.0.1:${port}`,
      '--ca-file',
      authority.caFile,
      ...files,
      '--json',
    );
    expect([ended.exitCode, errorOf(ended)]).toMatchObject([3, { code: 'config_no_discovery' }]);
  } finally {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});
