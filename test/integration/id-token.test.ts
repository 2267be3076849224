import { describe, expect } from 'vitest';
import { openAccountStore } from '../../src/accounts/account-store.ts';
import { Secret } from '../../src/ground/secret.ts';
import { systemClock } from '../../src/host/clock.ts';
import { accountHead } from '../support/account-head.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf } from '../support/command-line.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';

const signIn = (...flags: string[]) =>
  line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...flags);

/** Signs in, and gets an ID Token that is over three quarters of a minute later. */
async function signInBriefly(...flags: string[]): Promise<void> {
  const now = Math.floor(Date.now() / 1000);
  server.rewriteIdToken((claims) => ({ ...claims, iat: now - 280, exp: now + 20 }));
  await signIn(...flags);
  server.restore();
}

/** Three quarters of a minute later, `token --id-token`. */
function printLater(...flags: string[]) {
  const clock = { ...systemClock, now: () => new Date(Date.now() + 45_000) };
  return line.runIn({ clock }, 'token', '--id-token', ...flags);
}

describe('token --id-token', () => {
  it('prints the ID Token of the sign-in, and asks the server nothing while it is good', async () => {
    await signIn();
    const seen = server.requests.length;
    const { exitCode, stdout, stderr } = await line.run('token', '--id-token');
    expect([exitCode, stderr]).toEqual([0, '']);
    const { claims } = decodedJwt(stdout.trim());
    expect(claims).toMatchObject({ iss: server.issuer, aud: server.clientId });
    const document = JSON.parse((await line.run('token', '--id-token', '--json')).stdout);
    const instant = (seconds: unknown) => new Date(Number(seconds) * 1000).toISOString();
    expect(document).toMatchObject({
      id_token: stdout.trim(),
      issuer: server.issuer,
      subject: claims.sub,
      audience: server.clientId,
      issued_at: instant(claims.iat),
      expires_at: instant(claims.exp),
    });
    expect(server.requests.length).toBe(seen);
    expect(server.issuedSecrets('access_token')).not.toContain(stdout.trim());
  });

  it('has the formats of an access token, and a variable of its own', async () => {
    await signIn();
    const idToken = (await line.run('token', '--id-token')).stdout.trim();
    const print = async (...flags: string[]) => (await line.run('token', '--id-token', ...flags)).stdout;
    expect(await print('--format', 'env')).toMatch(/^export _127_0_0_1_\d+_ID_TOKEN='[\w.-]+'\n$/);
    expect(await print('--format', 'dotenv', '--as', 'WEB_IDENTITY')).toBe(`WEB_IDENTITY=${idToken}\n`);
    expect(await print('--format', 'header')).toBe(`Authorization: Bearer ${idToken}\n`);
    const masked = await line.runIn(
      { env: { ...line.context.env, GITHUB_ACTIONS: 'true' } },
      ...['token', '--id-token'],
    );
    expect(masked.stderr).toContain(`::add-mask::${idToken}\n`);
    for (const flags of [
      ['--format', 'netrc'],
      ['--grant', 'client-credentials'],
      ['--method', 'GET'],
      ['--scope', 'read'],
    ]) {
      expect(await line.run('token', '--id-token', ...flags)).toMatchObject({ exitCode: 2, stdout: '' });
    }
  });

  it('is refreshed after its end, once, and the new one is kept', async () => {
    await signInBriefly();
    const seen = server.hits('token');
    const [one, two] = await Promise.all([printLater(), printLater()]);
    expect([one.exitCode, one.stderr]).toEqual([0, '']);
    expect(Number(decodedJwt(one.stdout.trim()).claims.exp)).toBeGreaterThan(Date.now() / 1000);
    expect([two.stdout, (await line.run('token', '--id-token')).stdout]).toEqual([one.stdout, one.stdout]);
    expect(server.hits('token')).toBe(seen + 1);
    await line.run('token', '--id-token', '--refresh');
    expect(server.hits('token')).toBe(seen + 2);
  });

  it('says what to do where the refresh brings none, and does not ask again at once', async () => {
    await signInBriefly();
    server.rewriteReply('token', ({ id_token: _, ...body }) => body);
    const seen = server.hits('token');
    const refused = await printLater('--json');
    expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
    expect(errorOf(refused)).toMatchObject({
      code: 'id_token_expired',
      message: expect.stringContaining('the server sends no new one with a refresh'),
      hint: `sign in again with: oauth-login ${server.issuer} --client-id ${server.clientId} --allow-http-loopback`,
    });
    expect((await printLater()).exitCode).toBe(4);
    expect(server.hits('token')).toBe(seen + 1);
    expect((await line.run('token')).exitCode).toBe(0);
  });

  it('needs a refresh token to be refreshed', async () => {
    await signInBriefly('--no-offline-access');
    const refused = await printLater('--json');
    expect(errorOf(refused)).toMatchObject({
      code: 'id_token_expired',
      message: expect.stringContaining('no refresh token'),
    });
  });

  it('is not to be had where none came, and no variable stands in for it', async () => {
    const store = openAccountStore(line.context);
    const accessToken = new Secret('canary-of-the-account');
    await store.write(accountHead(), { accessToken });
    const env = { ...line.context.env, OAUTH_LOGIN_GITHUB_TOKEN: 'canary-of-the-job' };
    const plain = await line.runIn({ env }, 'token', 'github', '--id-token', '--json');
    expect(plain).toMatchObject({ exitCode: 3, stdout: '' });
    expect(errorOf(plain)).toMatchObject({
      code: 'config_unsupported_server',
      hint: 'print the access token: oauth-login token github',
    });
    await store.write(accountHead({ provider: 'google', target: 'google', idTokenAlgorithms: ['RS256'] }), {
      accessToken,
    });
    const openid = await line.run('token', 'google', '--id-token', '--json');
    expect(openid).toMatchObject({ exitCode: 4, stdout: '' });
    expect(errorOf(openid)).toMatchObject({
      code: 'id_token_missing',
      hint: 'sign in with the scope openid: oauth-login google --scope openid',
    });
  });
});
