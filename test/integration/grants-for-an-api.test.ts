import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { TokenEndpointGrantContext } from 'oidc-provider';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';
import { EXCHANGE_GRANT } from '../support/machine-server.ts';
import { type ProtectedResourceServer, startProtectedResource } from '../support/protected-resource.ts';
import { listenOnLoopback, readBody } from '../support/reverse-proxy.ts';

/** The server that an API names: it gives a token for any request, and keeps what it was sent. */
interface PlayedServer {
  readonly issuer: string;
  readonly forms: URLSearchParams[];
  /** What its metadata say besides. */
  metadata: object;
  /** The error of the next answer. */
  refusal: string | undefined;
  close(): void;
}

async function playServer(): Promise<PlayedServer> {
  const forms: URLSearchParams[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      const reply = (status: number, document: object) =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(document));
      if (request.url === '/.well-known/oauth-authorization-server') {
        return reply(200, {
          issuer: played.issuer,
          token_endpoint: `${played.issuer}/token`,
          ...played.metadata,
        });
      }
      if (request.url !== '/token') {
        return reply(404, {});
      }
      forms.push(new URLSearchParams(body.toString()));
      return played.refusal === undefined
        ? reply(200, { access_token: 'token-for-the-api', token_type: 'Bearer', expires_in: 300 })
        : reply(400, { error: played.refusal });
    });
  });
  const played: PlayedServer = {
    issuer: await listenOnLoopback(server),
    forms,
    metadata: {},
    refusal: undefined,
    close: () => void server.close(),
  };
  return played;
}

let server: PlayedServer;
let api: ProtectedResourceServer;
let line: CommandLine;

beforeEach(async () => {
  server = closeAfterTest(await playServer());
  api = closeAfterTest(
    await startProtectedResource({
      issuers: [server.issuer],
      scope: 'files:read',
      isValid: (token) => token === 'token-for-the-api',
    }),
  );
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});

/** A file of this person, and its path. */
function fileOf(name: string, text: string): string {
  const path = join(line.directory, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

const client = ['--client-id', 'machine', '--allow-http-loopback'];
const withSecret = () => ['--client-secret-file', fileOf('secret', 'canary-of-the-client')];
const named = () => ['--issuer', server.issuer];

describe('client credentials for an API by its address', () => {
  const flags = () => ['--grant', 'client-credentials', ...client, ...withSecret()];

  it('are asked for at the server that the API names, for this API and its scopes', async () => {
    const outcome = await line.run('token', api.identifier, ...flags(), ...named());
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'token-for-the-api\n' });
    expect(Object.fromEntries(server.forms[0] ?? [])).toMatchObject({
      grant_type: 'client_credentials',
      resource: api.identifier,
      scope: 'files:read',
    });
    const used = await line.run('request', api.identifier, api.identifier, ...flags(), ...named());
    expect(used.stdout).toBe('{"answer":"for the bearer"}');
    const beside = await line.run('request', api.identifier, `${api.origin}/other`, ...flags(), ...named());
    expect(beside.exitCode).toBe(2);
    await line.run('token', api.identifier, ...flags(), ...named(), '--scope', 'files:write');
    expect(server.forms.at(-1)?.get('scope')).toBe('files:write');
  });

  it('T05 go to no server of another origin that nobody named', async () => {
    const refused = await line.run('token', api.identifier, ...flags(), '--json');
    expect(refused).toMatchObject({ exitCode: 4, stdout: '' });
    expect(errorOf(refused)).toMatchObject({
      code: 'person_required',
      hint: expect.stringContaining(`--issuer ${server.issuer}`),
    });
    expect(server.forms).toEqual([]);
    const entry = { resource: api.identifier, issuer: server.issuer };
    writeConfiguration(line, { providers: { files: entry } });
    expect((await line.run('token', 'files', ...flags())).exitCode).toBe(0);
  });

  it('T05 go to no token endpoint elsewhere that the metadata of the API itself name', async () => {
    const metadata = { issuer: api.origin, token_endpoint: `${server.issuer}/token` };
    const json = (document: object) => () => ({
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify(document)),
    });
    const resource = { resource: api.identifier, authorization_servers: [api.origin] };
    api.on('/.well-known/oauth-protected-resource/mcp', json(resource));
    api.on('/.well-known/oauth-authorization-server', json(metadata));
    const refused = await line.run('token', api.identifier, ...flags(), '--json');
    expect(errorOf(refused).code).toBe('person_required');
    expect(server.forms).toEqual([]);
  });
});

describe('an assertion that was handed over', () => {
  const flags = () => ['--grant', 'jwt-bearer', ...client, ...named()];

  it('is presented once, and no other grant is tried after a refusal', async () => {
    const assertion = ['--subject-token-file', fileOf('jwt', 'aaa.bbb.ccc')];
    const outcome = await line.run('token', api.identifier, ...flags(), ...assertion);
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'token-for-the-api\n' });
    expect(Object.fromEntries(server.forms[0] ?? [])).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: 'aaa.bbb.ccc',
      resource: api.identifier,
    });
    server.refusal = 'invalid_grant';
    const refused = await line.run('token', api.identifier, ...flags(), ...assertion, '--store', 'file');
    expect(refused).toMatchObject({ exitCode: 5, stdout: '' });
    expect(server.forms.length).toBe(2);
  });

  it('goes with no key', async () => {
    const both = ['--key-file', fileOf('key', 'x'), '--subject-token-file', fileOf('jwt', 'aaa.bbb.ccc')];
    expect((await line.run('token', api.identifier, ...flags(), ...both)).exitCode).toBe(2);
  });
});

describe('the ID Token of an account', () => {
  let company: AuthorizationServer;
  let assertion: string;
  const exchanges: URLSearchParams[] = [];
  beforeAll(async () => {
    company = await startAuthorizationServer({
      further: {
        clients: [
          {
            client_id: 'company-client',
            application_type: 'native',
            token_endpoint_auth_method: 'none',
            grant_types: ['authorization_code', 'refresh_token', EXCHANGE_GRANT],
            response_types: ['code'],
            redirect_uris: ['http://127.0.0.1/callback'],
          },
        ],
      },
      extend: (provider) => {
        const names = [
          'subject_token',
          'subject_token_type',
          'requested_token_type',
          'audience',
          'resource',
          'scope',
        ];
        const exchange = async (ctx: TokenEndpointGrantContext) => {
          const given = ctx.oidc.params as Record<string, string | undefined>;
          exchanges.push(
            new URLSearchParams(Object.entries(given).filter((pair): pair is [string, string] => !!pair[1])),
          );
          const type = given.requested_token_type ?? 'urn:ietf:params:oauth:token-type:access_token';
          const isOther = !type.endsWith(':access_token');
          ctx.body = {
            access_token: isOther ? assertion : 'exchanged-token',
            token_type: isOther ? 'N_A' : 'Bearer',
            issued_token_type: type,
            expires_in: 60,
          };
        };
        provider.registerGrantType(EXCHANGE_GRANT, exchange, names);
      },
    });
  });
  afterAll(() => company.close());
  beforeEach(async () => {
    exchanges.length = 0;
    assertion = jagFor(server.issuer);
    writeConfiguration(line, {
      providers: { company: { issuer: company.issuer, client_id: 'company-client' } },
    });
    expect((await line.run('company', '--allow-http-loopback')).exitCode).toBe(0);
  });

  const jagFor = (aud: string) =>
    ['{}', JSON.stringify({ aud }), 'x'].map((part) => Buffer.from(part).toString('base64url')).join('.');
  const flags = () => ['--grant', 'id-jag', '--identity', 'company', ...client, ...named()];

  it('is exchanged at its own issuer for an assertion, which goes to the server of the API alone', async () => {
    const outcome = await line.run('token', api.identifier, ...flags(), ...withSecret());
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'token-for-the-api\n', stderr: '' });
    const [exchange] = exchanges;
    const idToken = exchange?.get('subject_token') ?? '';
    expect(decodedJwt(idToken).claims).toMatchObject({ iss: company.issuer, aud: 'company-client' });
    expect(Object.fromEntries(exchange ?? [])).toMatchObject({
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      requested_token_type: 'urn:ietf:params:oauth:token-type:id-jag',
      audience: server.issuer,
      resource: api.identifier,
      scope: 'files:read',
    });
    expect(Object.fromEntries(server.forms[0] ?? [])).toMatchObject({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion,
    });
    expect(server.forms.map(String).join()).not.toContain(idToken);
    expectNoSecrets(line, [assertion, idToken]);
    const used = await line.run('request', api.identifier, api.identifier, ...flags(), ...withSecret());
    expect(used.stdout).toBe('{"answer":"for the bearer"}');
  });

  it('is not used where the assertion is made out to another server, and that is sent nowhere', async () => {
    assertion = jagFor('https://other.example');
    const refused = await line.run('token', api.identifier, ...flags(), ...withSecret(), '--json');
    expect(refused).toMatchObject({ exitCode: 6, stdout: '' });
    expect(errorOf(refused).message).toContain('for another server than the one that was asked for');
    expect(server.forms).toEqual([]);
  });

  it('is sent to no other issuer than its own, wherever it comes from', async () => {
    const claims = Buffer.from(JSON.stringify({ iss: 'https://other.example' })).toString('base64url');
    const foreign = fileOf('id-token', `e30.${claims}.e30`);
    const refused = await line.run(
      'token',
      api.identifier,
      ...flags(),
      '--subject-token-file',
      foreign,
      '--json',
    );
    expect(refused).toMatchObject({ exitCode: 3, stdout: '' });
    expect(errorOf(refused).message).toContain(
      `is no ID Token of ${company.issuer}, so it is not sent there`,
    );
    expect([exchanges, server.forms]).toEqual([[], []]);
  });

  it('is needed, with the account that it is of', async () => {
    const without = await line.run('token', api.identifier, '--grant', 'id-jag', ...client, ...named());
    expect(without.exitCode).toBe(2);
    expect(without.stderr).toContain('--identity NAME');
    const nobody = await line.run(
      'token',
      api.identifier,
      '--grant',
      'id-jag',
      '--identity',
      'github',
      ...client,
      ...named(),
    );
    expect(nobody.exitCode).toBe(4);
    expect(nobody.stderr).toContain('oauth-login github');
  });

  it('is the subject of any token exchange', async () => {
    const flags = ['--grant', 'token-exchange', '--subject-from', 'account:company', '--allow-http-loopback'];
    const outcome = await line.run('token', 'company', ...flags, '--audience', 'a-vault');
    expect(outcome).toMatchObject({ exitCode: 0, stdout: 'exchanged-token\n' });
    expect(Object.fromEntries(exchanges[0] ?? [])).toMatchObject({
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      audience: 'a-vault',
    });
    expect((await line.run('token', 'company', ...flags.slice(0, 3), 'account', '--json')).exitCode).toBe(2);
  });
});
