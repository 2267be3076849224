import { NetworkError } from '../errors.ts';

/**
 * Throws a `NetworkError` for a reply that says the server itself failed (5xx without an OAuth error in it):
 * it says nothing about the request, so nothing is concluded from it.
 *
 * `evenWithError`: neither is anything concluded from an OAuth error in it, where the request can be sent again.
 */
export function refuseServerFailure(
  response: Response,
  what: string,
  options: { readonly evenWithError?: boolean } = {},
): void {
  if (response.status < 500 || (isJson(response) && options.evenWithError !== true)) return;
  throw new NetworkError('network_server_error', `${what} answered with status ${response.status}`, {
    hint: 'the server has a problem of its own; nothing was changed, try again in a few minutes',
  });
}

/** Whether the reply says that it is a JSON document. */
export function isJson(response: Response): boolean {
  return /^application\/([\w.+-]+\+)?json\b/i.test(response.headers.get('content-type') ?? '');
}
