import type { AuthorizationServer } from 'oauth4webapi';
import { ProtocolError } from '../ground/errors.ts';
import { findPreset } from './catalogue.ts';
import type { Provider } from './provider.ts';

/**
 * What a server says about S256: it lists it, or its own row says that it works; it has no list; or its list is
 * without it (RFC 8414 §2).
 */
export type S256Support = 'announced' | 'unannounced' | 'not-offered';

/** What the metadata, or the provider's own row, says about S256. */
export function s256Support({ quirks }: Provider, published: AuthorizationServer): S256Support {
  if (quirks.includes('s256-not-advertised')) {
    return 'announced';
  }
  const methods = published.code_challenge_methods_supported;
  if (methods === undefined) {
    return 'unannounced';
  }
  return methods.includes('S256') ? 'announced' : 'not-offered';
}

/**
 * Throws a `ProtocolError` when the metadata lists methods of PKCE without S256.
 *
 * A server without a list is used: S256 is sent all the same, and a server that does not know the parameters ignores
 * them (RFC 6749 §3.1). The server of a protected resource, which the resource chose and nobody else, has to list it.
 *
 * @see [RFC 9700 §2.1.1](https://www.rfc-editor.org/rfc/rfc9700.html#section-2.1.1)
 */
export function requireS256(provider: Provider, published: AuthorizationServer): void {
  const support = s256Support(provider, published);
  if (support === 'unannounced' && provider.resource !== undefined) {
    throw unannounced(provider, provider.resource);
  }
  if (support !== 'not-offered') {
    return;
  }
  // A name of the catalogue stands for its own provider.
  const name = findPreset(provider.name) === undefined ? provider.name : `my-${provider.name}`;
  const { issuer } = provider;
  const device = published.device_authorization_endpoint === undefined ? '' : 'sign in with --device, or ';
  throw new ProtocolError(
    'protocol_invalid_metadata',
    `${issuer} lists the methods of PKCE that it supports, and S256 is not among them, so an intercepted code could be used by others`,
    {
      hint: `${device}ask its operator; if S256 works there although it is not listed, say so with oauth-login setup ${name} --issuer ${issuer} --code-challenge-method S256 --client-id ID${issuer.startsWith('http:') ? ' --allow-http-loopback' : ''}, or with "code_challenge_method": "S256" in config.json`,
    },
  );
}

function unannounced({ name, issuer }: Provider, resource: string): ProtocolError {
  const entry = { issuer, resource, code_challenge_method: 'S256' };
  return new ProtocolError(
    'protocol_invalid_metadata',
    `${issuer} does not say that it supports PKCE with S256, so an intercepted code could be used by others`,
    {
      hint: `ask its operator to list it; if you know that S256 works there, say so in config.json: ${JSON.stringify({ providers: { [name]: entry } })}`,
    },
  );
}
