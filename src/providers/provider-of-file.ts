import { nameByOAuth1 } from './oauth1.ts';
import type { Provider } from './provider.ts';
import { oauth1Server, providerByOAuth1 } from './provider-by-oauth1.ts';
import type { ProviderFile, SharedMembers } from './provider-file.ts';

/**
 * Gives the provider that a file describes; what the file leaves out has the value that the standards, or most
 * providers, have. The file has to be checked already.
 */
export function providerOfFile(name: string, file: ProviderFile): Provider {
  const provider = plainProvider(name, file);
  if (file.oauth1 === undefined) {
    return provider;
  }
  const server = oauth1Server(file.oauth1);
  if (file.endpoints === undefined && file.discovery === undefined) {
    return providerByOAuth1(provider, server);
  }
  const { profile, registration, notes = [], doubts = [] } = file.oauth1;
  const own = {
    ...provider,
    name: nameByOAuth1(name),
    label: `${file.label} (OAuth 1.0a)`,
    notes,
    doubts,
    ...present({ profile, registration: registration && registrationOf(registration) }),
  };
  return { ...provider, byOAuth1: () => providerByOAuth1(own, server) };
}

function plainProvider(name: string, file: ProviderFile): Provider {
  const { redirect } = file;
  return {
    name,
    label: file.label,
    issuer: file.issuer,
    discovery: file.discovery ?? 'none',
    endpoints: file.endpoints ?? {},
    ...present({ hosts: file.hosts === undefined ? undefined : hostsOf(file.hosts) }),
    ...present({
      tenant: file.tenant,
      tenantNames: file.tenant_names,
      sharedTenants: file.shared_tenants,
      scopeAliases: file.scope_aliases,
    }),
    scopes: file.scopes,
    scopeSeparator: ' ',
    pkce: file.pkce,
    clientAuthentication: file.client_authentication ?? 'client_secret_post',
    clientSecret: file.client_secret,
    redirect: { host: redirect.host, path: pathOf(redirect.path), port: redirect.port },
    offlineAccess: {},
    ...present({
      shortLived: file.short_lived,
      refreshTokenEnds: file.refresh_token_ends,
      refusals: file.refusals,
    }),
    authorizationParameters: file.parameters ?? {},
    ...present({
      promptValues: file.prompt_values,
      trustedAudiences: file.trusted_audiences,
      idTokenNonce: file.id_token_nonce,
      idTokenIssuers: file.id_token_issuers,
      apiOrigins: file.api_origins,
    }),
    profile: file.profile,
    revocation: revocationOf(file.revocation),
    ...present({
      device: file.device === undefined ? undefined : deviceOf(file.device),
      registration: file.registration === undefined ? undefined : registrationOf(file.registration),
      selfRegistration: file.self_registration,
      clientFile: file.client_file,
      reviewPage: file.review_page,
      consoles: file.consoles,
    }),
    quirks: [],
    notes: file.notes ?? [],
    confidence: file.confidence,
    ...present({ doubts: file.doubts }),
    ...withSharedMembers(file),
  };
}

/** Gives what a provider file, or an entry of config.json, says of requests and replies. */
export function withSharedMembers(file: SharedMembers): Partial<Provider> {
  const { offline_access: offline, token_request: request } = file;
  return present({
    scopeSeparator: file.scope_separator,
    pkce: file.pkce,
    pushedRequests: file.pushed_authorization_requests,
    responseMode: file.response_mode,
    requestObject: file.request_object,
    offlineAccess: offline === undefined ? undefined : offlineAccessOf(offline),
    tokenRequest: request === undefined ? undefined : tokenRequestOf(request),
    tokenReply: file.token_reply,
    profile: file.profile,
    apiHeaders: file.api_headers,
    apiVariables: file.api_variables,
    tokenPresentation: file.token_presentation,
    dpop: file.dpop,
    identity: file.identity,
    git: file.git,
    registry: file.registry,
    refreshTokenDays: file.refresh_token_days,
    revocation: file.revocation === undefined ? undefined : revocationOf(file.revocation),
    quirks: file.quirks,
  });
}

function offlineAccessOf({ consent_parameters, ...rest }: NonNullable<ProviderFile['offline_access']>) {
  return { ...rest, ...present({ consentParameters: consent_parameters }) };
}

/** The members that have a value. */
function present<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const entries = Object.entries(members).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries) as { [Name in keyof Members]?: Exclude<Members[Name], undefined> };
}

function pathOf(path = '/callback'): `/${string}` {
  return `/${path.slice(1)}`;
}

function hostsOf(hosts: NonNullable<ProviderFile['hosts']>): NonNullable<Provider['hosts']> {
  const api = hosts.api?.map(({ host, base }) => [host, base] as const);
  return { default: hosts.default ?? '', ...present({ api, belowPath: hosts.below_path }) };
}

function tokenRequestOf({ refresh_url, ...rest }: NonNullable<ProviderFile['token_request']>) {
  return { ...rest, ...present({ refreshUrl: refresh_url }) };
}

function revocationOf(revocation: ProviderFile['revocation']): Provider['revocation'] {
  if (revocation.kind !== 'rfc7009') {
    return revocation;
  }
  return { kind: 'rfc7009', ...present({ tokenOnly: revocation.token_only }) };
}

function deviceOf(device: NonNullable<ProviderFile['device']>): NonNullable<Provider['device']> {
  return {
    ...present({
      verificationHosts: device.verification_hosts,
      clientSecret: device.client_secret,
      clientToken: device.client_token,
      authenticatesWhilePolling: device.authenticates_while_polling,
      ownRegistration: device.own_registration,
      kindOfClient: device.kind_of_client,
      scopeParameter: device.scope_parameter,
      withoutScopes: device.without_scopes,
      loginStatusEndpoint: device.login_status_endpoint,
      since: device.since,
      refusals: device.refusals,
    }),
    steps: device.steps,
  };
}

function registrationOf(registration: NonNullable<ProviderFile['registration']>) {
  return {
    page: registration.page,
    terms: {
      clientId: registration.client_id ?? 'Client ID',
      ...present({ clientSecret: registration.client_secret }),
    },
    ...present({
      clientIdKind: registration.client_id_kind,
      withoutRedirectUri: registration.without_redirect_uri,
      prefill: registration.prefill,
    }),
    steps: registration.steps,
  };
}
