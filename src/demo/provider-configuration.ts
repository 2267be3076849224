import { randomBytes } from 'node:crypto';
import type { ClientMetadata, Configuration, JWK } from 'oidc-provider';
import { confirmDevicePage, deviceApprovedPage, enterCodePage, failurePage } from './device-pages.ts';
import { MemoryAdapter } from './memory-adapter.ts';
import { sendPage } from './page.ts';
import type { Person } from './person.ts';
import { picturePath } from './person.ts';

/** A client that can keep a secret (RFC 6749 §2.1). */
export interface ConfidentialClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly authentication: 'client_secret_basic' | 'client_secret_post';
  readonly redirectUris: readonly string[];
}

/** Further clients (RFC 7591 §2), scopes and features of the provider, as `oidc-provider` takes them. */
export interface FurtherConfiguration {
  readonly clients?: readonly ClientMetadata[];
  readonly scopes?: readonly string[];
  /** More keys, besides the one that signs. */
  readonly keys?: readonly JWK[];
  /** The methods of client authentication beyond those that the library has at first. */
  readonly clientAuthMethods?: Configuration['clientAuthMethods'];
  /** Whom the server tells about a token (RFC 7662); by default the client that it was issued to. */
  readonly introspectionPolicy?: () => boolean;
  readonly features?: Pick<
    NonNullable<Configuration['features']>,
    | 'ciba'
    | 'claimsParameter'
    | 'clientCredentials'
    | 'dPoP'
    | 'encryption'
    | 'fapi'
    | 'jwtResponseModes'
    | 'jwtUserinfo'
    | 'mTLS'
    | 'pushedAuthorizationRequests'
    | 'registration'
    | 'registrationManagement'
    | 'requestObjects'
    | 'resourceIndicators'
  >;
}

/** What the embedded provider is made of. */
export interface ProviderParts {
  readonly issuer: string;
  readonly clientId: string;
  readonly confidentialClients: readonly ConfidentialClient[];
  readonly further: FurtherConfiguration;
  readonly people: readonly Person[];
  readonly signingKey: JWK;
  /** Lifetimes in seconds. */
  readonly accessTokenLifetime: number;
  readonly refreshTokenLifetime: number;
  readonly idTokenLifetime: number;
}

const grantTypes = ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'];
const MINUTES = 60;

/** The strict side of `oidc-provider`: PKCE for every client, rotation of every refresh token, opaque access tokens. */
export function providerConfiguration(parts: ProviderParts): Configuration {
  return {
    adapter: MemoryAdapter,
    clients: [
      publicClient(parts.clientId),
      ...parts.confidentialClients.map(confidentialClient),
      ...(parts.further.clients ?? []),
    ],
    jwks: { keys: [parts.signingKey, ...(parts.further.keys ?? [])] },
    cookies: { keys: [randomBytes(32).toString('base64url')] },
    clockTolerance: 0,
    pkce: { required: () => true },
    // A refresh token that comes a second time revokes the whole grant (RFC 9700 §4.14.2); the library does
    // that for every token that was rotated, so rotating always is what makes the detection complete.
    rotateRefreshToken: true,
    clientBasedCORS: () => false,
    ...(parts.further.clientAuthMethods === undefined
      ? {}
      : { clientAuthMethods: parts.further.clientAuthMethods }),
    scopes: ['openid', 'offline_access', ...(parts.further.scopes ?? [])],
    claims: {
      openid: ['sub'],
      profile: ['name', 'preferred_username', 'picture', 'profile'],
      email: ['email', 'email_verified'],
    },
    findAccount: (_ctx, sub) => {
      const person = parts.people.find((each) => each.sub === sub);
      return person && { accountId: sub, claims: () => claimsOf(person, parts.issuer) };
    },
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
    renderError: (ctx, out) => sendPage(ctx, failurePage(out.error, out.error_description)),
    ttl: {
      AccessToken: parts.accessTokenLifetime,
      ClientCredentials: parts.accessTokenLifetime,
      AuthorizationCode: MINUTES,
      DeviceCode: 10 * MINUTES,
      IdToken: parts.idTokenLifetime,
      RefreshToken: parts.refreshTokenLifetime,
      Interaction: 10 * MINUTES,
      Session: 60 * MINUTES,
      Grant: parts.refreshTokenLifetime,
    },
    features: {
      devInteractions: { enabled: false },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: { enabled: false },
      userinfo: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy:
          parts.further.introspectionPolicy ?? ((_ctx, client, token) => token.clientId === client.clientId),
      },
      revocation: {
        enabled: true,
        allowedPolicy: (_ctx, client, token) => token.clientId === client.clientId,
      },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: (ctx, _form, _out, error) =>
          sendPage(ctx, enterCodePage(xsrf(ctx.oidc.session), error !== undefined)),
        userCodeConfirmSource: (ctx, _form, client, _device, userCode) =>
          sendPage(
            ctx,
            confirmDevicePage(xsrf(ctx.oidc.session), client.clientName ?? client.clientId, userCode),
          ),
        successSource: (ctx) =>
          sendPage(ctx, deviceApprovedPage(ctx.oidc.client?.clientName ?? 'the application')),
      },
      ...parts.further.features,
    },
  };
}

function publicClient(clientId: string): ClientMetadata {
  return {
    client_id: clientId,
    client_name: 'oauth-login demo',
    application_type: 'native',
    token_endpoint_auth_method: 'none',
    grant_types: grantTypes,
    response_types: ['code'],
    // Without a port: a native client's loopback redirect URI matches on every port (RFC 8252 §7.3).
    redirect_uris: ['http://127.0.0.1/callback'],
    post_logout_redirect_uris: ['http://127.0.0.1/callback'],
  };
}

function confidentialClient(client: ConfidentialClient): ClientMetadata {
  return {
    client_id: client.clientId,
    client_secret: client.clientSecret,
    client_name: `oauth-login demo (${client.clientId})`,
    application_type: 'native',
    token_endpoint_auth_method: client.authentication,
    grant_types: grantTypes,
    response_types: ['code'],
    redirect_uris: [...client.redirectUris],
  };
}

function claimsOf(person: Person, issuer: string) {
  return {
    sub: person.sub,
    name: person.name,
    preferred_username: person.username,
    picture: `${issuer}${picturePath(person)}`,
    profile: `${issuer}/people/${person.username}`,
    email: person.email,
    email_verified: person.emailVerified,
  };
}

function xsrf(session: { readonly state?: Record<string, unknown> | undefined } | undefined): string {
  const secret = session?.state?.secret;
  return typeof secret === 'string' ? secret : '';
}
