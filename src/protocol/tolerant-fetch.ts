import type { Provider } from '../providers/provider.ts';
import { validateTokenResponse } from './credential-grammar.ts';
import { graphDeviceDialect } from './graph-device.ts';
import { type Fetch, type LibraryFetch, libraryFetch } from './library-fetch.ts';
import { withDiscreetChallenge, withoutRepeatedSecrets } from './repeated-secrets.ts';
import { formedTokenRequest } from './token-request-form.ts';
import { type ConformingReply, conformingReply } from './tolerant-reply.ts';

/**
 * Gives a `fetch` that turns the replies of the provider's token, revocation and device authorization
 * endpoints into conforming ones, as far as its quirks say; every other reply passes as it is.
 *
 * What in an error repeats a secret of the request is left out: nobody further up can tell it from other words.
 *
 * A successful token response that is malformed is refused with a `ProtocolError` here already, since the
 * library reads some members more generously than RFC 6749 §5.1 allows.
 */
export function tolerantFetch(
  fetch: Fetch,
  provider: Pick<Provider, 'endpoints' | 'quirks' | 'device' | 'tokenRequest' | 'tokenReply'>,
  tokenTypes?: readonly string[],
): LibraryFetch {
  const { token_endpoint, revocation_endpoint, device_authorization_endpoint } = provider.endpoints;
  const send = libraryFetch(fetch);
  const tokenEndpoint = hrefOf(token_endpoint);
  const endpoints = new Set([
    tokenEndpoint,
    hrefOf(revocation_endpoint),
    hrefOf(device_authorization_endpoint),
  ]);
  const dialect = graphDeviceDialect(provider);
  return async (input, init) => {
    const requested = new URL(input instanceof Request ? input.url : input).href;
    const translated = dialect?.request(requested, init?.body);
    const formed =
      requested === tokenEndpoint && provider.tokenRequest !== undefined && init !== undefined
        ? formedTokenRequest(requested, init, provider.tokenRequest)
        : { url: input, init };
    const answered = await (translated === undefined
      ? send(formed.url, formed.init)
      : send(translated.url, { ...init, body: translated.body }));
    if (!endpoints.has(requested)) {
      return answered;
    }
    const sent = input instanceof Request ? input : (init ?? {});
    const response = withDiscreetChallenge(answered, sent);
    const text = await response.clone().text();
    const read = conformingReply(
      { status: response.status, mediaType: mediaTypeOf(response), text },
      provider.quirks,
      requested === tokenEndpoint ? provider.tokenReply : undefined,
    );
    const reply = translated === undefined || read === undefined ? read : dialect?.reply(read);
    if (reply === undefined) {
      return response;
    }
    if (requested === tokenEndpoint && reply.status === 200) {
      validateTokenResponse(reply.members, tokenTypes);
    }
    const members = withoutRepeatedSecrets(reply.members, sent);
    const isConforming = !reply.changed && members === reply.members;
    return isConforming ? response : rewrite(response, { ...reply, members });
  };
}

function rewrite(response: Response, reply: ConformingReply): Response {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  headers.delete('content-encoding');
  headers.set('content-type', 'application/json');
  return new Response(JSON.stringify(reply.members), { status: reply.status, headers });
}

function mediaTypeOf(response: Response): string {
  return (response.headers.get('content-type') ?? '').split(';', 1).join('').trim().toLowerCase();
}

function hrefOf(endpoint: string | undefined): string | undefined {
  return endpoint === undefined ? undefined : new URL(endpoint).href;
}
