import type { Secret } from '../../ground/secret.ts';
import type { ProofKey } from './proof-key.ts';

/**
 * The two headers that authorize one request with a bound token: the token, and a proof for this method, this address
 * without query and fragment, and this token.
 *
 * @see [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449.html#section-7.1)
 */
export async function boundAuthorization(
  key: ProofKey,
  token: Secret,
  { method, url }: { readonly method: string; readonly url: URL },
): Promise<{ readonly authorization: string; readonly dpop: string }> {
  const library = await import('oauth4webapi');
  let headers: Readonly<Record<string, string>> = {};
  await library.protectedResourceRequest(token.reveal(), method, url, undefined, null, {
    DPoP: await key.handle(),
    // Where the token may go has been decided before.
    [library.allowInsecureRequests]: true,
    // The library makes the request; it is sent by the caller, with a body and headers of its own.
    [library.customFetch]: async (_url, init) => {
      ({ headers } = init);
      return new Response(null, { status: 204 });
    },
  });
  const { authorization = '', dpop = '' } = headers;
  return { authorization, dpop };
}
