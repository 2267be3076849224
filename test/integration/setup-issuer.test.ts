import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { configurationOf } from '../support/configuration-file.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';
import { standardInput } from '../support/standard-input.ts';
import { writtenFiles } from '../support/written-files.ts';

const clientSecret = 'canary-secret-known-to-the-issuer';

/** A port that no other run of these tests has at the same time. */
const fixedPort = 20_000 + (process.pid % 10_000);
const confidentialRedirectUri = `http://127.0.0.1:${fixedPort}/callback`;

let server: AuthorizationServer;
let line: CommandLine;
beforeAll(async () => {
  server = await startAuthorizationServer({
    confidentialClients: [
      {
        clientId: 'confidential',
        clientSecret,
        authentication: 'client_secret_post',
        redirectUris: [confidentialRedirectUri],
      },
    ],
  });
});
afterAll(() => server.close());
beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});
afterEach(() => server.restore());
const setUp = (...more: string[]) =>
  line.run('setup', 'demo-sso', '--issuer', server.issuer, '--allow-http-loopback', ...more);

describe('setup with an issuer', () => {
  it('defines a provider of one’s own, and the command it names signs in', async () => {
    const { exitCode, stdout } = await setUp('--client-id', server.clientId);
    expect(exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      providers: { 'demo-sso': { issuer: server.issuer, client_id: server.clientId } },
    });
    const command = /Sign in with: oauth-login (.*)\n$/.exec(stdout)?.[1] ?? '';
    expect(command).toBe('demo-sso --allow-http-loopback');
    const signedIn = await line.run(...command.split(' '));
    expect(signedIn.exitCode).toBe(0);
    expect(signedIn.stdout).toMatch(/^Signed in to demo-sso as ada /);
    expect((await line.run('whoami', 'demo-sso')).exitCode).toBe(0);
    expect((await line.run('providers')).stdout).toMatch(/^demo-sso +demo-sso \(your own, client ID set\)$/m);
  });

  it('names a command that signs in again, flags included, when the sign-in has ended', async () => {
    await setUp('--client-id', server.clientId);
    await line.run('demo-sso', '--allow-http-loopback');
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_grant"}' });
    const outcome = await line.run('token', '--refresh', '--json');
    const command = /^sign in again with: oauth-login (.*)$/.exec(errorOf(outcome).hint)?.[1] ?? '';
    server.restore();
    expect(command).toBe('demo-sso --allow-http-loopback');
    expect((await line.run(...command.split(' '))).exitCode).toBe(0);
  });

  it('seals the secret of a confidential client, and signs in with it', async () => {
    const { exitCode, stdout } = await line.runIn(
      { stdin: standardInput(clientSecret) },
      ...['setup', 'demo-sso', '--issuer', server.issuer, '--allow-http-loopback'],
      ...['--client-id', 'confidential', '--client-secret-file', '-'],
      ...['--redirect-uri', confidentialRedirectUri],
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('with its secret encrypted');
    expectNoSecrets({ directory: line.directory }, [clientSecret]);
    expect((await line.run('demo-sso', '--allow-http-loopback')).exitCode).toBe(0);
    expect(server.requestsTo('token').at(-1)?.form.get('client_id')).toBe('confidential');
  });

  it.each<[string, () => string, number, RegExp]>([
    ['that is not there', () => `${server.issuer}/nowhere`, 3, /publishes no metadata/],
    ['that nobody listens at', () => 'http://127.0.0.1:1', 7, /127\.0\.0\.1:1/],
    ['that is no URL', () => 'login.example.com', 2, /not a plain URL/],
    ['of a scheme that is none', () => 'ftp://login.example.com', 2, /not a plain URL/],
  ])('saves nothing for an issuer %s', async (_name, issuer, exitCode, message) => {
    const outcome = await line.run(
      ...['setup', 'demo-sso', '--issuer', issuer(), '--allow-http-loopback', '--client-id', 'demo'],
    );
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.stderr).toMatch(message);
    expect(outcome.stderr).toMatch(/^oauth-login: error: .+\noauth-login: hint: .+\n$/);
    expect(writtenFiles(line)).toEqual([]);
    const again = await line.run('demo-sso', '--json');
    expect(errorOf(again).code).toBe('usage_unknown_provider');
  });

  it('saves nothing over plain http without leave', async () => {
    const outcome = await line.run('setup', 'demo-sso', '--issuer', server.issuer, '--client-id', 'demo');
    expect(outcome.exitCode).toBe(3);
    expect(outcome.stderr).toContain('--allow-http-loopback');
    expect(writtenFiles(line)).toEqual([]);
  });

  it.each([
    ['HTML', { kind: 'html', status: 200 }, 6],
    ['nothing', { kind: 'reset' }, 7],
    ['502', { kind: 'html', status: 502 }, 7],
  ] as const)('saves nothing when the metadata is %s', async (_name, fault, exitCode) => {
    server.breakEndpoint('discovery', fault);
    expect((await setUp('--client-id', 'demo')).exitCode).toBe(exitCode);
    expect(writtenFiles(line)).toEqual([]);
  });

  it('saves nothing when the metadata belongs to another issuer', async () => {
    server.rewriteReply('discovery', (body) => ({ ...body, issuer: 'https://evil.test' }));
    expect((await setUp('--client-id', 'demo')).exitCode).toBe(6);
    expect(writtenFiles(line)).toEqual([]);
  });

  it('gives no name a second meaning', async () => {
    for (const name of ['github', 'twitter']) {
      const outcome = await line.run(
        ...['setup', name, '--issuer', server.issuer, '--allow-http-loopback', '--client-id', 'demo'],
      );
      expect(outcome.exitCode).toBe(2);
      expect(outcome.stderr).toContain(`oauth-login setup my-${name} --issuer ${server.issuer}`);
    }
    await setUp('--client-id', 'demo');
    const before = configurationOf(line);
    const other = await line.run(
      'setup',
      'demo-sso',
      '--issuer',
      'https://other.test',
      '--client-id',
      'demo',
    );
    expect(other.exitCode).toBe(2);
    expect(configurationOf(line)).toEqual(before);
    for (const name of ['Work', '../x', '__proto__', 'a b']) {
      expect((await line.run('setup', name, '--issuer', server.issuer)).exitCode).toBe(2);
    }
  });

  it('does not give another issuer what is configured for the one of that name', async () => {
    await setUp('--client-id', server.clientId);
    const other = closeAfterTest(await openQuirkyServer());
    other.on(
      '/.well-known/openid-configuration',
      json({ issuer: other.origin, authorization_endpoint: other.origin, token_endpoint: other.origin }),
    );
    const outcome = await line.run(
      ...['demo-sso', '--issuer', other.origin, '--allow-http-loopback', '--json'],
    );
    expect(errorOf(outcome).code).toBe('config_missing_client_id');
  });

  it('can be repeated with another client', async () => {
    await setUp('--client-id', 'one');
    expect((await setUp('--client-id', server.clientId)).exitCode).toBe(0);
    expect(configurationOf(line)).toEqual({
      providers: { 'demo-sso': { issuer: server.issuer, client_id: server.clientId } },
    });
  });
});
