import { describe, expect } from 'vitest';
import { it, line, server } from '../support/registering-server.ts';
import { writtenFiles } from '../support/written-files.ts';

const registrations = () => server.requestsTo('registration').filter(({ method }) => method === 'POST');
const register = () => {
  const issuer = ['--issuer', server.issuer, '--allow-http-loopback'];
  return line.run('setup', 'sso', ...issuer, '--register', '--store', 'file');
};
const signIn = (...flags: string[]) => line.run('sso', '--allow-http-loopback', '--store', 'file', ...flags);
const keptFiles = (pattern: RegExp) => writtenFiles(line).filter((file) => pattern.test(file));

/** The ID Token with another header, and without the signature. */
function unsigned(idToken: unknown): string {
  const [, claims] = String(idToken).split('.');
  return `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;
}

describe('threats to a client that this tool registers', () => {
  it('T43 takes no unsigned ID Token, although the reply says that the client wants one', async () => {
    server.rewriteReply('registration', (body) => ({ ...body, id_token_signed_response_alg: 'none' }));
    expect((await register()).exitCode).toBe(0);
    server.rewriteReply('token', (body) => ({ ...body, id_token: unsigned(body.id_token) }));
    const outcome = await signIn('--json');
    expect(outcome.exitCode).toBe(6);
    expect(keptFiles(/\.account$/)).toEqual([]);
  });

  it('T44 takes no ID Token for another client than the one that was registered', async () => {
    expect((await register()).exitCode).toBe(0);
    server.rewriteIdToken((claims) => ({ ...claims, aud: 'another-client' }));
    const outcome = await signIn('--json');
    expect(outcome.exitCode).toBe(6);
    expect(keptFiles(/\.account$/)).toEqual([]);
  });

  it('T45 shows nobody where the profile names another subject than the ID Token', async () => {
    expect((await register()).exitCode).toBe(0);
    server.rewriteReply('userinfo', (body) => ({ ...body, sub: 'somebody-else' }));
    const outcome = await signIn();
    expect(`${outcome.stdout}${outcome.stderr}`).not.toContain('somebody-else');
    expect(outcome.exitCode).toBe(6);
    expect(keptFiles(/\.account$/)).toEqual([]);
  });

  it('T46 takes no symmetric key from the JWK Set', async () => {
    expect((await register()).exitCode).toBe(0);
    server.rewriteReply('jwks', ({ keys }) => ({
      keys: (keys as { kid?: string; alg?: string }[]).map(({ kid, alg }) => ({
        ...{ kty: 'oct', k: 'c2VjcmV0', use: 'sig', kid, alg },
      })),
    }));
    const outcome = await signIn('--json');
    expect(outcome.exitCode).toBe(6);
    expect(keptFiles(/\.account$/)).toEqual([]);
  });

  it('T47 stops reading a registration reply that is too large, and keeps nothing', async () => {
    const body = JSON.stringify({ client_id: 'x', padding: 'y'.repeat(400_000) });
    server.breakEndpoint('registration', { kind: 'reply', status: 201, body });
    const { exitCode, stderr } = await register();
    expect(exitCode).toBe(6);
    expect(stderr).toMatch(/too large|more than/);
    expect(keptFiles(/config|\.client$/)).toEqual([]);
  });

  it('T48 registers with no server whose metadata name another issuer', async () => {
    const before = registrations().length;
    server.rewriteReply('discovery', (body) => ({ ...body, issuer: 'https://attacker.example' }));
    const { exitCode, stderr } = await register();
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('https://attacker.example');
    expect(registrations()).toHaveLength(before);
    expect(keptFiles(/config|\.client$/)).toEqual([]);
  });

  it('T64 registers for the scopes and grants that it needs, and for no others', async () => {
    expect((await register()).exitCode).toBe(0);
    const sent = JSON.parse(registrations().at(-1)?.body ?? '');
    const scopes: string[] = sent.scope.split(' ');
    expect(scopes.toSorted()).toEqual(['email', 'offline_access', 'openid', 'profile']);
    expect(sent.grant_types).toEqual(['authorization_code', 'refresh_token']);
  });
});
