import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openidProvider } from '../../src/providers/openid.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { type Play, type PlayedProvider, playProvider } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const details = [
  {
    type: 'payment_initiation',
    instructedAmount: { currency: 'EUR', amount: '123.50' },
    actions: ['initiate'],
  },
];

function fileOf(line: CommandLine, content: unknown): string {
  const file = join(line.directory, 'details.json');
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

describe('authorization details (RFC 9396) at a real server', () => {
  let server: AuthorizationServer;
  let line: CommandLine;

  beforeAll(async () => {
    // biome-ignore lint/suspicious/noExplicitAny: the types know no server with introspection and this feature.
    const rar: any = {
      richAuthorizationRequests: {
        enabled: true,
        types: { payment_initiation: { validate: () => {} } },
        authorizationDetailsForGrantSource: (ctx: { oidc: { params: { authorization_details: string } } }) =>
          JSON.parse(ctx.oidc.params.authorization_details),
        authorizationDetailsForAccessToken: (_ctx: unknown, _token: unknown, source: { rar: object[] }) =>
          source.rar,
        authorizationDetailsForIntrospection: (_ctx: unknown, token: { rar: object[] }) => token.rar,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'https://bank.example/api',
        getResourceServerInfo: () => ({ scope: '', accessTokenFormat: 'opaque' }),
      },
      pushedAuthorizationRequests: { enabled: true },
    };
    const client = {
      client_id: 'bank',
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      redirect_uris: ['http://127.0.0.1/callback'],
      grant_types: ['authorization_code', 'refresh_token'],
      authorization_details_types: ['payment_initiation'],
    } as const;
    // biome-ignore lint/suspicious/noExplicitAny: nor a client with types of details.
    server = await startAuthorizationServer({ further: { features: rar, clients: [client as any] } });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    line = openCommandLine({ user: 'ada' });
  });
  afterEach(() => line.close());

  const signIn = (...more: string[]) =>
    line.run(server.issuer, '--client-id', 'bank', '--allow-http-loopback', '--json', ...more);

  it('are pushed, and the answer says what was granted', async () => {
    const outcome = await signIn('--authorization-details', fileOf(line, details));
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    const [pushed] = server.requestsTo('pushed_authorization');
    expect(JSON.parse(pushed?.form.get('authorization_details') ?? '')).toEqual(details);
    expect(JSON.parse(outcome.stdout).authorization_details).toEqual(details);
    const status = JSON.parse((await line.run('status', '--json')).stdout);
    expect(status.accounts[0].authorization_details).toEqual(details);
  });

  it('of a type that the server does not know are refused, exit 5', async () => {
    const outcome = await signIn('--authorization-details', fileOf(line, [{ type: 'unheard_of' }]));
    expect(errorOf(outcome)).toMatchObject({ code: 'as_invalid_authorization_details', exit_code: 5 });
  });
});

describe('what is asked for besides scopes, and what the server answers', () => {
  const issuer = 'https://login.acme.example';
  const endpoints = {
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}/keys`,
  };
  const person = { sub: 'u-1815', name: 'Ada Lovelace' };
  let server: QuirkyServer;
  let line: PlayedCommandLine;

  beforeEach(async () => {
    server = await openQuirkyServer();
    line = openPlayedCommandLine(server);
    server.at(
      `${issuer}/.well-known/openid-configuration`,
      json({
        ...{ issuer, ...endpoints, code_challenge_methods_supported: ['S256'] },
        ...{ scopes_supported: ['openid'], subject_types_supported: ['public'] },
      }),
    );
  });
  afterEach(async () => {
    line.close();
    await server.close();
  });

  const play = (more: Partial<Play>): PlayedProvider =>
    playProvider(
      server,
      { ...openidProvider('played', 'Played', issuer), endpoints },
      {
        profile: person,
        idToken: { sub: person.sub },
        ...more,
      },
    );
  const signIn = (...more: string[]) => line.run(issuer, '--client-id', 'client', '--json', ...more);
  const accounts = async () => JSON.parse((await line.run('status', '--json')).stdout).accounts;

  it.each<readonly [string, unknown]>([
    ['of another type', [{ type: 'account_information' }]],
    ['of another type besides', [...details, { type: 'account_information' }]],
    ['without a type', [{ actions: ['initiate'] }]],
    ['that are no list', { type: 'payment_initiation' }],
    ['that are a text', 'payment_initiation'],
    ['that hold no objects', ['payment_initiation']],
  ])('granted details %s are exit 6, and nothing is stored', async (_what, granted) => {
    play({ token: { authorization_details: granted } });
    const outcome = await signIn('--authorization-details', fileOf(line, details));
    expect(errorOf(outcome)).toMatchObject({ code: 'protocol_invalid_response', exit_code: 6 });
    expect(await accounts()).toEqual([]);
  });

  it('details that the server has enriched are taken, and without an endpoint for it they go in the address', async () => {
    const enriched = [{ ...details[0], iban: 'DE02100100109307118603' }];
    const played = play({ token: { authorization_details: enriched } });
    const outcome = await signIn('--authorization-details', fileOf(line, details));
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(JSON.parse(outcome.stdout).authorization_details).toEqual(enriched);
    const [asked] = played.authorizationRequests;
    expect(JSON.parse(asked?.query.get('authorization_details') ?? '')).toEqual(details);
  });

  it.each(['', '{}', '[]', '[1]', '[{"actions":[]}]', 'no JSON', `[{"type":"${'x'.repeat(40_000)}"}]`])(
    'a file with %.20s is refused before anything is sent',
    async (content) => {
      play({});
      const outcome = await signIn('--authorization-details', fileOf(line, content));
      expect(errorOf(outcome)).toMatchObject({ code: 'usage_invalid', exit_code: 2 });
      expect(server.requests).toEqual([]);
    },
  );

  it('a file that is not there, and claims that are no object, are refused too', async () => {
    const missing = await signIn('--authorization-details', join(line.directory, 'nowhere.json'));
    expect(errorOf(missing)).toMatchObject({ code: 'usage_invalid', exit_code: 2 });
    const claims = await signIn('--param', 'claims=[]');
    expect(errorOf(claims)).toMatchObject({ code: 'usage_invalid', exit_code: 2 });
  });

  const essential = `claims=${JSON.stringify({ id_token: { acr: { essential: true, values: ['phr', 'phrh'] } } })}`;
  it.each([
    ['acr_values=phr phrh', 'phrh', 0],
    ['acr_values=phr phrh', undefined, 0],
    ['acr_values=phr phrh', 'pwd', 6],
    ['acr_values=phr', 'PHR', 6],
    [essential, 'phr', 0],
    [essential, 'pwd', 6],
    [essential, undefined, 6],
    ['claims={"id_token":{"acr":{"essential":true}}}', 'anything', 0],
    ['claims={"id_token":{"acr":{"essential":true}}}', undefined, 6],
    ['claims={"userinfo":{"picture":null}}', undefined, 0],
  ])('--param %j and an ID Token with the acr %s is exit %i', async (parameter, acr, exitCode) => {
    const played = play({ idToken: { sub: person.sub, ...(acr === undefined ? {} : { acr }) } });
    const outcome = await signIn('--param', parameter);
    expect(outcome.exitCode, outcome.stderr).toBe(exitCode);
    const [name = '', value] = [
      parameter.slice(0, parameter.indexOf('=')),
      parameter.slice(parameter.indexOf('=') + 1),
    ];
    expect(played.authorizationRequests[0]?.query.get(name)).toBe(value);
    expect(await accounts()).toHaveLength(exitCode === 0 ? 1 : 0);
  });
});
