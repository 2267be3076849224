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
  const places = [
    ...(provider.apiOrigins ?? []),
    ...(userinfo_endpoint === undefined ? [] : [userinfo_endpoint]),
  ];
  const origins = places
    .filter((place) => URL.canParse(place))
    .map((place) => new URL(place))
    .filter(
      ({ protocol, hostname }) =>
        protocol === 'https:' || (protocol === 'http:' && allowHttpLoopback && isLoopbackHost(hostname)),
    )
    .map(({ origin }) => origin);
  return [...new Set(origins)];
}
