import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});
afterEach(() => server.restore());

function configure(more: object = {}): void {
  mkdirSync(line.context.paths.configDir, { recursive: true });
  const work = { issuer: server.issuer, client_id: server.clientId, ...more };
  writeFileSync(join(line.context.paths.configDir, 'config.json'), JSON.stringify({ providers: { work } }));
}

const signIn = () => line.run('work', '--allow-http-loopback', '--json');

describe('a token response that is wrong in a known, harmless way', () => {
  it.each<Record<string, unknown>>([
    { expires_in: '3600' },
    { expires_in: 'never' },
    { token_type: 'BearerToken' },
    { scope: ['openid', 'profile'] },
    { scope: 'openid,profile' },
  ])('%j keeps the sign-in, and its refresh', async (members) => {
    configure();
    server.rewriteReply('token', (body) => ({ ...body, ...members }));
    expect((await signIn()).exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });

  it('names the member of the configuration that allows another token_type, and obeys it', async () => {
    configure();
    server.rewriteReply('token', ({ token_type: _type, ...body }) => body);
    const refused = errorOf(await signIn());
    expect(refused).toMatchObject({ code: 'protocol_invalid_response', exit_code: 6 });
    expect(refused.message).toContain('no token_type');
    expect(refused.hint).toContain('"token_type": "bearer"');
    configure({ token_type: 'bearer' });
    expect((await signIn()).exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });

  it('tells access_denied of the token endpoint as a matter of the client', async () => {
    configure();
    const body = JSON.stringify({ error: 'access_denied', error_description: 'not assigned' });
    server.breakEndpoint('token', { kind: 'reply', status: 403, body });
    const error = errorOf(await signIn());
    expect(error).toMatchObject({ code: 'as_access_denied', exit_code: 5 });
    expect(error.message).toContain('"not assigned"');
    expect(error.hint).toContain('about the client, not about you');
    expect((await line.lastPage()).body).not.toContain('allow the access');
  });
});
