import type { LibraryFetch } from '../ground/fetch.ts';
import type { TokenRequestForm } from '../providers/provider.ts';

type Init = NonNullable<Parameters<LibraryFetch>[1]>;

/** A token request in the form that the server takes. */
export interface FormedRequest {
  readonly url: string;
  readonly init: Init;
}

/**
 * Gives a request to the token endpoint with what the provider wants beyond RFC 6749 §4.1.3: more parameters and
 * headers, JSON or a query in place of the form, another place for `grant_type=refresh_token`.
 */
export function formedTokenRequest(url: string, init: Init, form: TokenRequestForm): FormedRequest {
  const { body: sent } = init;
  if (!(sent instanceof URLSearchParams)) {
    return { url, init };
  }
  const parameters = new URLSearchParams(sent);
  for (const [name, value] of Object.entries(form.parameters ?? {})) {
    parameters.set(name, value);
  }
  const isRefresh = parameters.get('grant_type') === 'refresh_token';
  const address = new URL(isRefresh && form.refreshUrl !== undefined ? form.refreshUrl : url);
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(form.headers ?? {})) {
    headers.set(name, value);
  }
  if (form.method === 'GET') {
    for (const [name, value] of parameters) {
      address.searchParams.set(name, value);
    }
    headers.delete('content-type');
    return { url: address.href, init: { ...init, method: 'GET', body: undefined, headers } };
  }
  if (form.body === 'json') {
    headers.set('content-type', 'application/json');
    const body = JSON.stringify(Object.fromEntries(parameters));
    return { url: address.href, init: { ...init, body, headers } };
  }
  return { url: address.href, init: { ...init, body: parameters, headers } };
}
