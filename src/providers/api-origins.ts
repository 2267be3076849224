import { isLoopbackHost } from '../ground/loopback-host.ts';
import type { Provider } from './provider.ts';

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
