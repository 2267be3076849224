import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findAccount } from '../../src/api.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { openLibraryCaller } from '../support/library-caller.ts';
import { type CertificateFiles, type MutualTlsServers, startMutualTls } from '../support/mutual-tls.ts';
import { runProxied } from '../support/proxied-command.ts';

let servers: MutualTlsServers;
let line: CommandLine;
beforeAll(async () => {
  servers = await startMutualTls();
});
afterAll(() => servers.close());
beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});

const flagsOf = ({ certificateFile, keyFile }: CertificateFiles) => [
  ...['--client-certificate-file', certificateFile],
  ...['--client-certificate-key-file', keyFile],
];
const network = () => ['--ca-file', servers.authority.caFile, '--allow-http-loopback'];

/** Signs in to the provider `work` of the configuration. */
async function signIn(clientId: string, flags: readonly string[], entry: object = {}) {
  const { server, api, front } = servers;
  const places = { api_origins: [api.origin], token_endpoint_origin: front.origin };
  writeConfiguration(line, { providers: { work: { issuer: server.issuer, ...places, ...entry } } });
  return line.run('login', 'work', '--client-id', clientId, '--timeout', '20', ...network(), ...flags);
}
const request = () => line.run('request', 'work', `${servers.api.origin}/thing`);

describe('a client that shows a certificate (RFC 8705)', () => {
  it.each([
    { client: 'by-certificate', method: 'tls_client_auth', of: () => servers.own },
    { client: 'self-signed', method: 'self_signed_tls_client_auth', of: () => servers.selfSigned },
    { client: 'public', method: 'none', of: () => servers.own },
  ])('authenticates as $client, and uses tokens that are bound to it', async ({ client, method, of }) => {
    const files = of();
    const outcome = await signIn(client, flagsOf(files), { client_authentication: method });
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    expect(outcome.stdout).toMatch(/as ada/);
    const token = servers.server.requestsTo('token').at(-1);
    expect(token?.headers['x-client-certificate']).toMatch(/^(?:true|false) \S{100}/);
    expect(token?.form.get('client_id')).toBe(client);
    expect(await request()).toEqual({ exitCode: 0, stdout: 'for the holder\n', stderr: '' });
    expect(servers.shown.at(-1)).toBe(files.thumbprint);
    const before = servers.server.hits('token');
    expect((await line.run('token', 'work', '--refresh')).exitCode).toBe(0);
    expect(servers.server.hits('token') - before).toBe(1);
    expect((await request()).stdout).toBe('for the holder\n');
    expect((await line.run('whoami', 'work')).exitCode).toBe(0);
    const proxied = await runProxied(line, ['--origin', servers.api.origin], async ({ ask }) => {
      expect(await (await ask('/thing')).text()).toBe('for the holder\n');
    });
    expect(proxied, proxied.stderr).toMatchObject({ exitCode: 0 });
    openLibraryCaller(servers.server, line.directory);
    const account = await findAccount('work');
    expect((await account?.request(`${servers.api.origin}/thing`))?.status).toBe(200);
    expect((await line.run('logout', 'work')).stderr).not.toMatch(/could not/);
  });

  it('may sign as private_key_jwt has it, and have its tokens bound to the certificate', async () => {
    const flags = [...flagsOf(servers.own), '--key-file', servers.foreign.keyFile];
    const outcome = await signIn('signing', flags, { client_authentication: 'private_key_jwt' });
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    const { form } = servers.server.requestsTo('token').at(-1) ?? {};
    expect(form?.get('client_assertion')).toMatch(/^eyJ/);
    expect((await request()).stdout).toBe('for the holder\n');
    expect((await line.run('token', 'work', '--refresh')).exitCode).toBe(0);
    expect((await request()).stdout).toBe('for the holder\n');
  });

  it('needs no flag where the configuration names the files', async () => {
    const { certificateFile, keyFile } = servers.own;
    const files = { client_certificate_file: certificateFile, client_certificate_key_file: keyFile };
    const outcome = await signIn('by-certificate', [], files);
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    expect((await request()).stdout).toBe('for the holder\n');
  });

  it('gives a job a token that is bound to the certificate', async () => {
    await signIn('by-certificate', [...flagsOf(servers.own), '--no-store']);
    const grant = ['--grant', 'client-credentials', '--client-id', 'by-certificate', ...network()];
    const outcome = await line.run(
      ...['request', 'work', `${servers.api.origin}/thing`, ...grant, ...flagsOf(servers.own)],
      ...['--client-authentication', 'tls_client_auth'],
    );
    expect(outcome).toEqual({ exitCode: 0, stdout: 'for the holder\n', stderr: '' });
  });
});

describe('a certificate that does not do', () => {
  it('of somebody else is refused by the server, and nothing is stored', async () => {
    const outcome = await signIn('by-certificate', [...flagsOf(servers.foreign), '--json']);
    expect(outcome.exitCode).toBe(5);
    expect(errorOf(outcome)).toMatchObject({ code: 'as_invalid_client' });
    expect(JSON.parse((await line.run('status', '--json')).stdout).accounts).toEqual([]);
  });

  it('is not that of a token that says it is bound to another one', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const tokenOf = (thumbprint: string) =>
      [part({ alg: 'RS256' }), part({ sub: 'ada', cnf: { 'x5t#S256': thumbprint } }), 'c2ln'].join('.');
    const { server, own, foreign } = servers;
    let token = tokenOf(foreign.thumbprint);
    server.rewriteReply('token', (reply) => ({ ...reply, access_token: token }));
    try {
      const outcome = await signIn('by-certificate', [...flagsOf(own), '--json']);
      expect(outcome.exitCode).toBe(6);
      expect(errorOf(outcome).message).toMatch(/bound to another certificate than yours/);
      token = tokenOf(own.thumbprint);
      expect((await signIn('by-certificate', flagsOf(own))).exitCode).toBe(0);
    } finally {
      server.rewriteReply('token', (reply) => reply);
    }
  });

  it('is missed before the browser opens', async () => {
    const hits = servers.server.hits('authorization');
    const outcome = await signIn('by-certificate', ['--json'], { client_authentication: 'tls_client_auth' });
    expect(outcome.exitCode).toBe(3);
    expect(errorOf(outcome)).toMatchObject({ code: 'config_missing_key' });
    expect(servers.server.hits('authorization')).toBe(hits);
  });

  it.each([
    ['with the key of another', () => [servers.own.certificateFile, servers.foreign.keyFile]],
    ['that cannot be read', () => ['/nowhere/client.pem', servers.own.keyFile]],
    ['without a certificate', () => [servers.own.keyFile, servers.own.keyFile]],
    ['without a key', () => [servers.own.certificateFile, servers.own.certificateFile]],
  ])('%s is refused before anything is sent', async (_what, files) => {
    const [certificateFile = '', keyFile = ''] = files();
    const hits = servers.server.requests.length;
    const outcome = await signIn('by-certificate', [
      ...flagsOf({ certificateFile, keyFile, thumbprint: '' }),
      '--json',
    ]);
    expect(outcome.exitCode, outcome.stderr).toBe(3);
    expect(errorOf(outcome)).toMatchObject({ code: 'config_invalid_key' });
    expect(servers.server.requests.length).toBe(hits);
  });

  it('is shown to no server that was not asked for it', async () => {
    await signIn('by-certificate', flagsOf(servers.own));
    const plain = closeAfterTest(openCommandLine({ user: 'ada' }));
    const outcome = await plain.run(
      servers.server.issuer,
      '--client-id',
      servers.server.clientId,
      ...network(),
    );
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    expect(servers.server.requestsTo('token').at(-1)?.headers['x-client-certificate']).toBeUndefined();
  });
});
