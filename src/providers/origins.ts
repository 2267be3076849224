import { isLoopbackHost } from '../ground/loopback-host.ts';
import { isPairOfPreset } from './catalogue.ts';
import type { Endpoints, Provider, ResolvedProvider } from './provider.ts';

/** Gives the origin of each endpoint the provider has. */
export function endpointOrigins(provider: Pick<Provider, 'endpoints'>): Partial<Endpoints> {
  return Object.fromEntries(
    Object.entries(provider.endpoints).map(([name, endpoint]) => [name, new URL(endpoint).origin]),
  );
}

/**
 * Gives the origin of the token endpoint when discovered metadata put it elsewhere than the authorization
 * endpoint (a server without one: than its issuer); the caller decides whether the code may go there (RFC 9700 §4.4). For
 * an issuer that is known by its address alone, that is also so where both are of one origin and an endpoint that is shown
 * tokens is of another: its metadata could name those of a server that the person trusts, to be sent its tokens. The
 * author of a provider file pairs the endpoints in it.
 */
export function foreignTokenOrigin(resolved: {
  readonly endpoints: Partial<Endpoints>;
  readonly discovered: readonly (keyof Endpoints)[];
  readonly issuer?: string;
  readonly discovery?: Provider['discovery'];
}): string | undefined {
  const { authorization_endpoint, token_endpoint } = resolved.endpoints;
  const home = authorization_endpoint ?? resolved.issuer;
  if (home === undefined || token_endpoint === undefined) {
    return undefined;
  }
  if (
    !resolved.discovered.includes('authorization_endpoint') &&
    !resolved.discovered.includes('token_endpoint')
  ) {
    return undefined;
  }
  const { origin } = new URL(token_endpoint);
  const { origin: asks } = new URL(home);
  // The catalogue pairs them, so the metadata tell nothing new.
  const isKnown = resolved.issuer !== undefined && isPairOfPreset(resolved.issuer, asks, origin);
  const isOfIssuer = resolved.issuer === undefined || new URL(resolved.issuer).origin === origin;
  const isBorrowed =
    resolved.discovery === 'any' && !isOfIssuer && getsTokenElsewhere(resolved.endpoints, origin);
  return (origin === asks && !isBorrowed) || isKnown ? undefined : origin;
}

/** Whether an endpoint that is shown tokens is of another origin than the one that issues them. */
function getsTokenElsewhere(
  { userinfo_endpoint, revocation_endpoint }: Partial<Endpoints>,
  issuing: string,
): boolean {
  return [userinfo_endpoint, revocation_endpoint].some(
    (endpoint) => endpoint !== undefined && new URL(endpoint).origin !== issuing,
  );
}

/** The origins, other than that of the issuer, of the endpoints for tokens that its metadata name. */
export function endpointsElsewhere(
  { issuer, endpoints, discovered }: Pick<ResolvedProvider, 'issuer' | 'endpoints' | 'discovered'>,
  used: readonly (keyof Endpoints)[] = [
    'authorization_endpoint',
    'device_authorization_endpoint',
    'backchannel_authentication_endpoint',
    'pushed_authorization_request_endpoint',
    'token_endpoint',
  ],
): readonly string[] {
  const origins = used
    .filter((name) => discovered.includes(name))
    .map((name) => endpoints[name])
    .filter((endpoint) => endpoint !== undefined)
    .map((endpoint) => new URL(endpoint).origin);
  return [...new Set(origins)].filter((origin) => origin !== new URL(issuer).origin);
}

/**
 * The origins (scheme, host and port) that an access token of the provider may be sent to: those of its API and of
 * its UserInfo endpoint. Plain http counts for a loopback address or `localhost`, where it was allowed.
 */
export function apiOrigins(
  provider: Pick<Provider, 'apiOrigins' | 'endpoints'>,
  allowHttpLoopback: boolean,
): readonly string[] {
  const { userinfo_endpoint } = provider.endpoints;
  const addresses = [
    ...(provider.apiOrigins ?? []),
    ...(userinfo_endpoint === undefined ? [] : [userinfo_endpoint]),
  ];
  const origins = addresses
    .filter((address) => URL.canParse(address))
    .map((address) => new URL(address))
    .filter(
      ({ protocol, hostname }) =>
        protocol === 'https:' || (protocol === 'http:' && allowHttpLoopback && isLoopbackHost(hostname)),
    )
    .map(({ origin }) => origin);
  return [...new Set(origins)];
}
