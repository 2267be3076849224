import type { ProviderFile } from './provider-file.ts';

/** A host that a provider file names. */
export interface FileHost {
  /** As it goes over the wire: in ASCII, in full, with its port; a `{host}` is not filled in. */
  readonly host: string;
  /** What it is given. */
  readonly purposes: readonly string[];
}

/** Every host to which the file leads the browser, a secret or a token, in the order of a sign-in. */
export function hostsOfFile(file: ProviderFile): FileHost[] {
  const { endpoints = {}, profile, revocation, token_request, self_registration: self } = file;
  const addresses: readonly (readonly [string, string | undefined])[] = [
    ['metadata', file.discovery === undefined ? undefined : file.issuer],
    ['sign-in page', endpoints.authorization_endpoint],
    ['device sign-in', endpoints.device_authorization_endpoint],
    ['codes, secrets and tokens', endpoints.token_endpoint],
    ['codes, secrets and tokens', token_request?.refresh_url],
    ['tokens', endpoints.userinfo_endpoint],
    ['tokens', endpoints.revocation_endpoint],
    ['tokens', profile.url],
    ['tokens', profile.emails?.url],
    ['tokens', 'url' in revocation ? revocation.url : undefined],
    ...(file.api_origins ?? []).map((origin) => ['tokens', origin] as const),
    ['registration', self !== undefined && 'endpoint' in self ? self.endpoint : undefined],
    ['keys of ID Tokens', endpoints.jwks_uri],
  ];
  const purposes = new Map<string, Set<string>>();
  for (const [purpose, address] of addresses) {
    const host = address === undefined ? undefined : hostOf(address);
    if (host === undefined) continue;
    purposes.set(host, (purposes.get(host) ?? new Set()).add(purpose));
  }
  return [...purposes].map(([host, names]) => ({ host, purposes: [...names] }));
}

function hostOf(address: string): string | undefined {
  if (URL.canParse(address)) return new URL(address).host;
  return /^https:\/\/([^/?#]+)/.exec(address)?.[1];
}
