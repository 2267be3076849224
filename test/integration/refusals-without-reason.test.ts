import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { openMachineLine, tokenCommand } from '../support/machine-line.ts';
import { signInAt } from '../support/sign-in.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(async () => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
  expect((await signInAt(server, line)).exitCode).toBe(0);
});
afterEach(() => server.restore());

const EMPTY = { kind: 'reply', status: 400, body: '', headers: { 'content-type': 'text/plain' } } as const;
const PAGE = { kind: 'html', status: 400 } as const;

describe('a refresh that is answered with 400 and no reason', () => {
  it.each([
    ['an empty body', EMPTY],
    ['a page', PAGE],
  ])('asks to sign in again, with the status (%s), and the refresh token is kept', async (_, fault) => {
    server.breakEndpoint('token', fault, 1);
    const refused = await line.run('token', '--refresh');
    expect([refused.exitCode, refused.stdout]).toEqual([4, '']);
    expect(refused.stderr).toContain('refused the refresh token (status 400, without a reason)');
    // It may have been the page of a proxy.
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });

  it('asks for a new refresh token where one was handed over', async () => {
    const refreshToken = server.issuedSecrets('refresh_token').at(-1) ?? '';
    const job = closeAfterTest(openMachineLine({ OAUTH_LOGIN_AS_REFRESH_TOKEN: refreshToken }));
    server.breakEndpoint('token', EMPTY);
    const refused = await job.run(
      ...tokenCommand(server.issuer, 'refresh-token', '--client-id', server.clientId),
    );
    expect([refused.exitCode, refused.stderr]).toEqual([4, expect.stringContaining('(status 400)')]);
  });
});

describe('a code that is answered with 400 and no reason', () => {
  it.each([
    ['an empty body', EMPTY],
    ['a page', PAGE],
  ])('is a refusal, with the status (%s)', async (_, fault) => {
    server.breakEndpoint('token', fault);
    const { exitCode, stderr } = await signInAt(server, line);
    expect([exitCode, stderr]).toEqual([
      5,
      expect.stringContaining('answered with status 400 and gave no reason'),
    ]);
  });
});
