import { metadataQuirks } from './metadata-quirks.ts';
import type { Provider } from './provider.ts';
import { standardClaims } from './standard-claims.ts';

/**
 * Gives a provider for any issuer that publishes metadata (OpenID Connect Discovery §4, RFC 8414).
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function openidProvider(name: string, label: string, issuer: string): Provider {
  return {
    name,
    label,
    issuer,
    discovery: 'any',
    endpoints: {},
    scopes: ['openid', 'profile', 'email'],
    areScopesOpenid: true,
    scopeSeparator: ' ',
    pkce: 'required',
    clientAuthentication: 'client_secret_basic',
    clientSecret: 'optional',
    redirect: { host: '127.0.0.1', path: '/callback', port: 'any' },
    // Many servers drop offline_access without a word unless consent is asked for (OpenID Connect Core §11).
    offlineAccess: {
      scopes: ['offline_access'],
      onlyListedScopes: true,
      consentParameters: { prompt: 'consent' },
    },
    authorizationParameters: {},
    profile: { map: standardClaims },
    revocation: { kind: 'rfc7009' },
    quirks: metadataQuirks(issuer),
    notes: [
      'The redirect URI to register is http://127.0.0.1/callback; many servers then accept any port.',
      'If the server compares the port as well, register one and give it with --port.',
      'A native (public) client needs no secret; that is the type to register for a program on your own machine.',
    ],
  };
}
