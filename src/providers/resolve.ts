import type { AuthorizationServer } from 'oauth4webapi';
import { defined } from '../ground/defined.ts';
import { ConfigurationError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { discoverMetadata } from './discovery.ts';
import { checkEndpoint } from './endpoint.ts';
import { endpointNames, invalidMetadata, readMetadata } from './metadata.ts';
import { scopesAtServer } from './openid.ts';
import type {
  ClientAuthentication,
  Endpoints,
  OfflineAccess,
  Provider,
  ResolvedProvider,
} from './provider.ts';
import { requireS256 } from './require-s256.ts';
import { requireWorkable } from './require-workable.ts';

/** What resolving needs from outside. */
export interface ResolveOptions {
  readonly fetch: Fetch;
  /** Plain http to a literal loopback address or to `localhost` is allowed. */
  readonly allowHttpLoopback: boolean;
  /** No authorization request will be made: a server without authorization endpoint, or without PKCE, will do. */
  readonly withoutAuthorization?: boolean;
  /** No authorization code will be asked for (RFC 8628), so there is none that PKCE would have to protect. */
  readonly withoutCode?: boolean;
}

/**
 * Gives the expanded provider with its endpoints found and checked; asks the network only for metadata. Throws a
 * `ConfigurationError` when the provider's own row is wrong or there is no metadata, a `ProtocolError` when the
 * metadata must not be used, and a `NetworkError` when the server fails.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8414#section-3
 */
export async function resolveProvider(asked: Provider, options: ResolveOptions): Promise<ResolvedProvider> {
  const own = validateOwnEndpoints(asked, options);
  if (asked.oauth1 !== undefined) {
    return withHost({ ...asked, endpoints: {}, discovered: [], metadata: { issuer: asked.issuer } });
  }
  if (asked.discovery === 'none') {
    const complete = { ...asked, endpoints: own, discovered: [] };
    return withHost({ ...complete, metadata: { issuer: asked.issuer, ...own } });
  }
  validateIssuerIdentifier(asked, options);
  const { document, issuer } =
    asked.published === undefined
      ? await discoverMetadata(asked, options)
      : { document: asked.published, issuer: asked.issuer };
  const published = readMetadata(document, { ...asked, issuer }, options);
  const scopes = scopesAtServer(asked, document, published.scopes_supported);
  const provider = { ...asked, issuer, scopes };
  if (options.withoutAuthorization !== true) {
    if (options.withoutCode !== true) {
      requireS256(provider, published);
    }
    requireAcceptedAlgorithm(provider, published);
  }
  const { userinfo_endpoint, ...others } = published;
  const userInfo = provider.withoutUserInfo || userinfo_endpoint === undefined ? {} : { userinfo_endpoint };
  const metadata: AuthorizationServer = { ...others, ...userInfo, ...own };
  if (options.withoutAuthorization !== true) {
    requireWorkable(provider, metadata, options);
  }
  const endpoints: Record<string, string> = {};
  for (const name of endpointNames) {
    const endpoint = metadata[name];
    if (endpoint !== undefined) {
      endpoints[name] = endpoint;
    }
  }
  const authorizes = options.withoutAuthorization === true || metadata.authorization_endpoint !== undefined;
  if (!authorizes || metadata.token_endpoint === undefined) {
    throw invalidMetadata(provider, 'the authorization endpoint or the token endpoint is missing');
  }
  return withHost({
    ...provider,
    endpoints,
    metadata,
    discovered: endpointNames.filter((name) => name in endpoints && own[name] === undefined),
    clientAuthentication: chooseClientAuthentication(provider, published),
    ...knownPrompts(published),
    offlineAccess: supportedOfflineAccess(provider.offlineAccess, published.scopes_supported),
  });
}

function withHost(provider: ResolvedProvider): ResolvedProvider {
  return provider.hosts === undefined ? provider : { ...provider, host: provider.hosts.default };
}

/** Checks every address that stands in the provider's row, those of the API included. */
function validateOwnEndpoints(provider: Provider, options: ResolveOptions): Partial<Endpoints> {
  const own: Record<string, string> = {};
  for (const name of endpointNames) {
    const value = provider.endpoints[name];
    if (value !== undefined) {
      own[name] = validateOwnEndpoint(provider, name, value, options);
    }
  }
  const { profile, revocation, device, oauth1 } = provider;
  const further = [
    ['profile.url', profile.url],
    ['profile.emails.url', profile.emails?.url],
    ['device.loginStatusEndpoint', device?.loginStatusEndpoint],
    ['token_request.refresh_url', provider.tokenRequest?.refreshUrl],
    ['oauth1.temporary_credential_uri', oauth1?.temporaryCredentialUri],
    ['oauth1.authorization_uri', oauth1?.authorizationUri],
    ['oauth1.token_uri', oauth1?.tokenUri],
    [
      'revocation.url',
      revocation.kind === 'request' ? revocation.url.replace(/\{(?:client_id|sub)\}/g, '0') : undefined,
    ],
  ] as const;
  for (const [name, value] of further) {
    if (value !== undefined) {
      validateOwnEndpoint(provider, name, value, options);
    }
  }
  if (
    provider.discovery === 'none' &&
    oauth1 === undefined &&
    (own.authorization_endpoint === undefined || own.token_endpoint === undefined)
  ) {
    throw new ConfigurationError(
      'config_invalid_value',
      `${provider.name} has no authorization endpoint or no token endpoint`,
      { hint: `configure both endpoints of ${provider.name}, or an issuer that publishes metadata` },
    );
  }
  return own;
}

function validateOwnEndpoint(
  provider: Provider,
  name: string,
  value: string,
  options: ResolveOptions,
): string {
  const checked = checkEndpoint(value, { ...options, authorization: name === 'authorization_endpoint' });
  if ('fault' in checked) {
    throw new ConfigurationError('config_invalid_value', `${name} of ${provider.name} ${checked.fault}`, {
      hint: checked.hint ?? `correct ${name} in the configuration of ${provider.name}`,
      ...defined({ missing: checked.missing }),
    });
  }
  return checked.href;
}

/** An Issuer Identifier is an https URL without query and fragment (RFC 8414 §2). */
function validateIssuerIdentifier(provider: Provider, options: ResolveOptions): void {
  const checked = checkEndpoint(provider.issuer, options);
  const fault =
    'fault' in checked ? checked.fault : provider.issuer.includes('?') ? 'contains a query' : undefined;
  const { hint: advice, missing } = 'fault' in checked ? checked : {};
  if (fault !== undefined) {
    throw new ConfigurationError('config_invalid_value', `the issuer of ${provider.label} ${fault}`, {
      hint: advice ?? 'an issuer looks like https://login.example.com or https://login.example.com/tenant',
      ...defined({ missing }),
    });
  }
}

function requireAcceptedAlgorithm(provider: Provider, published: AuthorizationServer): void {
  const accepted = published.id_token_signing_alg_values_supported;
  if (accepted?.length === 0 && provider.scopes.includes('openid')) {
    throw invalidMetadata(provider, 'it signs ID Tokens only with algorithms that are not safe to accept');
  }
}

/** Post where both are offered: several servers take Basic credentials without decoding them. */
function chooseClientAuthentication(
  provider: Provider,
  published: AuthorizationServer,
): Exclude<ClientAuthentication, 'none'> {
  const offered = published.token_endpoint_auth_methods_supported;
  if (offered?.includes('client_secret_post')) {
    return 'client_secret_post';
  }
  const ways = ['client_secret_basic', 'client_secret_jwt', 'private_key_jwt'] as const;
  return ways.find((way) => offered?.includes(way)) ?? provider.clientAuthentication;
}

/** A server that does not list `offline_access` may refuse the whole request for it. */
function supportedOfflineAccess(
  wanted: OfflineAccess,
  supported: readonly string[] | undefined,
): OfflineAccess {
  if (wanted.scopes === undefined || (supported === undefined && !wanted.onlyListedScopes)) {
    return wanted;
  }
  const scopes = wanted.scopes.filter((scope) => supported?.includes(scope));
  if (scopes.length === 0) {
    return wanted.parameters === undefined ? {} : { parameters: wanted.parameters };
  }
  return { ...wanted, scopes };
}

/** Initiating User Registration via OpenID Connect 1.0 §4 has the name; what is malformed says nothing. */
function knownPrompts({
  prompt_values_supported: values,
}: AuthorizationServer): Pick<Provider, 'promptValues'> {
  if (!Array.isArray(values)) {
    return {};
  }
  return { promptValues: values.filter((value) => typeof value === 'string') };
}
