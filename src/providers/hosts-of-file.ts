import type { ProviderFile } from './provider-file.ts';

/** A host that a provider file names. */
export interface FileHost {
  /** As it goes over the wire: in ASCII, in full, with its port; a `{host}` without a default is not filled in. */
  readonly host: string;
  /** The name alone, by which two hosts are compared: without the port, and without the dot of the root. */
  readonly hostname: string;
  /** What the host gets. */
  readonly purposes: readonly string[];
}

/** Every host to which the file leads the browser, a secret or a token, in the order of a sign-in. */
export function hostsOfFile(file: ProviderFile): FileHost[] {
  const {
    endpoints = {},
    profile,
    revocation,
    token_request,
    oauth1,
    self_registration: self,
    hosts = {},
  } = file;
  const filled = (address: string) =>
    (address.includes('{api}')
      ? (hosts.api ?? []).map(({ base }) => address.replace('{api}', base))
      : [address]
    ).map((one) => one.replaceAll('{host}', hosts.default ?? '{host}'));
  const addresses: readonly (readonly [string, string | undefined])[] = [
    ['metadata', file.discovery === undefined ? undefined : file.issuer],
    ['sign-in page', endpoints.authorization_endpoint],
    ['sign-in page', oauth1?.authorization_uri],
    ['secrets and tokens', oauth1?.temporary_credential_uri],
    ['secrets and tokens', oauth1?.token_uri],
    ['tokens', oauth1?.profile?.url],
    ['device sign-in', endpoints.device_authorization_endpoint],
    ['codes, secrets and tokens', endpoints.token_endpoint],
    ['sign-in requests and secrets', endpoints.pushed_authorization_request_endpoint],
    ['sign-in requests and secrets', endpoints.backchannel_authentication_endpoint],
    ['codes, secrets and tokens', token_request?.refresh_url],
    ['tokens', endpoints.userinfo_endpoint],
    ['tokens', endpoints.revocation_endpoint],
    ['tokens', endpoints.introspection_endpoint],
    ['tokens', profile.url],
    ['tokens', profile.emails?.url],
    ['tokens', 'url' in revocation ? revocation.url : undefined],
    ...(file.api_origins ?? []).map((origin) => ['tokens', origin] as const),
    ...(file.git?.origins ?? []).map((origin) => ['tokens', origin] as const),
    ...(file.registry?.origins ?? []).map((origin) => ['tokens', origin] as const),
    ['registration', self !== undefined && 'endpoint' in self ? self.endpoint : undefined],
    ['keys of ID Tokens', endpoints.jwks_uri],
  ];
  const purposes = new Map<string, Set<string>>();
  for (const [purpose, address] of addresses) {
    for (const one of address === undefined ? [] : filled(address)) {
      const host = hostOf(one);
      if (host !== undefined) {
        purposes.set(host, (purposes.get(host) ?? new Set()).add(purpose));
      }
    }
  }
  return [...purposes].map(([host, names]) => ({
    host,
    hostname: host.replace(/:\d+$/, '').replace(/\.$/, ''),
    purposes: [...names],
  }));
}

function hostOf(address: string): string | undefined {
  if (URL.canParse(address)) {
    return new URL(address).host;
  }
  return /^https:\/\/([^/?#]+)/.exec(address)?.[1];
}
