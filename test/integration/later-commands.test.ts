import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import { openidProvider } from '../../src/providers/openid.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { commandsIn } from '../support/hint-commands.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { playProvider, signIdToken } from '../support/quirky-providers.ts';
import { json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';
import { signInAt } from '../support/sign-in.ts';
import { type Authority, openAuthority, serveHttps, type TestServer } from '../support/tls.ts';

describe('a signed UserInfo that login could read', () => {
  it('is read by whoami, and a forged one is not', async () => {
    const server = closeAfterTest(await openQuirkyServer());
    const line = closeAfterTest(openPlayedCommandLine(server));
    const issuer = 'https://signed.example';
    const endpoints = {
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
    };
    const provider = { ...openidProvider('signed', 'Signed', issuer), endpoints };
    playProvider(server, provider, { idToken: { sub: 'u1' }, profile: {}, token: { expires_in: 3600 } });
    server.at(
      `${issuer}/.well-known/openid-configuration`,
      json({
        issuer,
        ...endpoints,
        code_challenge_methods_supported: ['S256'],
        userinfo_signing_alg_values_supported: ['none', 'HS256', 'RS256'],
      }),
    );
    const signed = signIdToken({ iss: issuer, aud: 'client-1', sub: 'u1', name: 'Ada Lovelace' });
    server.at(`${issuer}/userinfo`, text(signed, 'application/jwt'));
    expect((await line.run(issuer, '--client-id', 'client-1')).stdout).toContain('as Ada Lovelace');
    const { exitCode, stdout } = await line.run('whoami');
    expect([exitCode, stdout]).toEqual([0, 'Ada Lovelace at signed.example\n']);

    const [head = '', , signature = ''] = signed.split('.');
    const claims = { iss: issuer, aud: 'client-1', sub: 'u1', name: 'Mallory', iat: 1, exp: 9e9 };
    const forged = [head, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
    server.at(`${issuer}/userinfo`, text(forged, 'application/jwt'));
    const refused = await line.run('whoami', '--json');
    expect(errorOf(refused).exit_code).toBe(6);
    expect(refused.stdout + refused.stderr).not.toContain('Mallory');
  });
});

describe('an authority that NODE_EXTRA_CA_CERTS named at sign-in', () => {
  let authority: Authority;
  let server: TestServer;
  beforeAll(async () => {
    authority = await openAuthority();
    server = await serveHttps(await authority.issue(['IP:127.0.0.1']), answer);
  });
  afterAll(async () => {
    await server.close();
    await authority.remove();
  });

  function answer({ url = '' }: IncomingMessage, response: ServerResponse): void {
    const bodies: Readonly<Record<string, object>> = {
      '/.well-known/openid-configuration': {
        issuer: server.origin,
        authorization_endpoint: `${server.origin}/authorize`,
        token_endpoint: `${server.origin}/token`,
        revocation_endpoint: `${server.origin}/revoke`,
        code_challenge_methods_supported: ['S256'],
      },
      '/token': {
        access_token: 'canary-access',
        refresh_token: 'canary-refresh',
        token_type: 'Bearer',
        expires_in: 3600,
      },
      '/revoke': {},
    };
    const body = bodies[url];
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  }

  const navigation = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document', accept: 'text/html' };
  async function navigate(address: string | URL, cookie = ''): Promise<IncomingMessage> {
    const sent = request(address, { headers: { ...navigation, cookie } }).end();
    const [response] = await once(sent, 'response');
    response.resume();
    return response;
  }

  /** A browser that need not reach the server: it comes straight back with a code. */
  async function comeBack(link: string): Promise<void> {
    const { headers } = await navigate(link);
    const asked = new URL(headers.location ?? '').searchParams;
    const back = new URL(asked.get('redirect_uri') ?? '');
    back.searchParams.set('code', 'canary-code');
    back.searchParams.set('state', asked.get('state') ?? '');
    const cookie = headers['set-cookie']?.[0]?.split(';')[0];
    const { headers: next } = await navigate(back, cookie);
    await navigate(new URL(next.location ?? '', back), cookie);
  }
  const openBrowser: Context['openBrowser'] = async (link) => ({
    exited: comeBack(link).then(() => 0),
  });

  const signIn = (line: CommandLine, caFile: string) =>
    line.runIn(
      { openBrowser, env: { ...line.context.env, NODE_EXTRA_CA_CERTS: caFile } },
      ...[server.origin, '--client-id', 'client-1'],
    );

  it('is trusted by the commands that come later, where the variable is not set', async () => {
    const line = closeAfterTest(openCommandLine({ user: 'nobody' }));
    expect((await signIn(line, authority.caFile)).exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
    expect((await line.run('logout')).stdout).toContain('were revoked at');
  });

  it('that cannot be read is passed over, and the hint says what helps', async () => {
    const line = closeAfterTest(openCommandLine({ user: 'nobody' }));
    const outcome = await signIn(line, '/nowhere/ca.pem');
    expect(outcome.exitCode).toBe(7);
    expect(outcome.stderr).toContain('name its PEM file with --ca-file');
  });
});

describe('the hint to sign in again', () => {
  let server: AuthorizationServer;
  let line: CommandLine;
  beforeAll(async () => {
    server = await startAuthorizationServer();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    line = closeAfterTest(openCommandLine({ user: 'ada' }));
    server.restore();
  });

  it('can be run as it stands: it has the client, and the leave to use plain http', async () => {
    await signInAt(server, line);
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_grant"}' });
    const { hint } = errorOf(await line.run('token', '--refresh', '--json'));
    expect((await line.run('status')).stdout).toContain(hint);
    server.restore();
    expect((await line.run('logout')).exitCode).toBe(0);
    const [command = []] = commandsIn(hint);
    expect(command).toEqual([server.issuer, '--client-id', server.clientId, '--allow-http-loopback']);
    expect((await line.run(...command)).exitCode).toBe(0);
  });

  it('where nobody is signed in repeats what was typed, and allows plain http where that was meant', async () => {
    const { hint } = errorOf(await line.run('token', 'work', '--issuer', server.issuer, '--json'));
    const [command] = commandsIn(hint);
    expect(command).toEqual(['work', '--issuer', server.issuer, '--allow-http-loopback']);
    expect((await line.run(...(command ?? []), '--client-id', server.clientId)).exitCode).toBe(0);
  });
});
