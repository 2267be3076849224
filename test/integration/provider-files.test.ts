import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { offlineAccessRequest } from '../../src/grants/offline-access.ts';
import { defined } from '../../src/ground/defined.ts';
import { Secret } from '../../src/ground/secret.ts';
import { systemClock } from '../../src/host/clock.ts';
import { fetchProfile } from '../../src/profile/fetch-profile.ts';
import type { Profile } from '../../src/profile/profile.ts';
import { readProfile } from '../../src/profile/read-profile.ts';
import { newAttempt } from '../../src/protocol/attempt.ts';
import { authorizationParameters, buildAuthorizationUri } from '../../src/protocol/authorization-request.ts';
import type { OAuthClient } from '../../src/protocol/client-authentication.ts';
import { exchangeCode } from '../../src/protocol/code-exchange.ts';
import { refreshTokens } from '../../src/protocol/refresh-request.ts';
import { revokeTokens } from '../../src/protocol/revocation.ts';
import { tokenBinding } from '../../src/protocol/token-binding.ts';
import type { TokenEndpoint } from '../../src/protocol/token-endpoint.ts';
import type { TokenSet } from '../../src/protocol/token-set.ts';
import type { ResolvedProvider } from '../../src/providers/provider.ts';
import { providerIndex } from '../../src/providers/provider-index.ts';
import { resolveProvider } from '../../src/providers/resolve.ts';
import { loginSettings } from '../../src/settings/login-settings.ts';
import { fixtureNames, type ProviderFixture, providerFixtures } from '../support/provider-fixture.ts';
import { publicJwk, signIdToken } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer, type RecordedRequest } from '../support/quirky-server.ts';

const clientId = 'client-of-a-file';
const clientSecret = 'secret-of-a-file';
const redirectUri = 'http://127.0.0.1:51789/callback';
const accessToken = 'access-token-of-a-file';
const fixtures = providerFixtures();

let server: QuirkyServer;
beforeAll(async () => {
  server = await openQuirkyServer();
});
afterAll(() => server.close());
let before = 0;
beforeEach(() => {
  before = server.requests.length;
});

/** Answers the request that the fixture names, `METHOD https://host/path`, and no other. */
function answer(request: string, reply: unknown, status = 200): void {
  server.on(routeOf(request), json(reply, status));
}

function routeOf(request: string): string {
  const [method = '', url = ''] = request.split(' ');
  return `${method} ${new URL(server.placeOf(url)).pathname}`;
}

/** The only request of this test to that place. */
function onlyRequest(request: string): RecordedRequest {
  const [method, path] = routeOf(request).split(' ');
  const sent = server.requests.slice(before);
  const found = sent.filter((one) => one.method === method && one.path === path);
  expect(found.length, `${request}; sent: ${sent.map((one) => `${one.method} ${one.path}`).join(', ')}`).toBe(
    1,
  );
  return found[0] ?? expect.unreachable();
}

interface Played {
  readonly provider: ResolvedProvider;
  readonly endpoint: TokenEndpoint;
  readonly authorizationUri: URL;
  readonly exchange: () => Promise<TokenSet>;
}

/** The sign-in up to the authorization response, from the file alone. */
async function play(name: string, fixture: ProviderFixture): Promise<Played> {
  const settings = loginSettings(name, { ...fixture.place }, {}, { providers: new Map() });
  if (fixture.metadata !== undefined) {
    answer(`GET ${fixture.metadata.url}`, fixture.metadata.reply);
  }
  const provider = await resolveProvider(settings.provider, {
    fetch: server.fetch,
    allowHttpLoopback: false,
  });
  const { scopes, parameters } = offlineAccessRequest(settings, provider, 'consent-asked');
  const { state, nonce, pkce } = await newAttempt(provider, scopes);
  const asked = authorizationParameters({
    clientId,
    redirectUri,
    scopes,
    scopeSeparator: provider.scopeSeparator,
    state,
    ...(nonce === undefined ? {} : { nonce }),
    ...(pkce === undefined ? {} : { codeChallenge: pkce.codeChallenge }),
    parameters,
  });
  const uri = buildAuthorizationUri(provider.metadata.authorization_endpoint ?? '', asked);
  if (fixture.id_token !== undefined) {
    server.at(provider.metadata.jwks_uri, json({ keys: [publicJwk()] }));
  }
  const idToken = fixture.id_token && {
    id_token: signIdToken({ aud: clientId, nonce, ...fixture.id_token }),
  };
  answer(fixture.token.request, { ...withToken(fixture.token.reply), ...idToken });
  const endpoint: TokenEndpoint = {
    provider,
    client: clientOf(provider),
    fetch: server.fetch,
    allowHttpLoopback: false,
    now: () => new Date(),
    requestedScopes: scopes,
    ...defined({ binding: await tokenBinding(provider, { clock: systemClock }) }),
  };
  const exchange = () =>
    exchangeCode(endpoint, {
      parameters: new URLSearchParams({ code: 'code-of-a-file', state, ...namedIssuer(provider) }),
      state,
      redirectUri,
      ...(pkce === undefined ? {} : { codeVerifier: pkce.codeVerifier }),
      ...(nonce === undefined ? {} : { nonce }),
    });
  return { provider, endpoint, authorizationUri: new URL(uri), exchange };
}

/** What the authorization response says of its server, where the metadata promise that (RFC 9207). */
function namedIssuer({ metadata }: ResolvedProvider): { readonly iss?: string } {
  return metadata.authorization_response_iss_parameter_supported === true ? { iss: metadata.issuer } : {};
}

function clientOf({ clientSecret: kind, clientAuthentication }: ResolvedProvider): OAuthClient {
  return kind === 'none'
    ? { clientId, clientAuthentication: 'none' }
    : { clientId, clientSecret: new Secret(clientSecret), clientAuthentication };
}

/** The reply of the token endpoint with the token where the documentation has it. */
function withToken(reply: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(reply);
  return text.includes('{access_token}')
    ? JSON.parse(text.replace('{access_token}', accessToken))
    : { access_token: accessToken, ...reply };
}

/** Parameters that every authorization request may have (RFC 6749 §4.1.1, RFC 7636 §4.3, OpenID Connect Core §3.1.2.1). */
const usual = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
];

function parametersOf(request: RecordedRequest, isJson: boolean | undefined): Record<string, unknown> {
  if (isJson) {
    return JSON.parse(request.body);
  }
  return Object.fromEntries(new URLSearchParams(request.method === 'GET' ? request.query : request.body));
}

function expectToken(
  request: RecordedRequest,
  fixture: ProviderFixture,
  grant: Record<string, unknown>,
): void {
  const { authentication, parameters = {} } = fixture.token;
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  expect(request.headers.authorization).toBe(authentication === 'basic' ? basic : undefined);
  const client = {
    post: { client_id: clientId, client_secret: clientSecret },
    none: { client_id: clientId },
    basic: {},
  }[authentication];
  expect(parametersOf(request, fixture.token.json)).toEqual({ ...grant, ...client, ...parameters });
}

function withoutRaw({ raw, provider, ...claims }: Profile): object {
  void raw;
  void provider;
  return claims;
}

describe.each([...fixtures])('%s, played from what its documentation says', (name, fixture) => {
  it('is asked where and with what it says', async () => {
    const { authorizationUri, provider } = await play(name, fixture);
    const { url, scope, parameters = {} } = fixture.authorization;
    const expected = new URL(url);
    expect(`${authorizationUri.origin}${authorizationUri.pathname}`).toBe(
      `${expected.origin}${expected.pathname}`,
    );
    expect(authorizationUri.searchParams.get('scope')).toBe(scope ?? null);
    const own = [...authorizationUri.searchParams].filter(([key]) => !usual.includes(key));
    expect(Object.fromEntries(own)).toEqual({ ...Object.fromEntries(expected.searchParams), ...parameters });
    expect(authorizationUri.searchParams.has('code_challenge')).toBe(provider.pkce !== 'never');
  });

  it('gives tokens for the code, and says who signed in', async () => {
    const { provider, endpoint, exchange } = await play(name, fixture);
    const tokens = await exchange();
    expectToken(onlyRequest(fixture.token.request), fixture, {
      grant_type: 'authorization_code',
      code: 'code-of-a-file',
      redirect_uri: redirectUri,
      ...(provider.pkce === 'never' ? {} : { code_verifier: expect.any(String) }),
    });
    expect(tokens.accessToken.reveal()).toBe(accessToken);
    expect(tokens.refreshToken === undefined).toBe(fixture.refresh === undefined);

    const asked = fixture.profile;
    if (asked !== undefined) {
      answer(asked.request, asked.reply);
    }
    if (fixture.emails !== undefined) {
      answer(fixture.emails.request, fixture.emails.reply);
    }
    const profile = await fetchProfile(provider, {
      accessToken: tokens.accessToken,
      ...(tokens.idTokenClaims === undefined ? {} : { idTokenClaims: tokens.idTokenClaims }),
      clientId: endpoint.client.clientId,
      fetch: server.fetch,
    });
    expect(profile === undefined ? {} : withoutRaw(profile)).toEqual(fixture.claims);
    if (asked === undefined) {
      return;
    }
    const request = onlyRequest(asked.request);
    expect(Object.fromEntries(request.query)).toEqual(
      withFilled(asked.query ?? Object.fromEntries(new URL(asked.request.split(' ')[1] ?? '').searchParams)),
    );
    const headers = withFilled(asked.headers ?? {});
    const { query: inQuery = {}, headers: inHeader = {} } = asked;
    const isShownElsewhere = [inQuery, inHeader].some((one) => Object.values(one).includes('{access_token}'));
    const bearer = isShownElsewhere ? undefined : `Bearer ${accessToken}`;
    expect(request.headers).toMatchObject(headers);
    if (headers.authorization === undefined) {
      expect(request.headers.authorization).toBe(bearer);
    }
    expect(request.body !== '').toBe(asked.json === true);
  });

  it('has a map whose every path leads to a claim of the fixture', async () => {
    const { provider } = await play(name, fixture);
    const { map, emails } = provider.profile;
    const { profile } = fixture;
    if (profile === undefined) {
      expect(provider.profile.url ?? provider.endpoints.userinfo_endpoint).toBeUndefined();
      return;
    }
    const claimed = Object.keys(fixture.claims).filter(
      (claim) => emails === undefined || !claim.startsWith('email'),
    );
    expect(claimed.filter((claim) => !(claim in map))).toEqual([]);
    expect(Object.keys(map).filter((claim) => !(claim in fixture.claims))).toEqual([]);
    // Each path is needed: without it, the claim is another one or none.
    for (const [claim, path] of Object.entries(map).filter(([, path]) => path !== true)) {
      const wrong = {
        ...provider,
        profile: { ...provider.profile, map: { ...map, [claim]: 'no.such.member' } },
      };
      const read = () => withoutRaw(readProfile(wrong, profile.reply));
      if (claim === 'sub') {
        expect(read, String(path)).toThrow();
      } else {
        expect(read(), String(path)).not.toEqual(fixture.claims);
      }
    }
  });

  it('refuses a wrong secret in its own words', async () => {
    const { exchange } = await play(name, fixture);
    const { status, reply, code } = fixture.wrong_secret;
    answer(fixture.token.request, reply, status);
    await expect(exchange()).rejects.toMatchObject({ code, exitCode: 5 });
  });

  it('takes tokens back, if it says so', async () => {
    const { provider, endpoint } = await play(name, fixture);
    if (fixture.revocation !== undefined) {
      answer(fixture.revocation.request, {});
    }
    const { client } = endpoint;
    const outcome = await revokeTokens(
      {
        provider,
        client,
        subject: String(fixture.claims.sub),
        fetch: server.fetch,
        allowHttpLoopback: false,
      },
      { accessToken: new Secret(accessToken) },
    );
    expect(outcome).toMatchObject({ kind: fixture.revocation === undefined ? 'not-offered' : 'revoked' });
    if (fixture.revocation !== undefined) {
      onlyRequest(fixture.revocation.request);
    }
  });
});

function withFilled(texts: Readonly<Record<string, string>>): Record<string, string> {
  const fill = (text: string) => text.replace('{access_token}', accessToken).replace('{client_id}', clientId);
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, fill(text)]));
}

const renewed = [...fixtures].flatMap(([name, fixture]) =>
  fixture.refresh === undefined ? [] : [{ name, fixture, refresh: fixture.refresh }],
);

describe.each(renewed)('$name, asked for new tokens', ({ name, fixture, refresh }) => {
  it('is shown the refresh token, and gives others for it', async () => {
    const { endpoint } = await play(name, fixture);
    const request = refresh.request ?? fixture.token.request;
    answer(request, withToken(refresh.reply));
    const tokens = await refreshTokens(endpoint, new Secret('old-refresh-token'), { redirectUri });
    const repeats = endpoint.provider.quirks.includes('refresh-repeats-redirect-uri');
    expectToken(onlyRequest(request), fixture, {
      grant_type: 'refresh_token',
      refresh_token: 'old-refresh-token',
      ...(repeats ? { redirect_uri: redirectUri } : {}),
    });
    expect(tokens.accessToken.reveal()).toBe(accessToken);
    expect(tokens.refreshToken?.reveal()).toBe(refresh.reply.refresh_token ?? 'old-refresh-token');
  });
});

describe('the provider files', () => {
  it('have a fixture each, and no fixture is without its file', () => {
    expect(providerIndex().map(({ name }) => name)).toEqual(fixtureNames().sort());
  });

  it('have pages of documentation that the fixtures name too', () => {
    for (const [name, { documentation }] of fixtures) {
      const file = JSON.parse(readFileSync(new URL(`../../providers/${name}.json`, import.meta.url), 'utf8'));
      expect(file.sources, name).toContain(documentation);
    }
  });
});
