import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError, NetworkError, ProtocolError } from '../../../src/ground/errors.ts';
import { openidProvider } from '../../../src/providers/openid.ts';
import { endpointOrigins, foreignTokenOrigin } from '../../../src/providers/origins.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { s256Support } from '../../../src/providers/require-s256.ts';
import { resolveProvider } from '../../../src/providers/resolve.ts';
import { badGateway, json, redirect, text } from '../../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../../support/quirky-server.ts';

let server: QuirkyServer;

beforeEach(async () => {
  server = await openQuirkyServer();
});
afterEach(() => server.close());

const openid = '/.well-known/openid-configuration';
const oauth = '/.well-known/oauth-authorization-server';

/** Metadata of a well-behaved server whose issuer is the server at that path. */
function metadata(path = '', members: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    issuer: `${server.origin}${path}`,
    authorization_endpoint: `${server.origin}/authorize`,
    token_endpoint: `${server.origin}/token`,
    jwks_uri: `${server.origin}/jwks`,
    userinfo_endpoint: `${server.origin}/userinfo`,
    code_challenge_methods_supported: ['S256'],
    ...members,
  };
}

function resolve(path = '', change: Partial<Provider> = {}) {
  return resolveProvider(
    { ...openidProvider('work', 'Work', `${server.origin}${path}`), ...change },
    { fetch: server.fetch, allowHttpLoopback: true },
  );
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('it should have been refused'),
    (error: unknown) => error,
  );
}

describe('discovery', () => {
  it('reads OpenID Connect Discovery first', async () => {
    server.on(openid, json(metadata()));
    const resolved = await resolve();
    expect(resolved.endpoints.token_endpoint).toBe(`${server.origin}/token`);
    expect(resolved.metadata.jwks_uri).toBe(`${server.origin}/jwks`);
    expect(server.requests).toHaveLength(1);
  });

  it('goes on to RFC 8414, with the path of the issuer at the end', async () => {
    server.on(`${oauth}/tenant`, json(metadata('/tenant')));
    expect((await resolve('/tenant')).metadata.issuer).toBe(`${server.origin}/tenant`);
  });

  it('goes on when a web application answers every path with its page', async () => {
    server.on(openid, text('<html>', 'text/html'));
    server.on(oauth, json(metadata()));
    expect((await resolve()).endpoints.token_endpoint).toBe(`${server.origin}/token`);
  });

  it('asks only where the provider says', async () => {
    server.on(oauth, json(metadata()));
    expect(await failure(resolve('', { discovery: 'openid' }))).toMatchObject({
      code: 'config_no_discovery',
    });
    expect(server.requestsTo(oauth)).toHaveLength(0);
  });

  it('tries the other spelling of the path once, and follows no redirect', async () => {
    server.on(openid, redirect(`${server.origin}/elsewhere`));
    server.on('/elsewhere', json(metadata()));
    server.on(`${openid}/`, json(metadata()));
    await resolve();
    expect(server.requests.map(({ path }) => path)).toEqual([openid, `${openid}/`]);
  });

  it('says so when there is no metadata', async () => {
    const error = await failure(resolve());
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ code: 'config_no_discovery' });
    expect(server.requests).toHaveLength(4);
  });

  it('tells a failing server from a missing document', async () => {
    server.on(openid, badGateway());
    expect(await failure(resolve())).toBeInstanceOf(NetworkError);
    server.on(openid, text('<html>', 'text/html'));
    expect(await failure(resolve())).toMatchObject({ code: 'protocol_invalid_metadata' });
  });

  it('prefers endpoints of the provider itself', async () => {
    server.on(openid, json(metadata()));
    const tokenEndpoint = `${server.origin}/other-token`;
    const resolved = await resolve('', { endpoints: { token_endpoint: tokenEndpoint } });
    expect(resolved.endpoints.token_endpoint).toBe(tokenEndpoint);
    expect(resolved.metadata.token_endpoint).toBe(tokenEndpoint);
    expect(resolved.discovered).not.toContain('token_endpoint');
  });

  it.each([
    [undefined, 'client_secret_basic'],
    [['client_secret_basic'], 'client_secret_basic'],
    [['client_secret_basic', 'client_secret_post'], 'client_secret_post'],
    [['private_key_jwt', 'client_secret_basic'], 'client_secret_basic'],
    [['private_key_jwt', 'client_secret_jwt'], 'client_secret_jwt'],
    [['private_key_jwt'], 'private_key_jwt'],
  ])('with token_endpoint_auth_methods_supported %j authenticates by %s', async (methods, chosen) => {
    server.on(openid, json(metadata('', { token_endpoint_auth_methods_supported: methods })));
    expect((await resolve()).clientAuthentication).toBe(chosen);
  });

  it('asks for no offline_access where the server does not know it', async () => {
    server.on(openid, json(metadata('', { scopes_supported: ['openid', 'email'] })));
    expect((await resolve()).offlineAccess).toEqual({});
    server.on(openid, json(metadata('', { scopes_supported: ['openid', 'offline_access'] })));
    expect((await resolve()).offlineAccess.scopes).toEqual(['offline_access']);
  });

  it('refuses an issuer that is none', async () => {
    for (const issuer of ['http://as.test', 'https://as.test/?x', 'https://u@as.test', 'nonsense']) {
      const provider = openidProvider('work', 'Work', issuer);
      const promise = resolveProvider(provider, { fetch: server.fetch, allowHttpLoopback: true });
      expect(await failure(promise), issuer).toMatchObject({ code: 'config_invalid_value' });
    }
    expect(server.requests).toHaveLength(0);
  });
});

describe('T48 metadata that does not belong to its address', () => {
  it.each([
    ['another path', '/tenant', '/other'],
    ['the root for a tenant', '/tenant', ''],
    ['two slashes more', '/tenant', '/tenant//'],
    ['another case', '/tenant', '/Tenant'],
  ])('%s is refused, and both are shown', async (_, asked, named) => {
    server.on(`${asked.replace(/\/$/, '')}${openid}`, json(metadata(named)));
    const error = await failure(resolve(asked));
    expect(error).toMatchObject({ code: 'protocol_issuer_mismatch' });
    expect(String(error)).toContain(`${server.origin}${asked}`);
    expect(String(error)).toContain(`${server.origin}${named}`);
  });

  it.each([
    ['missing', undefined],
    ['an object', {}],
    ['a terminal sequence', 'https://\u001b[2J'],
  ])('an issuer that is %s is refused and not shown', async (_, issuer) => {
    server.on(openid, json(metadata('', { issuer })));
    const error = await failure(resolve());
    expect(error).toMatchObject({ code: 'protocol_issuer_mismatch' });
    expect(String(error)).not.toContain('\u001b');
  });

  it.each([
    ['more', '/tenant', '/tenant/'],
    ['less', '/tenant/', '/tenant'],
    ['more for the root', '', '/'],
  ])('one slash %s at the end is taken as the document has it', async (_, asked, named) => {
    server.on(`${asked.replace(/\/$/, '')}${openid}`, json(metadata(named)));
    const { issuer, metadata: found } = await resolve(asked);
    expect([issuer, found.issuer]).toEqual([`${server.origin}${named}`, `${server.origin}${named}`]);
  });

  it('does not go on to RFC 8414 after a mismatch', async () => {
    server.on(openid, json(metadata('/other')));
    server.on(oauth, json(metadata()));
    await failure(resolve());
    expect(server.requestsTo(oauth)).toHaveLength(0);
  });
});

describe('T07 PKCE is not downgraded', () => {
  it.each<readonly [string, string[]]>([
    ['plain alone', ['plain']],
    ['nothing', []],
    ['another spelling', ['s256']],
  ])('metadata with %s is refused, and the hint says how to answer for S256', async (_, methods) => {
    server.on(openid, json(metadata('', { code_challenge_methods_supported: methods })));
    const error = await failure(resolve());
    expect(error).toBeInstanceOf(ProtocolError);
    expect(error).toMatchObject({
      code: 'protocol_invalid_metadata',
      hint: expect.stringContaining(
        `oauth-login setup work --issuer ${server.origin} --code-challenge-method S256 --client-id ID --allow-http-loopback, or with "code_challenge_method": "S256"`,
      ),
    });
    expect(String(error)).toContain('S256');
  });

  it.each([[['plain']], [[]], [undefined]])('a quirk may say that S256 works, with %j', async (methods) => {
    server.on(openid, json(metadata('', { code_challenge_methods_supported: methods })));
    await expect(resolve('', { quirks: ['s256-not-advertised'] })).resolves.toHaveProperty('metadata');
  });

  it.each([[undefined], [null]])(
    'metadata without a list (%j) will do: S256 is sent all the same',
    async (methods) => {
      server.on(openid, json(metadata('', { code_challenge_methods_supported: methods })));
      const resolved = await resolve();
      expect(s256Support(resolved, resolved.metadata)).toBe('unannounced');
    },
  );

  it('where no code will be asked for, there is none to protect', async () => {
    server.on(openid, json(metadata('', { code_challenge_methods_supported: ['plain'] })));
    const provider = openidProvider('work', 'Work', server.origin);
    const options = { fetch: server.fetch, allowHttpLoopback: true };
    for (const more of [{ withoutCode: true }, { withoutAuthorization: true }]) {
      await expect(resolveProvider(provider, { ...options, ...more })).resolves.toHaveProperty('metadata');
    }
    expect(await failure(resolveProvider(provider, options))).toBeInstanceOf(ProtocolError);
  });
});

describe('what the catalogue knows of metadata that is fetched by the address of an issuer', () => {
  it.each([
    ['https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0', ['s256-not-advertised']],
    ['https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0', ['s256-not-advertised']],
    ['https://login.microsoftonline.com/a/b/v2.0', []],
    ['https://login.microsoftonline.com//v2.0', []],
    ['https://login.microsoftonline.com/v2.0', []],
    ['https://login.microsoftonline.com.evil.test/a/v2.0', []],
    ['https://evil.test/https://login.microsoftonline.com/a/v2.0', []],
    ['https://accounts.google.com', []],
    ['https://id.twitch.tv/oauth2', []],
  ])('%s: %j', (issuer, quirks) => {
    expect(openidProvider('work', 'Work', issuer).quirks).toEqual(quirks);
  });
});

describe('T43 algorithms of ID Tokens', () => {
  it('keeps only those that can be accepted', async () => {
    const idTokenSigningAlgValuesSupported = ['none', 'HS256', 'RS256', 'ES512', 'EdDSA', 'ES256K'];
    server.on(
      openid,
      json(metadata('', { id_token_signing_alg_values_supported: idTokenSigningAlgValuesSupported })),
    );
    expect((await resolve()).metadata.id_token_signing_alg_values_supported).toEqual([
      'RS256',
      'ES512',
      'EdDSA',
    ]);
  });

  it('refuses a server that has none of them', async () => {
    server.on(openid, json(metadata('', { id_token_signing_alg_values_supported: ['HS256', 'none'] })));
    expect(await failure(resolve())).toMatchObject({ code: 'protocol_invalid_metadata' });
  });
});

describe('T01 T09 T25 endpoints from metadata', () => {
  const names = [
    'authorization_endpoint',
    'token_endpoint',
    'userinfo_endpoint',
    'revocation_endpoint',
    'device_authorization_endpoint',
    'jwks_uri',
    'pushed_authorization_request_endpoint',
  ];
  it.each(names)('a bad %s is refused', async (name) => {
    for (const bad of ['http://as.test/', 'file:///etc/passwd', 'https://u:p@as.test/', 7]) {
      server.on(openid, json(metadata('', { [name]: bad })));
      expect(await failure(resolve()), String(bad)).toMatchObject({ code: 'protocol_invalid_metadata' });
    }
  });

  it('an authorization endpoint with parameters of ours is refused', async () => {
    const authorizationEndpoint = 'https://as.test/authorize?client_id=a';
    server.on(openid, json(metadata('', { authorization_endpoint: authorizationEndpoint })));
    expect(await failure(resolve())).toMatchObject({ code: 'protocol_invalid_metadata' });
  });

  it('a missing endpoint is refused', async () => {
    server.on(openid, json(metadata('', { token_endpoint: undefined })));
    expect(await failure(resolve())).toMatchObject({ code: 'protocol_invalid_metadata' });
  });

  it('a bad address in the configured profile request is refused', async () => {
    server.on(openid, json(metadata()));
    const profile = { url: 'http://as.test/me', map: { sub: 'id' } };
    expect(await failure(resolve('', { profile }))).toMatchObject({ code: 'config_invalid_value' });
    expect(server.requests).toHaveLength(0);
  });
});

describe('T42 keys that mean something to objects', () => {
  it('are neither inherited from nor copied', async () => {
    const hostile = `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},${JSON.stringify(
      metadata(),
    ).slice(1)}`;
    server.on(openid, text(hostile, 'application/json'));
    const resolved = await resolve();
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.keys(resolved.metadata).sort()).toEqual([...Object.keys(metadata())].sort());
  });

  it('members of a wrong type are refused', async () => {
    for (const members of [
      { scopes_supported: 'openid' },
      { scopes_supported: [7] },
      { authorization_response_iss_parameter_supported: 'true' },
    ]) {
      server.on(openid, json(metadata('', members)));
      expect(await failure(resolve())).toMatchObject({ code: 'protocol_invalid_metadata' });
    }
  });
});

describe('T04 origins', () => {
  it('tells where discovered metadata would send the code, when that is another origin', async () => {
    server.on(openid, json(metadata('', { token_endpoint: 'https://evil.test/token' })));
    const resolved = await resolve();
    expect(foreignTokenOrigin(resolved)).toBe('https://evil.test');
    expect(endpointOrigins(resolved).authorization_endpoint).toBe(server.origin);
  });

  it('tells of endpoints of another server whose tokens would come to an issuer that was typed', async () => {
    const both = {
      authorization_endpoint: 'https://trusted.test/a',
      token_endpoint: 'https://trusted.test/t',
    };
    server.on(openid, json(metadata('', both)));
    const resolved = await resolve();
    expect(foreignTokenOrigin(resolved)).toBe('https://trusted.test');
    expect(foreignTokenOrigin({ ...resolved, discovery: 'openid' })).toBeUndefined();
    // Some issuers leave everything but their keys to another host, which then gets all tokens itself.
    const { userinfo_endpoint: _own, ...without } = resolved.endpoints;
    const there = { ...without, userinfo_endpoint: 'https://trusted.test/me' };
    expect(foreignTokenOrigin({ ...resolved, endpoints: there })).toBeUndefined();
  });

  it('says nothing of one origin, nor of endpoints the provider itself pairs', async () => {
    server.on(openid, json(metadata()));
    expect(foreignTokenOrigin(await resolve())).toBeUndefined();
    const endpoints = {
      authorization_endpoint: 'https://a.example/authorize',
      token_endpoint: 'https://b.example/token',
    };
    expect(foreignTokenOrigin(await resolve('', { endpoints }))).toBeUndefined();
  });
});
