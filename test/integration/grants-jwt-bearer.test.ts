import { createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AssertionServer, startAssertionServer } from '../support/assertion-server.ts';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf } from '../support/command-line.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';
import { fakeClock } from '../support/fake-context.ts';
import { openMachineLine, printedToken, tokenCommand } from '../support/machine-line.ts';
import { CLIENT_SECRET, clientKey, startMachineServer } from '../support/machine-server.ts';

const EMAIL = 'robot@project.iam.gserviceaccount.example';
const key = clientKey('RS256');
let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  const publicKey = createPublicKey(key.privateKey);
  const assertionIssuers = new Map([
    ['machine-public', publicKey],
    ['machine-client_secret_post', publicKey],
  ]);
  server = await startMachineServer({ assertionIssuers });
});
afterAll(() => server.close());
beforeEach(() => {
  line = closeAfterTest(openMachineLine());
});

const command = (issuer: string, keyFile: string, ...more: string[]) =>
  tokenCommand(issuer, 'jwt-bearer', '--key-file', keyFile, ...more);
const ask = (keyFile: string, ...more: string[]) => line.run(...command(server.issuer, keyFile, ...more));

function file(content: string | object): string {
  const path = join(line.directory, 'key.json');
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
  return path;
}

const assertion = () => decodedJwt(server.requestsTo('token').at(-1)?.form.get('assertion'));

describe('the key of a client', () => {
  it('signs an assertion that the server verifies', async () => {
    const outcome = await ask(
      file(key.pem),
      '--client-id',
      'machine-public',
      '--scope',
      'read',
      '--key-id',
      'k1',
    );
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(outcome.stdout).toBe(`${server.issuedSecrets('access_token').at(-1)}\n`);
    const { header, claims } = assertion();
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k1' });
    expect(claims).toMatchObject({ iss: 'machine-public', sub: 'machine-public', aud: server.issuer });
    expect(Number(claims.exp) - Number(claims.iat)).toBe(60);
    expect(server.requestsTo('token').at(-1)?.form.get('scope')).toBe('read');
  });

  it('speaks for somebody else with --subject, and to somebody else with --audience', async () => {
    const to = `${server.issuer}/token`;
    await ask(
      file(key.jwk),
      '--client-id',
      'machine-public',
      '--subject',
      'ada@example.com',
      '--audience',
      to,
    );
    expect(assertion().claims).toMatchObject({ sub: 'ada@example.com', aud: to });
    expect(server.requestsTo('token').at(-1)?.form.has('audience')).toBe(false);
  });

  it('goes together with the secret of the client', async () => {
    const env = { ...line.context.env, OAUTH_LOGIN_AS_CLIENT_SECRET: CLIENT_SECRET };
    const argv = command(server.issuer, file(key.pem), '--client-id', 'machine-client_secret_post');
    const outcome = await line.runIn({ env }, ...argv);
    expect(outcome.exitCode).toBe(0);
    expect(server.requestsTo('token').at(-1)?.form.get('client_secret')).toBe(CLIENT_SECRET);
  });

  it('needs a client to speak of', async () => {
    const outcome = await ask(file(key.pem), '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'config_missing_client_id', exit_code: 3 });
  });

  it('gives a token that is kept, by client and subject', async () => {
    const path = file(key.pem);
    const client = ['--client-id', 'machine-public'];
    const first = printedToken(await ask(path, ...client));
    expect(printedToken(await ask(path, ...client))).toBe(first);
    expect(printedToken(await ask(path, ...client, '--subject', 'ada'))).not.toBe(first);
  });
});

describe('the key file of a service account', () => {
  let google: AssertionServer;
  const keyId = '0123456789abcdef';

  beforeEach(async () => {
    google = closeAfterTest(await startAssertionServer());
    google.accounts.set(EMAIL, {
      keys: new Map([[keyId, { publicKey: createPublicKey(key.privateKey) }]]),
    });
  });

  const serviceAccount = (change: object = {}) => ({
    type: 'service_account',
    project_id: 'project',
    private_key_id: keyId,
    private_key: key.pem,
    client_email: EMAIL,
    client_id: '1234567890',
    token_uri: google.tokenUri,
    ...change,
  });
  const askGoogle = (content: string | object, ...more: string[]) =>
    line.run(...command(google.issuer, file(content), ...more));
  const scope = ['--scope', 'read', '--scope', 'write'];

  it('is used as Google documents it: no client, the scope as a claim, an hour', async () => {
    const outcome = await askGoogle(serviceAccount(), ...scope);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: `${google.issued[0]}\n`, stderr: '' });
    const { header, claims } = decodedJwt(google.forms[0]?.get('assertion'));
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: keyId });
    expect(claims).toEqual({
      iss: EMAIL,
      scope: 'read write',
      aud: google.tokenUri,
      iat: expect.any(Number),
      exp: Number(claims.iat) + 3600,
      jti: expect.any(String),
    });
    expect([...(google.forms[0]?.keys() ?? [])].sort()).toEqual(['assertion', 'grant_type']);
  });

  it('leaves the client that people sign in with out of it', async () => {
    const env = {
      ...line.context.env,
      OAUTH_LOGIN_AS_CLIENT_ID: 'desktop',
      OAUTH_LOGIN_AS_CLIENT_SECRET: 'desktop-secret',
    };
    const argv = command(google.issuer, file(serviceAccount()), ...scope);
    expect((await line.runIn({ env }, ...argv)).exitCode).toBe(0);
    expect([...(google.forms[0]?.keys() ?? [])].sort()).toEqual(['assertion', 'grant_type']);
  });

  it('gives a token that is kept by account and scope', async () => {
    const first = printedToken(await askGoogle(serviceAccount(), ...scope));
    expect(printedToken(await askGoogle(serviceAccount(), ...scope))).toBe(first);
    expect(printedToken(await askGoogle(serviceAccount(), '--scope', 'read'))).not.toBe(first);
    expect(google.forms).toHaveLength(2);
  });

  it.each<[string, () => void]>([
    [
      'expired',
      () =>
        google.accounts
          .get(EMAIL)
          ?.keys.set(keyId, { publicKey: createPublicKey(key.privateKey), validBefore: 1 }),
    ],
    ['deleted', () => google.accounts.get(EMAIL)?.keys.clear()],
    [
      'replaced by another',
      () =>
        google.accounts
          .get(EMAIL)
          ?.keys.set(keyId, { publicKey: createPublicKey(clientKey('RS256').privateKey) }),
    ],
    ['of an account that is disabled', () => google.accounts.set(EMAIL, { disabled: true, keys: new Map() })],
    ['of an account that is gone', () => google.accounts.clear()],
  ])('that is %s: exit 5 says so and what to do', async (_what, change) => {
    change();
    const outcome = await askGoogle(serviceAccount(), ...scope, '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_invalid_grant',
      exit_code: 5,
      hint: expect.stringMatching(/expired, disabled or deleted.*make a new one.*clock/),
    });
    expect(errorOf(outcome).hint).toContain(EMAIL);
    expect(outcome.stdout).toBe('');
  });

  it('signed by a machine whose clock is a day off: the hint names the clock', async () => {
    const clock = fakeClock('real');
    clock.advance(-86_400_000);
    const argv = command(google.issuer, file(serviceAccount()), ...scope);
    const outcome = await line.runIn({ clock }, ...argv, '--json');
    expect(errorOf(outcome)).toMatchObject({ exit_code: 5, hint: expect.stringContaining('clock') });
  });

  it('that acts for somebody without being allowed to: exit 5 names --subject', async () => {
    const outcome = await askGoogle(serviceAccount(), ...scope, '--subject', 'ada@example.com', '--json');
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_unauthorized_client',
      hint: expect.stringContaining('--subject'),
    });
  });

  it.each<[string, string | object, string]>([
    ['garbled', '{"type":"service_account",', 'config_invalid_key'],
    ['empty', '', 'config_invalid_key'],
    ['no key file', 'hello', 'config_invalid_key'],
    ['another document', { hello: 'world' }, 'config_invalid_key'],
    [
      'a damaged key',
      { private_key: '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n' },
      'config_invalid_key',
    ],
    ['no key', { private_key: undefined }, 'config_invalid_key'],
    ['a key that is no text', { private_key: 7 }, 'config_invalid_key'],
    ['no name', { client_email: '' }, 'config_invalid_key'],
    ['a name with a line break', { client_email: 'a\nb' }, 'config_invalid_key'],
    ['no token_uri', { token_uri: undefined }, 'config_invalid_key'],
    ['a token_uri of somebody else', { token_uri: 'https://evil.example/token' }, 'config_invalid_key'],
    ['the credentials of a person', { type: 'authorized_user' }, 'config_invalid_key'],
    ['a federated identity', { type: 'external_account' }, 'config_invalid_key'],
    ['a private_key of no account', { type: undefined }, 'config_invalid_key'],
  ])(
    'with %s in it: exit 3, nothing is signed, and nothing of it is repeated',
    async (_what, change, code) => {
      const isChange = typeof change === 'object' && !('hello' in change);
      const outcome = await askGoogle(isChange ? serviceAccount(change) : change, ...scope, '--json');
      expect(errorOf(outcome)).toMatchObject({ code, exit_code: 3, hint: expect.stringMatching(/.{10}/) });
      expect(google.forms).toEqual([]);
      expectNoSecrets(line.everythingSaid(), [key.pem.split('\n')[2] ?? '']);
    },
  );

  it('without --scope: exit 2 before anything is sent', async () => {
    const outcome = await askGoogle(serviceAccount(), '--json');
    expect(errorOf(outcome)).toMatchObject({ exit_code: 2, hint: expect.stringContaining('--scope') });
    expect(google.forms).toEqual([]);
  });

  it('and what it signed are never said', async () => {
    await askGoogle(serviceAccount(), ...scope, '--debug');
    google.accounts.clear();
    await askGoogle(serviceAccount(), ...scope, '--debug', '--refresh');
    expect(google.forms).toHaveLength(2);
    const signatures = google.forms.map((form) => decodedJwt(form.get('assertion')).signature);
    const said = line.everythingSaid().replace(google.issued[0] ?? '', '');
    expect(said).toContain('debug: POST');
    expectNoSecrets(said, [...signatures, ...google.issued, key.pem.split('\n')[2] ?? '']);
    expectNoSecrets({ directory: join(line.directory, 'data') }, [...signatures, ...google.issued]);
  });
});
