import { resourceProvider } from './openid.ts';
import type { Provider } from './provider.ts';

/**
 * Gives the provider of a person or a storage of Solid. Its tokens are for the storage, and bound to a key.
 *
 * @see [Solid-OIDC](https://solidproject.org/TR/oidc)
 */
export function solidProvider(
  name: string,
  issuer: string,
  { storage, webId }: { readonly storage: string; readonly webId?: string },
): Provider {
  return {
    ...resourceProvider(name, issuer, {
      identifier: storage,
      scopes: ['openid', 'webid'],
      dpop: 'required',
    }),
    isResourceUnsent: true,
    discovery: 'openid',
    identity: { kind: 'solid', ...(webId === undefined ? {} : { webId }) },
  };
}
