import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf } from '../support/command-line.ts';
import { openMachineLine, tokenCommand } from '../support/machine-line.ts';
import { CLIENT_SECRET, startMachineServer } from '../support/machine-server.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startMachineServer({});
});
afterAll(() => server.close());
beforeEach(() => {
  line = closeAfterTest(openMachineLine({ OAUTH_LOGIN_AS_CLIENT_SECRET: CLIENT_SECRET }));
});

const BASIC = 'machine-client_secret_basic';
const command = (clientId: string, ...more: string[]) =>
  tokenCommand(server.issuer, 'client-credentials', '--client-id', clientId, ...more);
const ask = (clientId: string, ...more: string[]) => line.run(...command(clientId, ...more));
const withoutSecret = () => ({ env: { ...line.context.env, OAUTH_LOGIN_AS_CLIENT_SECRET: '' } });

describe('what is missing is known before anything is sent', () => {
  it.each<[string, string[], number, string, RegExp]>([
    [
      'a client id',
      ['--grant', 'client-credentials'],
      3,
      'config_missing_client_id',
      /OAUTH_LOGIN_AS_CLIENT_ID/,
    ],
    [
      'a secret',
      ['--grant', 'client-credentials', '--client-id', 'x'],
      3,
      'config_missing_client_secret',
      /OAUTH_LOGIN_AS_CLIENT_SECRET/,
    ],
    [
      'a refresh token',
      ['--grant', 'refresh-token', '--client-id', 'x'],
      3,
      'config_missing_refresh_token',
      /OAUTH_LOGIN_AS_REFRESH_TOKEN/,
    ],
    [
      'a subject token',
      ['--grant', 'token-exchange'],
      3,
      'config_missing_subject_token',
      /OAUTH_LOGIN_AS_SUBJECT_TOKEN/,
    ],
    ['a key', ['--grant', 'jwt-bearer'], 3, 'config_missing_key', /--key-file/],
    [
      'the identity of the job',
      ['--grant', 'token-exchange', '--subject-from', 'ci'],
      3,
      'config_no_ci_identity',
      /id_tokens/,
    ],
    [
      'the variable',
      ['--grant', 'token-exchange', '--subject-token-env', 'ID_TOKEN'],
      3,
      'config_missing_subject_token',
      /ID_TOKEN/,
    ],
    [
      'the file of the key',
      ['--grant', 'client-credentials', '--client-id', 'x', '--key-file', '/nowhere/key'],
      3,
      'config_invalid_value',
      /private key/,
    ],
    ['a person', [], 4, 'login_required', /OAUTH_LOGIN_GITHUB_TOKEN.*--grant/],
  ])('%s', async (_what, flags, exitCode, code, hint) => {
    const before = server.requests.length;
    const target =
      flags.length === 0 ? ['github'] : ['as', '--issuer', server.issuer, '--allow-http-loopback'];
    const outcome = await line.runIn(withoutSecret(), 'token', ...target, ...flags, '--json');
    expect(errorOf(outcome)).toMatchObject({ code, exit_code: exitCode, hint: expect.stringMatching(hint) });
    expect(outcome.stdout).toBe('');
    expect(server.requests.length).toBe(before);
  });

  it.each<[string, string[]]>([
    ['an unknown grant', ['--grant', 'password']],
    ['a flag without --grant', ['--audience', 'read']],
    ['a key file without --grant', ['--key-file', 'x']],
    ['a flag of another grant', ['--grant', 'client-credentials', '--rotate-to', 'x']],
    ['an account', ['--grant', 'client-credentials', '--account', 'x']],
    ['no authentication', ['--grant', 'client-credentials', '--client-authentication', 'none']],
    [
      'an unknown method',
      ['--grant', 'client-credentials', '--client-authentication', 'client_secret_smoke'],
    ],
    [
      'private_key_jwt without a key',
      ['--grant', 'client-credentials', '--client-authentication', 'private_key_jwt'],
    ],
    [
      'a key and a secret method',
      ['--grant', 'client-credentials', '--client-authentication', 'client_secret_post', '--key-file', 'x'],
    ],
    ['a relative resource', ['--grant', 'client-credentials', '--resource', '/api']],
    ['a resource with a fragment', ['--grant', 'client-credentials', '--resource', 'https://a.example/#b']],
    [
      'two inputs at once',
      ['--grant', 'token-exchange', '--client-secret-file', '-', '--subject-token-file', '-'],
    ],
    ['two subject tokens', ['--grant', 'token-exchange', '--subject-from', 'ci', '--subject-token-env', 'A']],
    ['a subject from nowhere', ['--grant', 'token-exchange', '--subject-from', 'moon']],
    ['two audiences of an assertion', ['--grant', 'jwt-bearer', '--audience', 'a', '--audience', 'b']],
    ['a bad token type', ['--grant', 'token-exchange', '--requested-token-type', 'passport']],
  ])('%s: exit 2 and a next step', async (_what, flags) => {
    const before = server.requests.length;
    const outcome = await line.run('token', 'as', '--issuer', server.issuer, ...flags, '--json');
    expect(errorOf(outcome)).toMatchObject({ exit_code: 2, hint: expect.stringMatching(/.{10}/) });
    expect(server.requests.length).toBe(before);
  });

  it.each([
    'client_secret=x',
    'refresh_token=x',
    'subject_token=x',
    'assertion=x',
    'password=x',
    'code=x',
    'grant_type=x',
    'scope=x',
    'actor_token=x',
  ])('--param %s is refused, and its value not repeated', async (pair) => {
    const outcome = await ask(BASIC, '--param', pair.replace('=x', '=hush-hush-value'), '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'usage_reserved_parameter', exit_code: 2 });
    expectNoSecrets(outcome.stderr, ['hush-hush-value']);
  });

  it('--subject-token-env with the token itself is refused, and the token not repeated', async () => {
    const outcome = await line.run(
      'token',
      'as',
      '--issuer',
      server.issuer,
      '--grant',
      'token-exchange',
      '--subject-token-env',
      'eyJhbGciOi.J9.secret-token',
    );
    expect(outcome.exitCode).toBe(2);
    expectNoSecrets(outcome.stderr, ['eyJhbGciOi.J9.secret-token']);
  });
});
