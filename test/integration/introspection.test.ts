import { describe, expect } from 'vitest';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf } from '../support/command-line.ts';

const signIn = (...flags: string[]) =>
  line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...flags);

const introspect = (...flags: string[]) => line.run('token', '--introspect', ...flags);

describe('token --introspect', () => {
  it('tells what the server knows of the token, and not the token', async () => {
    await signIn();
    const { exitCode, stdout, stderr } = await introspect();
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^What 127\.0\.0\.1:\d+ says of the access token of ada /);
    expect(stdout).toMatch(/^ {2}active: +yes$/m);
    expect(stdout).toContain(server.clientId);
    expect(stdout).toMatch(/^ {2}ends: +\d{4}-\d\d-\d\dT[\d:]{8}Z \(in .+\)$/m);
    for (const secret of server.issuedSecrets()) {
      expect(stdout).not.toContain(secret);
    }
    const [request] = server.requestsTo('introspection');
    expect(server.issuedSecrets('access_token')).toContain(request?.form.get('token'));
    expect(request?.form.get('token_type_hint')).toBe('access_token');
  });

  it('gives the reply of the server as JSON', async () => {
    await signIn();
    const { exitCode, stdout } = await introspect('--json');
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      active: true,
      introspection: { active: true, client_id: server.clientId, token_type: 'Bearer' },
    });
  });

  it('ends with exit 4 for a token that is not active, after the answer', async () => {
    await signIn();
    server.rewriteReply('introspection', () => ({ active: false }));
    const { exitCode, stdout, stderr } = await introspect();
    expect(exitCode).toBe(4);
    expect(stdout).toMatch(/^ {2}active: +no$/m);
    expect(stderr).toMatch(
      /says that this token is not active\noauth-login: hint: refresh it: oauth-login token /,
    );
    expect(JSON.parse((await introspect('--json')).stdout)).toMatchObject({ active: false });
  });

  it('refreshes a token first that has ended', async () => {
    await signIn();
    expect((await introspect('--refresh')).stdout).toMatch(/^ {2}active: +yes$/m);
    expect(server.requestsTo('token').at(-1)?.form.get('grant_type')).toBe('refresh_token');
    const tokens = server.issuedSecrets('access_token');
    expect(server.requestsTo('introspection').at(-1)?.form.get('token')).toBe(tokens.at(-1));
  });

  it('shows no escape sequence and no endless member of a hostile reply', async () => {
    await signIn();
    const hostile = { active: true, username: '\u001b]0;owned\u0007\nactive: no', note: 'x'.repeat(50_000) };
    server.rewriteReply('introspection', () => hostile);
    const { exitCode, stdout } = await introspect();
    expect(exitCode).toBe(0);
    expect(stdout).not.toContain('\u001b');
    expect(stdout.split('\n').filter((each) => /^\s*active:/.test(each))).toHaveLength(1);
    expect(stdout.length).toBeLessThan(2_000);
  });

  it.each([
    ['active is no boolean', { active: 'yes' }, 6],
    ['active is missing', { sub: 'ada' }, 6],
  ])('is refused where %s', async (_what, body, exit) => {
    await signIn();
    server.rewriteReply('introspection', () => body);
    expect(await introspect()).toMatchObject({ exitCode: exit, stdout: '' });
  });

  it.each([
    ['a redirect', { kind: 'redirect', location: 'https://evil.example/' }, 6],
    ['a page', { kind: 'html', status: 200 }, 6],
    ['a failing server', { kind: 'html', status: 503 }, 7],
    ['a reply of 50 MB', { kind: 'large', bytes: 50_000_000 }, 6],
  ] as const)('ends well with %s', async (_what, fault, exit) => {
    await signIn();
    server.breakEndpoint('introspection', fault);
    expect(await introspect()).toMatchObject({ exitCode: exit, stdout: '' });
  });

  it('is refused where the server names no endpoint, or one of another origin', async () => {
    for (const endpoint of [undefined, 'https://evil.example/introspect']) {
      server.rewriteReply('discovery', ({ introspection_endpoint: _endpoint, ...rest }) =>
        endpoint === undefined ? rest : { ...rest, introspection_endpoint: endpoint },
      );
      await signIn();
      const ran = await introspect('--json');
      expect([ran.exitCode, ran.stdout, errorOf(ran).code]).toEqual([3, '', 'config_unsupported_server']);
    }
  });

  it('goes with no flag that prints a token, and with no token of a variable', async () => {
    await signIn();
    const before = server.hits('introspection');
    for (const flags of [
      ['--id-token'],
      ['--format', 'env'],
      ['--as', 'TOKEN'],
      ['--scope', 'openid'],
      ['--method', 'GET'],
      ['--grant', 'client-credentials'],
    ]) {
      expect(await introspect(...flags)).toMatchObject({ exitCode: 2, stdout: '' });
    }
    const variable = `OAUTH_LOGIN_${new URL(server.issuer).host.replaceAll(/\W/g, '_')}_TOKEN`;
    const supplied = await line.runIn(
      { env: { ...line.context.env, [variable]: 'abc' } },
      ...['token', server.issuer, '--introspect'],
    );
    expect(supplied).toMatchObject({ exitCode: 2, stdout: '' });
    expect(server.hits('introspection')).toBe(before);
  });
});
