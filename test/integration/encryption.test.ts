import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CompactEncrypt, importJWK } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/host/clock.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';

const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ofServer = generateKeyPairSync('rsa', { modulusLength: 2048 });

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  const client = (clientId: string, { publicKey }: { publicKey: KeyObject }, more: object) => ({
    client_id: clientId,
    application_type: 'native',
    redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [publicKey.export({ format: 'jwk' })] },
    ...more,
  });
  const idToken = (alg: string, enc: string) => ({
    id_token_encrypted_response_alg: alg,
    id_token_encrypted_response_enc: enc,
  });
  const userInfo = (alg: string) => ({
    userinfo_encrypted_response_alg: alg,
    userinfo_encrypted_response_enc: 'A256GCM',
  });
  const clients = [
    client('ecdh', ec, idToken('ECDH-ES', 'A256GCM')),
    client('rsa', rsa, idToken('RSA-OAEP-256', 'A128CBC-HS256')),
    client('rsa-sha1', rsa, idToken('RSA-OAEP', 'A128CBC-HS256')),
    client('info', ec, { ...userInfo('ECDH-ES'), userinfo_signed_response_alg: 'RS256' }),
    client('info-signed', ec, { userinfo_signed_response_alg: 'RS256' }),
    client('plain', ec, {}),
  ];
  server = await startAuthorizationServer({
    further: {
      clients: clients as never,
      keys: [{ ...ofServer.privateKey.export({ format: 'jwk' }), use: 'enc', kid: 'enc' } as never],
      features: {
        encryption: { enabled: true },
        jwtUserinfo: { enabled: true },
        requestObjects: { enabled: true },
      },
    },
  });
});
afterAll(() => server.close());
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
});
afterEach(() => {
  server.restore();
  line.close();
});

function keyFile({ privateKey }: { privateKey: KeyObject } = ec): string {
  const file = join(line.directory, 'client.key');
  writeFileSync(file, JSON.stringify(privateKey.export({ format: 'jwk' })), { mode: 0o600 });
  return file;
}

const signIn = (client: string, key = ec, ...more: string[]) =>
  line.run(
    ...[server.issuer, '--client-id', client, '--allow-http-loopback', '--json', '--key-file', keyFile(key)],
    ...more,
  );
const accounts = async () => JSON.parse((await line.run('status', '--json')).stdout).accounts;
const later = { clock: { ...systemClock, now: () => new Date(Date.now() + 3_600_000) } };

const jwe = async (content: string, header: object = {}, key: KeyObject = ec.publicKey) =>
  new CompactEncrypt(new TextEncoder().encode(content))
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM', ...header } as never)
    .encrypt(await importJWK(key.export({ format: 'jwk' }), 'ECDH-ES'));

describe('an encrypted ID Token', () => {
  it.each([
    ['ecdh', ec],
    ['rsa', rsa],
  ] as const)(
    '(%s) is opened with the key of the client, and its signature verified',
    async (client, key) => {
      const outcome = await signIn(client, key);
      expect(outcome.exitCode, outcome.stderr).toBe(0);
      expect(JSON.parse(outcome.stdout).profile.preferred_username).toBe('ada');
      const { stdout } = await line.run('token', server.issuer, '--id-token');
      // What other programs get is the token that they can read.
      expect(decodedJwt(stdout.trim()).claims).toMatchObject({ iss: server.issuer, aud: client });
      expect(stdout.trim().split('.')).toHaveLength(3);
    },
  );

  it('comes with a refresh too', async () => {
    expect(await signIn('ecdh')).toMatchObject({ exitCode: 0 });
    const outcome = await line.runIn(later, 'token', server.issuer);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
  });

  const replaced = (idToken: string) =>
    server.rewriteReply('token', (reply) => ({ ...reply, id_token: idToken }));

  const notThis = 'the ID Token is not valid';
  const spoilt: readonly (readonly [string, () => Promise<string>, string])[] = [
    ['for another key', () => jwe('a.b.c', {}, other.publicKey), notThis],
    ['of no JWT', () => jwe('no JWT at all'), notThis],
    ['of one that is not signed', () => jwe(`${btoa('{"alg":"none"}')}.${btoa('{}')}.`), notThis],
    ['of another encrypted one', async () => jwe(await jwe('a.b.c')), notThis],
    ['that was changed', async () => `${(await jwe('a.b.c')).slice(0, -4)}AAAA`, notThis],
    ['of five empty parts', async () => '....', notThis],
    ['that is very long', () => jwe('x'.repeat(40_000)), notThis],
    ['that is compressed', () => jwe('a.b.c', { zip: 'DEF' }), 'it is compressed'],
  ];

  it.each(spoilt)('%s is exit 6, and nothing is stored', async (_what, make, words) => {
    replaced(await make());
    const error = errorOf(await signIn('plain'));
    expect(error).toMatchObject({ code: 'protocol_invalid_id_token', exit_code: 6 });
    expect(error.message).toContain(words);
    expect(await accounts()).toEqual([]);
  });

  it('with a padding that is not safe is exit 6', async () => {
    expect(errorOf(await signIn('rsa-sha1', rsa))).toMatchObject({
      code: 'protocol_invalid_id_token',
      exit_code: 6,
    });
  });

  it('for a client without a key is exit 6', async () => {
    replaced(await jwe('a.b.c'));
    const argv = ['--client-id', server.clientId, '--allow-http-loopback', '--json'];
    const error = errorOf(await line.run(server.issuer, ...argv));
    expect(error).toMatchObject({ code: 'protocol_invalid_id_token', exit_code: 6 });
    expect(error.message).toContain('has no key');
  });
});

describe('a UserInfo that is signed, encrypted or both', () => {
  it.each(['info', 'info-signed'])('(%s) is read, at sign-in and later', async (client) => {
    const outcome = await signIn(client);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(JSON.parse(outcome.stdout).profile.preferred_username).toBe('ada');
    const whoami = await line.run('whoami', server.issuer, '--json');
    expect(whoami.exitCode, whoami.stderr).toBe(0);
    expect(JSON.parse(whoami.stdout)).toMatchObject({ preferred_username: 'ada' });
  });

  it('may be encrypted and not signed: it comes from the server itself', async () => {
    const { sub } = server.users.find(({ username }) => username === 'ada') ?? expect.unreachable('no ada');
    const reply = await jwe(JSON.stringify({ sub, preferred_username: 'countess' }));
    const wrapped = await jwe(JSON.stringify({ sub, preferred_username: 'wrapped' }), {
      alg: 'ECDH-ES+A256KW',
    });
    expect(await signIn('info')).toMatchObject({ exitCode: 0 });
    server.rewriteReplyText('userinfo', () => reply);
    const whoami = () => line.run('whoami', server.issuer, '--json');
    expect(JSON.parse((await whoami()).stdout).preferred_username).toBe('countess');
    server.rewriteReplyText('userinfo', () => wrapped);
    expect(JSON.parse((await whoami()).stdout).preferred_username).toBe('wrapped');
  });

  it('that is about somebody else is not believed, encrypted or not', async () => {
    const reply = await jwe(JSON.stringify({ sub: 'somebody-else', preferred_username: 'ada' }));
    expect(await signIn('info')).toMatchObject({ exitCode: 0 });
    server.rewriteReplyText('userinfo', () => reply);
    expect(errorOf(await line.run('whoami', server.issuer, '--json')).exit_code).toBe(6);
  });

  it('that is encrypted for another key is not believed', async () => {
    expect(await signIn('info')).toMatchObject({ exitCode: 0 });
    server.rewriteReplyText('userinfo', (text) => `${text.slice(0, -6)}AAAAAA`);
    const outcome = await line.run('whoami', server.issuer, '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'protocol_invalid_response', exit_code: 6 });
  });
});

describe('an encrypted request object', () => {
  const configure = () =>
    writeConfiguration(line, {
      providers: {
        work: {
          ...{ issuer: server.issuer, client_id: 'plain', client_key_file: keyFile() },
          request_object: 'encrypted',
        },
      },
    });

  it('is encrypted for a key of the server, and holds the signed one', async () => {
    configure();
    const before = server.requests.length;
    const outcome = await line.run('work', '--allow-http-loopback');
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    const asked = server.requests.slice(before).find(({ query }) => query.has('request'));
    const request = asked?.query.get('request') ?? '';
    expect(request.split('.')).toHaveLength(5);
    expect(JSON.parse(Buffer.from(request.split('.')[0] ?? '', 'base64url').toString())).toMatchObject({
      alg: 'RSA-OAEP-256',
      enc: 'A256GCM',
      kid: 'enc',
    });
  });

  it('is told of where the server has no key for it', async () => {
    configure();
    server.rewriteReply('jwks', ({ keys }) => ({
      keys: (keys as { use: string }[]).filter(({ use }) => use !== 'enc'),
    }));
    const outcome = await line.run('work', '--allow-http-loopback', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'config_unsupported_server', exit_code: 3 });
  });
});
