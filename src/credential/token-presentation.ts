import type { Secret } from '../ground/secret.ts';
import type { Provider } from '../providers/provider.ts';

/** What a request of the API carries. */
export interface PresentedToken {
  /** Headers that say nothing of the token. */
  readonly fixed: Readonly<Record<string, string>>;
  /** The header that holds the token, unless the query does. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/**
 * Shows the access token the way the provider's API takes it, as `Authorization: Bearer` (RFC 6750 §2.1) unless the
 * provider says otherwise, beside the headers that every request there needs. A header that names the client is left
 * out where no client is known.
 */
export function presentToken(
  { tokenPresentation: form, apiHeaders = {} }: Pick<Provider, 'tokenPresentation' | 'apiHeaders'>,
  accessToken: Secret,
  clientId: string | undefined,
): PresentedToken {
  const token = accessToken.reveal();
  const known = Object.entries(apiHeaders)
    .filter(([, value]) => clientId !== undefined || !value.includes('{client_id}'))
    .map(([name, value]) => [name, value.replaceAll('{client_id}', clientId ?? '')] as const);
  const fixed = Object.fromEntries(known);
  if (form !== undefined && 'query' in form)
    return { fixed, credentials: {}, query: { [form.query]: token } };
  if (form !== undefined && 'header' in form)
    return { fixed, credentials: { [form.header]: token }, query: {} };
  return { fixed, credentials: { authorization: `${form?.scheme ?? 'Bearer'} ${token}` }, query: {} };
}
