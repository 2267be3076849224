import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openidProvider } from '../../../src/providers/openid.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { type ResolveOptions, resolveProvider } from '../../../src/providers/resolve.ts';
import { json } from '../../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../../support/quirky-server.ts';

let server: QuirkyServer;

beforeEach(async () => {
  server = await openQuirkyServer();
});
afterEach(() => server.close());

/** Resolves a server whose metadata say this besides what every one says; `undefined` leaves a member out. */
function resolve(
  members: Record<string, unknown>,
  options: Partial<ResolveOptions> = {},
  change: Partial<Provider> = {},
) {
  const { origin } = server;
  server.on(
    '/.well-known/openid-configuration',
    json({
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      jwks_uri: `${origin}/jwks`,
      code_challenge_methods_supported: ['S256'],
      ...members,
    }),
  );
  return resolveProvider(
    { ...openidProvider('work', 'Work', origin), ...change },
    { fetch: server.fetch, allowHttpLoopback: true, ...options },
  );
}

const onlyWithCode: readonly (readonly [Record<string, unknown>, string])[] = [
  [{ require_pushed_authorization_requests: true }, 'pushed authorization requests'],
  [{ response_types_supported: ['id_token', 'code id_token'] }, 'response type "code"'],
  [{ response_modes_supported: ['fragment', 'web_message'] }, 'response_modes_supported'],
];
const always: readonly (readonly [Record<string, unknown>, string])[] = [
  [
    { token_endpoint_auth_methods_supported: ['tls_client_auth', 'self_signed_tls_client_auth'] },
    'certificate',
  ],
  [{ jwks_uri: undefined, subject_types_supported: ['public'] }, 'jwks_uri'],
];

describe('what the metadata says cannot work', () => {
  it.each([...onlyWithCode, ...always])(
    '%j is said before anything else happens, exit 3',
    async (members, words) => {
      await expect(resolve(members)).rejects.toMatchObject({
        code: 'config_unsupported_server',
        exitCode: 3,
        message: expect.stringContaining(words),
      });
      expect(server.requests.map(({ path }) => path)).toEqual(['/.well-known/openid-configuration']);
    },
  );

  it.each(onlyWithCode)(
    '%j does not concern the device grant, which is named where it is offered',
    async (members) => {
      const offered = { ...members, device_authorization_endpoint: `${server.origin}/device` };
      await expect(resolve(offered)).rejects.toMatchObject({ hint: expect.stringContaining('--device') });
      expect((await resolve(offered, { withoutCode: true })).issuer).toBe(server.origin);
    },
  );

  it.each(always)('%j concerns the device grant as well', async (members) => {
    await expect(resolve(members, { withoutCode: true })).rejects.toMatchObject({ exitCode: 3 });
  });

  it.each([...onlyWithCode, ...always])('%j does not concern who needs no sign-in', async (members) => {
    expect((await resolve(members, { withoutAuthorization: true })).issuer).toBe(server.origin);
  });

  it.each<Record<string, unknown>>([
    {
      require_pushed_authorization_requests: false,
      pushed_authorization_request_endpoint: 'https://a.example/par',
    },
    {
      require_pushed_authorization_requests: true,
      pushed_authorization_request_endpoint: 'https://a.example/par',
    },
    { response_types_supported: ['code', 'id_token'], response_modes_supported: ['form_post', 'query'] },
    { token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_post'] },
    { require_signed_request_object: true },
    { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
    { token_endpoint_auth_methods_supported: ['client_secret_jwt'] },
    { token_endpoint_auth_methods_supported: ['none'] },
    { token_endpoint_auth_methods_supported: [] },
    {},
  ])('%j can work', async (members) => {
    expect((await resolve(members)).issuer).toBe(server.origin);
  });

  it('is overruled by what the user says: no client authentication, keys of the own entry, no ID Token', async () => {
    const certified = { token_endpoint_auth_methods_supported: ['tls_client_auth'] };
    expect((await resolve(certified, {}, { clientSecret: 'none' })).issuer).toBe(server.origin);
    const keys = { endpoints: { jwks_uri: `${server.origin}/own-keys` } };
    expect((await resolve({ jwks_uri: undefined }, {}, keys)).metadata.jwks_uri).toBe(
      `${server.origin}/own-keys`,
    );
    expect((await resolve({ jwks_uri: undefined }, {}, { scopes: ['read'] })).issuer).toBe(server.origin);
  });
});
