import type { AuthorizationServer } from 'oauth4webapi';
import { ProtocolError } from '../errors.ts';
import { findPreset } from './catalogue.ts';
import type { Provider } from './provider.ts';

/** Whether the metadata lists S256, or the provider's own row says that it works although it is not listed. */
export function promisesS256({ quirks }: Provider, published: AuthorizationServer): boolean {
  const isListed = published.code_challenge_methods_supported?.includes('S256') ?? false;
  return isListed || quirks.includes('s256-not-advertised');
}

/**
 * Throws a `ProtocolError` unless the metadata lists S256, or the provider's own row says that it works although it
 * is not listed: a server that leaves the list out promises no PKCE (RFC 8414 §2).
 *
 * @see [RFC 9700 §2.1.1](https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1.1)
 */
export function requireS256(provider: Provider, published: AuthorizationServer): void {
  if (promisesS256(provider, published)) return;
  const methods = published.code_challenge_methods_supported;
  // A name of the catalogue stands for its own provider.
  const name = findPreset(provider.name) === undefined ? provider.name : `my-${provider.name}`;
  const { issuer } = provider;
  const device = published.device_authorization_endpoint === undefined ? '' : 'sign in with --device, or ';
  const fault = methods === undefined ? 'does not say that it supports' : 'does not offer';
  throw new ProtocolError(
    'protocol_invalid_metadata',
    `${issuer} ${fault} PKCE with S256, so an intercepted code could be used by others`,
    {
      hint: `${device}ask its operator; if S256 works there and is only not listed, say so with oauth-login setup ${name} --issuer ${issuer} --code-challenge-method S256 --client-id ID, or with "code_challenge_method": "S256" in config.json`,
    },
  );
}
