import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CiIdentityStub, startCiIdentity } from '../support/ci-identity.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf } from '../support/command-line.ts';
import { openMachineLine, printedToken, tokenCommand } from '../support/machine-line.ts';
import { startMachineServer } from '../support/machine-server.ts';
import { standardInput } from '../support/standard-input.ts';

let ci: CiIdentityStub;
let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  ci = await startCiIdentity();
  server = await startMachineServer({}, () => ci);
});
afterAll(async () => {
  await server.close();
  await ci.close();
});
beforeEach(() => {
  line = closeAfterTest(openMachineLine(ci.env));
});
afterEach(() => {
  server.restore();
  ci.answerWith(undefined);
});

const JWT = 'urn:ietf:params:oauth:token-type:jwt';
const client = ['--client-id', 'machine-public'];
const command = (...more: string[]) => tokenCommand(server.issuer, 'token-exchange', ...more);
const ask = (...more: string[]) => line.run(...command(...client, ...more));
const form = () => server.requestsTo('token').at(-1)?.form;
const withEnv = (env: Record<string, string>) => ({ env: { ...line.context.env, ...env } });
const mine = () => ci.sign({ aud: server.issuer });

describe('the identity of a GitHub Actions job', () => {
  it('is asked for with the bearer token of the job, for this server, and exchanged', async () => {
    const before = ci.requests.length;
    const outcome = await ask('--subject-from', 'ci', '--scope', 'read');
    const token = server.issuedSecrets('access_token').at(-1);
    // The log of the job is told to hide the token before it is printed.
    expect(outcome).toEqual({ exitCode: 0, stdout: `${token}\n`, stderr: `::add-mask::${token}\n` });
    expect(ci.requests.slice(before)).toEqual([
      { path: '/idtoken/job-1', audience: server.issuer, authorization: `Bearer ${ci.requestToken}` },
    ]);
    expect(form()?.get('subject_token')).toBe(ci.issued.at(-1));
    expect(form()?.get('subject_token_type')).toBe(JWT);
    expect(form()?.get('scope')).toBe('read');
  });

  it('is made out to --audience, or to --subject-audience before that', async () => {
    await ask('--subject-from', 'ci', '--audience', 'api');
    expect(ci.requests.at(-1)?.audience).toBe('api');
    const outcome = await ask(
      '--subject-from',
      'ci',
      '--audience',
      'api',
      '--subject-audience',
      server.issuer,
    );
    expect(outcome.exitCode).toBe(0);
    expect(ci.requests.at(-1)?.audience).toBe(server.issuer);
    expect(form()?.get('audience')).toBe('api');
  });

  it('for the wrong audience: the error of the server, exit 5, and the audience that was wrong', async () => {
    const outcome = await ask(
      '--subject-from',
      'ci',
      '--audience',
      'https://somebody-else.example',
      '--json',
    );
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_invalid_request',
      exit_code: 5,
      hint: expect.stringMatching(/its audience is "https: ?\/\/somebody-else\.example".*--subject-audience/),
    });
    expect(outcome.stdout).toBe('');
  });

  it.each<[string, Record<string, string>, RegExp]>([
    ['without the permission', { ACTIONS_ID_TOKEN_REQUEST_URL: '' }, /id-token: write/],
    ['without the token to ask with', { ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }, /id-token: write/],
    [
      'outside of GitHub Actions',
      { ACTIONS_ID_TOKEN_REQUEST_URL: '', GITHUB_ACTIONS: '' },
      /id_tokens.*--subject-token-env/,
    ],
    [
      'at an address in the clear',
      { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://ci.example/?api-version=2.0' },
      /https/,
    ],
    [
      'at a name that may lead anywhere',
      { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://localhost.ci.example:1/?api-version=2.0' },
      /https/,
    ],
    ['at no address', { ACTIONS_ID_TOKEN_REQUEST_URL: 'file:///etc/passwd' }, /https/],
    ['with a token of two lines', { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'a\nb' }, /as the CI system set it/],
  ])('%s: exit 3 before anything is sent', async (_what, env, hint) => {
    const before = [server.requests.length, ci.requests.length];
    const outcome = await line.runIn(withEnv(env), ...command(...client, '--subject-from', 'ci', '--json'));
    expect(errorOf(outcome)).toMatchObject({
      code: 'config_no_ci_identity',
      exit_code: 3,
      hint: expect.stringMatching(hint),
    });
    expect([server.requests.length, ci.requests.length]).toEqual(before);
  });

  it('on a loopback address needs --allow-http-loopback, and says so', async () => {
    const argv = command('--subject-from', 'ci', '--json').filter((word) => word !== '--allow-http-loopback');
    const before = ci.requests.length;
    const outcome = await line.run(...argv);
    expect(errorOf(outcome)).toMatchObject({
      code: 'config_no_ci_identity',
      hint: expect.stringContaining('--allow-http-loopback'),
    });
    expect(ci.requests.length).toBe(before);
  });

  it.each<[string, { status: number; body: string }, number, string]>([
    ['is refused', { status: 403, body: '{"message":"no"}' }, 3, 'config_no_ci_identity'],
    ['meets a server that failed', { status: 503, body: '' }, 7, 'network_server_error'],
    ['is no JSON', { status: 200, body: '<html>' }, 6, 'protocol_invalid_response'],
    ['is no JWT', { status: 200, body: '{"value":"opaque"}' }, 6, 'protocol_invalid_response'],
    ['is missing', { status: 200, body: '{}' }, 6, 'protocol_invalid_response'],
  ])('%s: a clear error, and the server hears nothing', async (_what, reply, exitCode, code) => {
    ci.answerWith(reply);
    const before = server.hits('token');
    expect(errorOf(await ask('--subject-from', 'ci', '--json'))).toMatchObject({ code, exit_code: exitCode });
    expect(server.hits('token')).toBe(before);
  });

  it('that is made out to somebody else is not passed on', async () => {
    ci.answerWith({
      status: 200,
      body: JSON.stringify({ value: ci.sign({ aud: 'https://other.example' }) }),
    });
    const before = server.hits('token');
    expect(errorOf(await ask('--subject-from', 'ci', '--json'))).toMatchObject({ exit_code: 6 });
    expect(server.hits('token')).toBe(before);
  });

  it('T13 stays between the job, its CI system and the server', async () => {
    await ask('--subject-from', 'ci', '--debug');
    await ask('--subject-from', 'ci', '--debug', '--audience', 'wrong');
    expect(ci.issued.length).toBeGreaterThan(1);
    const tokens = server.issuedSecrets('access_token');
    const said = line
      .everythingSaid()
      .split('\n')
      .filter((text) => !tokens.includes(text.replace(/^::add-mask::/, '')))
      .join('\n');
    expect(said).toContain(`debug: GET ${ci.issuer}/idtoken/job-1 200`);
    const signatures = ci.issued.map((token) => token.split('.')[2] ?? '');
    expectNoSecrets(said, [...signatures, ...tokens, ci.requestToken]);
    expectNoSecrets({ directory: line.directory }, [...signatures, ...tokens, ci.requestToken]);
    expectNoSecrets(JSON.stringify(server.requests.map(({ headers, body }) => [headers, body])), [
      ci.requestToken,
    ]);
  });
});

describe('a subject token from elsewhere', () => {
  it('comes from the variable that GitLab fills (id_tokens), as a JWT', async () => {
    const outcome = await line.runIn(
      withEnv({ ID_TOKEN: mine() }),
      ...command(...client, '--subject-token-env', 'ID_TOKEN'),
    );
    expect(outcome.exitCode).toBe(0);
    expect(form()?.get('subject_token_type')).toBe(JWT);
  });

  it("comes from the provider's variable, as an access token unless told otherwise", async () => {
    const env = withEnv({ OAUTH_LOGIN_AS_SUBJECT_TOKEN: mine() });
    const plain = await line.runIn(env, ...command(...client, '--json'));
    expect(form()?.get('subject_token_type')).toBe('urn:ietf:params:oauth:token-type:access_token');
    expect(errorOf(plain)).toMatchObject({
      exit_code: 5,
      hint: expect.stringContaining('--subject-token-type'),
    });
    expect((await line.runIn(env, ...command(...client, '--subject-token-type', 'jwt'))).exitCode).toBe(0);
    expect((await line.runIn(env, ...command(...client, '--subject-token-type', JWT))).exitCode).toBe(0);
  });

  it('comes from a file, or from what another command writes', async () => {
    const file = join(line.directory, 'subject');
    writeFileSync(file, `${mine()}\n`, { mode: 0o600 });
    expect((await ask('--subject-token-file', file, '--subject-token-type', 'jwt')).exitCode).toBe(0);
    const argv = command(...client, '--subject-token-file', '-', '--subject-token-type', 'jwt');
    const token = mine();
    const inPieces = standardInput(token.slice(0, 100), `${token.slice(100)}\n`);
    expect((await line.runIn({ stdin: inPieces }, ...argv)).exitCode).toBe(0);
    const spoilt = standardInput(mine().slice(0, 100), 'rest');
    expect((await line.runIn({ stdin: spoilt }, ...argv)).exitCode).toBe(5);
  });

  it('that has expired: exit 5 says that it has', async () => {
    const old = ci.sign({ aud: server.issuer, exp: 1_000_000_000 });
    const outcome = await line.runIn(
      withEnv({ ID_TOKEN: old }),
      ...command(...client, '--subject-token-env', 'ID_TOKEN', '--json'),
    );
    expect(errorOf(outcome)).toMatchObject({ exit_code: 5, hint: expect.stringContaining('it has expired') });
  });

  it('that is forged is refused by the server', async () => {
    const [header, , signature] = mine().split('.');
    const claims = Buffer.from(
      JSON.stringify({ iss: ci.issuer, sub: 'x', aud: server.issuer, exp: 9_999_999_999 }),
    ).toString('base64url');
    const env = withEnv({ ID_TOKEN: `${header}.${claims}.${signature}` });
    expect((await line.runIn(env, ...command(...client, '--subject-token-env', 'ID_TOKEN'))).exitCode).toBe(
      5,
    );
  });

  it('whose claims are hostile is quoted so that no terminal and no CI takes it for more', async () => {
    const aud = '\u001b[2J::set-output name=x::y\n##vso[task.setvariable]"';
    const env = withEnv({ ID_TOKEN: ci.sign({ aud }) });
    const { stderr } = await line.runIn(env, ...command(...client, '--subject-token-env', 'ID_TOKEN'));
    expect(stderr).toContain('its audience is');
    expect(stderr).not.toMatch(/\u001b|::|##vso/);
  });

  it('that nobody closes standard input after does not hold the job for ever', async () => {
    let destroyed = false;
    const stdin = {
      isTTY: false,
      destroy: () => {
        destroyed = true;
      },
      async *[Symbol.asyncIterator]() {
        yield 'half of a token';
        await new Promise(() => {});
      },
    };
    const clock = { ...line.context.clock, sleep: async () => {} };
    const outcome = await line.runIn(
      { stdin, clock },
      ...command(...client, '--subject-token-file', '-', '--json'),
    );
    expect(errorOf(outcome)).toMatchObject({
      exit_code: 3,
      hint: expect.stringContaining('--subject-token-file'),
    });
    expect(destroyed).toBe(true);
  });
});

describe('what is asked for in exchange', () => {
  it('can be another type of token, which then need not be a Bearer token', async () => {
    const outcome = await ask('--subject-from', 'ci', '--requested-token-type', 'jwt');
    expect(outcome).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(/^::add-mask::\S+\n$/) });
    expect(form()?.get('requested_token_type')).toBe(JWT);
  });

  it('has to be what is issued', async () => {
    server.rewriteReply('token', (body) => ({
      ...body,
      issued_token_type: 'urn:ietf:params:oauth:token-type:id_token',
    }));
    expect(
      errorOf(await ask('--subject-from', 'ci', '--requested-token-type', 'jwt', '--json')),
    ).toMatchObject({ exit_code: 6 });
  });

  it('is never kept', async () => {
    const first = printedToken(await ask('--subject-from', 'ci'));
    expect(printedToken(await ask('--subject-from', 'ci'))).not.toBe(first);
  });

  it('needs no client where the server wants none', async () => {
    server.breakEndpoint('token', {
      kind: 'reply',
      status: 200,
      body: '{"access_token":"without-a-client","token_type":"Bearer"}',
    });
    expect((await line.run(...command('--subject-from', 'ci'))).stdout).toBe('without-a-client\n');
    expect(form()?.has('client_id')).toBe(false);
    expect(server.requestsTo('token').at(-1)?.headers.authorization).toBeUndefined();
  });

  it('from a target that the server does not know: exit 5 and a next step', async () => {
    const outcome = await ask(
      '--subject-from',
      'ci',
      '--subject-audience',
      server.issuer,
      '--audience',
      'unknown',
      '--json',
    );
    expect(errorOf(outcome)).toMatchObject({
      code: 'as_invalid_target',
      hint: expect.stringContaining('--audience'),
    });
  });
});
