import type { Secret } from '../ground/secret.ts';
import type { Provider } from '../providers/provider.ts';
import { authorizationOf, bearerCredential } from './credential.ts';

/** What a request of the API carries. */
export interface PresentedToken {
  /** Headers that say nothing of the token. */
  readonly fixed: Readonly<Record<string, string>>;
  /** The header that holds the token, unless the query does. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Shows the access token the way the provider's API takes it, beside the headers that every request there needs. A
 * header that names the client is left out where no client is known.
 */
export function presentToken(
  { tokenPresentation, apiHeaders = {} }: Pick<Provider, 'tokenPresentation' | 'apiHeaders'>,
  accessToken: Secret,
  clientId: string | undefined,
): PresentedToken {
  const known = Object.entries(apiHeaders)
    .filter(([, value]) => clientId !== undefined || !value.includes('{client_id}'))
    .map(([name, value]) => [name, value.replaceAll('{client_id}', clientId ?? '')] as const);
  const { headers, query } = authorizationOf(bearerCredential(accessToken, tokenPresentation));
  return { fixed: Object.fromEntries(known), credentials: headers, query };
}
