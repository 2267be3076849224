import { resourceProvider } from './openid.ts';
import type { Provider } from './provider.ts';

/** The server that a profile page names, and its metadata. */
export interface ServerOfProfile {
  readonly issuer: string;
  readonly published: object;
  /** It is of a time without metadata, in which S256 could not be announced. */
  readonly isWithoutMetadata: boolean;
  /** The profile URL that was typed, and those that it redirects to. */
  readonly addresses: readonly string[];
}

/**
 * The port that the redirect URI has, since it stands in the client identifier as well. No system takes it for a
 * connection of its own, and no well-known service has it.
 */
const PORT = 28_187;

/**
 * Gives the provider of a profile URL: the server that its page names. The token is for the person's own site.
 *
 * @see [IndieAuth](https://indieauth.spec.indieweb.org/)
 */
export function indieAuthProvider(
  name: string,
  me: string,
  { issuer, published, isWithoutMetadata, addresses }: ServerOfProfile,
): Provider {
  return {
    ...resourceProvider(name, issuer, { identifier: me, scopes: ['profile', 'email'] }),
    isResourceUnsent: true,
    discovery: 'any',
    identity: { kind: 'indieauth', addresses },
    published,
    clientSecret: 'none',
    redirect: { host: '127.0.0.1', path: '/callback', port: PORT },
    authorizationParameters: { me },
    quirks: isWithoutMetadata ? ['s256-not-advertised'] : [],
  };
}
