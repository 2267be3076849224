import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { errors, type Provider, type TokenEndpointGrantContext } from 'oidc-provider';
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import { type CiIdentityStub, SUBJECT } from './ci-identity.ts';

export const CLIENT_SECRET = 'the-secret-of-a-machine-of-at-least-32-bytes';
export const ASSERTION_GRANT = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
export const EXCHANGE_GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const API = 'https://api.example.com/';

/** A key pair of a client, in the forms a key file can have. */
export interface ClientKey {
  readonly privateKey: KeyObject;
  readonly publicJwk: Record<string, unknown>;
  readonly pem: string;
  readonly jwk: Record<string, unknown>;
}

export type KeyKind = 'RS256' | 'ES256' | 'EdDSA';

export function clientKey(kind: KeyKind): ClientKey {
  const privateKey = privateKeyOf(kind);
  return {
    privateKey,
    pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    jwk: { ...privateKey.export({ format: 'jwk' }), kid: kind },
    publicJwk: { ...createPublicKey(privateKey).export({ format: 'jwk' }), kid: kind, use: 'sig' },
  };
}

function privateKeyOf(kind: KeyKind): KeyObject {
  switch (kind) {
    case 'RS256':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    case 'ES256':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'EdDSA':
      return generateKeyPairSync('ed25519').privateKey;
  }
}

/** The keys that the clients `machine-key-…` are registered with, and who may sign assertions. */
export interface MachineKeys {
  readonly clients?: ReadonlyMap<KeyKind, ClientKey>;
  /** Whose assertions count (RFC 7523 §3), by `iss`. */
  readonly assertionIssuers?: ReadonlyMap<string, KeyObject>;
}

/** The CI system whose identities are exchanged. */
type CiIdentity = Pick<CiIdentityStub, 'publicKey' | 'issuer'>;

const noCi = (): never => {
  throw new Error('no exchange is asked for here');
};

/**
 * A strict server for clients without a person: client credentials by every method, an assertion grant that verifies
 * what it is given, and a token exchange that takes the identities of one CI system, made out to this server.
 */
export async function startMachineServer(
  keys: MachineKeys,
  ci: () => CiIdentity = noCi,
): Promise<AuthorizationServer> {
  const machine = (clientId: string, more: object) => ({
    client_id: clientId,
    grant_types: ['client_credentials', 'refresh_token', ASSERTION_GRANT, EXCHANGE_GRANT],
    response_types: [],
    redirect_uris: [],
    scope: 'read write',
    ...more,
  });
  const withSecret = (method: string) =>
    machine(`machine-${method}`, { client_secret: CLIENT_SECRET, token_endpoint_auth_method: method });
  return startAuthorizationServer({
    accessTokenLifetime: 300,
    further: {
      scopes: ['read', 'write', 'admin'],
      clients: [
        withSecret('client_secret_basic'),
        withSecret('client_secret_post'),
        withSecret('client_secret_jwt'),
        ...[...(keys.clients ?? [])].map(([kind, { publicJwk }]) =>
          machine(`machine-key-${kind}`, {
            token_endpoint_auth_method: 'private_key_jwt',
            jwks: { keys: [publicJwk] },
          }),
        ),
        {
          ...machine('machine-public', { token_endpoint_auth_method: 'none' }),
          grant_types: [ASSERTION_GRANT, EXCHANGE_GRANT],
        },
      ],
      features: {
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_ctx, resource) => {
            if (resource !== API) {
              throw new errors.InvalidTarget();
            }
            return { scope: 'read write', audience: resource };
          },
        },
      },
    },
    extend: (provider) => {
      registerAssertionGrant(provider, keys.assertionIssuers ?? new Map());
      registerExchangeGrant(provider, ci);
    },
  });
}

function registerAssertionGrant(provider: Provider, issuers: ReadonlyMap<string, KeyObject>): void {
  const seen = new Set<unknown>();
  provider.registerGrantType<{ assertion?: string; scope?: string }>(
    ASSERTION_GRANT,
    async (ctx) => {
      const { iss } = claimsOf(ctx.oidc.params.assertion);
      const key = typeof iss === 'string' ? issuers.get(iss) : undefined;
      const claims = verified(ctx.oidc.params.assertion, key);
      const mine = [provider.issuer, `${provider.issuer}/token`];
      if (!mine.includes(String(claims.aud))) {
        throw new errors.InvalidGrant('wrong audience');
      }
      if (Number(claims.exp) - Number(claims.iat) > 3600) {
        throw new errors.InvalidGrant('too long');
      }
      if (claims.jti === undefined || seen.has(claims.jti)) {
        throw new errors.InvalidGrant('used before');
      }
      seen.add(claims.jti);
      await answer(ctx, provider, String(claims.scope ?? ctx.oidc.params.scope ?? ''));
    },
    ['assertion', 'scope'],
  );
}

function registerExchangeGrant(provider: Provider, ci: () => CiIdentity): void {
  provider.registerGrantType<Record<string, string>>(
    EXCHANGE_GRANT,
    async (ctx) => {
      const { subject_token, subject_token_type, requested_token_type, audience } = ctx.oidc.params;
      if (subject_token_type !== 'urn:ietf:params:oauth:token-type:jwt') {
        throw new errors.InvalidRequest('subject_token_type is not supported');
      }
      const claims = verified(subject_token, ci().publicKey);
      if (claims.iss !== ci().issuer || claims.sub !== SUBJECT) {
        throw new errors.InvalidRequest('unknown subject');
      }
      if (claims.aud !== provider.issuer) {
        throw new errors.InvalidRequest('the subject token is for somebody else');
      }
      if (audience === 'unknown') {
        throw new errors.InvalidTarget();
      }
      const type = requested_token_type ?? 'urn:ietf:params:oauth:token-type:access_token';
      await answer(ctx, provider, ctx.oidc.params.scope ?? '', {
        issued_token_type: type,
        ...(type.endsWith(':access_token') ? {} : { token_type: 'N_A' }),
      });
    },
    ['subject_token', 'subject_token_type', 'requested_token_type', 'audience', 'scope'],
  );
}

async function answer(
  ctx: TokenEndpointGrantContext,
  provider: Provider,
  scope: string,
  more: Record<string, unknown> = {},
): Promise<void> {
  const token = new provider.ClientCredentials({
    client: ctx.oidc.client,
    ...(scope === '' ? {} : { scope }),
  });
  const accessToken = await token.save();
  ctx.body = {
    access_token: accessToken,
    expires_in: token.expiration,
    token_type: 'Bearer',
    ...(scope === '' ? {} : { scope }),
    ...more,
  };
}

function verified(jwt: string | undefined, key: KeyObject | undefined): Record<string, unknown> {
  const [header = '', payload = '', signature = ''] = (jwt ?? '').split('.');
  const { alg } = decode(header);
  const isRight =
    key !== undefined &&
    alg === 'RS256' &&
    verify(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      createPublicKeyOf(key),
      Buffer.from(signature, 'base64url'),
    );
  if (!isRight) {
    throw new errors.InvalidGrant('invalid signature');
  }
  const claims = decode(payload);
  const now = Date.now() / 1000;
  if (!(Number(claims.exp) > now)) {
    throw new errors.InvalidGrant('expired');
  }
  if (Number(claims.iat) > now + 5) {
    throw new errors.InvalidGrant('issued in the future');
  }
  return claims;
}

function createPublicKeyOf(key: KeyObject): KeyObject {
  return key.type === 'public' ? key : createPublicKey(key);
}

function claimsOf(jwt: string | undefined): Record<string, unknown> {
  return decode((jwt ?? '').split('.')[1] ?? '');
}

function decode(part: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return {};
  }
}
