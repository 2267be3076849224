import type { AuthorizationServer } from 'oauth4webapi';
import { ProtocolError } from '../errors.ts';
import type { Provider } from './provider.ts';

/**
 * Throws a `ProtocolError` unless the metadata lists S256, or the provider's own row says that it works although it
 * is not listed: a server that leaves the list out promises no PKCE (RFC 8414 §2).
 *
 * @see [RFC 9700 §2.1.1](https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1.1)
 */
export function requireS256(provider: Provider, published: AuthorizationServer): void {
  const methods = published.code_challenge_methods_supported;
  if (methods?.includes('S256') || provider.quirks.includes('s256-not-advertised')) return;
  const { issuer, name } = provider;
  const fault = methods === undefined ? 'does not say that it supports' : 'does not offer';
  throw new ProtocolError(
    'protocol_invalid_metadata',
    `${issuer} ${fault} PKCE with S256, so an intercepted code could be used by others`,
    {
      hint: `ask its operator; if S256 works there and is only not listed, say so with oauth-login setup ${name} --issuer ${issuer} --code-challenge-method S256, or with "code_challenge_method": "S256" in config.json`,
    },
  );
}
