import type { Fetch } from '../ground/fetch.ts';
import { type LibraryFetch, libraryFetch } from '../ground/fetch.ts';
import type { Provider } from '../providers/provider.ts';
import { graphDeviceDialect } from './dialects/graph-device.ts';
import { reasonText } from './error-reason.ts';
import { withDiscreetChallenge, withoutRepeatedSecrets } from './repeated-secrets.ts';
import { refuseServerFailure } from './server-failure.ts';
import { validateTokenResponse } from './token-grammar.ts';
import { formedTokenRequest } from './token-request-form.ts';
import { type ConformingReply, conformingReply } from './tolerant-reply.ts';

/** Answers to a poll of the device grant, whatever their status is (RFC 8628 §3.5). */
const paces: ReadonlySet<unknown> = new Set(['authorization_pending', 'slow_down']);

/**
 * Gives a `fetch` that turns the replies of the provider's token, revocation and device authorization
 * endpoints into conforming ones, as far as its quirks say; every other reply passes as it is.
 *
 * What in an error repeats a secret of the request is left out: nobody further up can tell it from other words.
 *
 * A reply that says that the server itself failed (5xx, 429) is refused with a `NetworkError` that holds its reason.
 * A successful token response that is malformed is refused with a `ProtocolError` here already, since the
 * library reads some members more generously than RFC 6749 §5.1 allows.
 */
export function tolerantFetch(
  fetch: Fetch,
  provider: Pick<Provider, 'label' | 'endpoints' | 'quirks' | 'device' | 'tokenRequest' | 'tokenReply'>,
  tokenTypes?: readonly string[],
): LibraryFetch {
  const { token_endpoint, revocation_endpoint, device_authorization_endpoint } = provider.endpoints;
  const { pushed_authorization_request_endpoint, introspection_endpoint } = provider.endpoints;
  const { backchannel_authentication_endpoint } = provider.endpoints;
  const send = libraryFetch(fetch);
  const tokenEndpoint = hrefOf(token_endpoint);
  // In this order: where one address is two of them, it is the token endpoint.
  const names = new Map([
    [hrefOf(pushed_authorization_request_endpoint), 'pushed authorization request endpoint'],
    [hrefOf(device_authorization_endpoint), 'device authorization endpoint'],
    [hrefOf(introspection_endpoint), 'introspection endpoint'],
    [hrefOf(backchannel_authentication_endpoint), 'backchannel authentication endpoint'],
    [hrefOf(revocation_endpoint), 'revocation endpoint'],
    [tokenEndpoint, 'token endpoint'],
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
    const name = names.get(requested);
    if (name === undefined) {
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
    const what = `the ${name} of ${provider.label}`;
    if (reply === undefined) {
      refuseServerFailure(response, what);
      return response;
    }
    const members = withoutRepeatedSecrets(reply.members, sent);
    if (!paces.has(members.error)) {
      refuseServerFailure(response, what, reasonText(members));
    }
    if (requested === tokenEndpoint && reply.status === 200) {
      validateTokenResponse(reply.members, tokenTypes);
    }
    const hidesError = typeof members.error === 'string' && response.headers.has('www-authenticate');
    const isConforming = !reply.changed && reply.status < 429 && !hidesError && members === reply.members;
    const status = paces.has(members.error) ? 400 : reply.status;
    return isConforming ? response : rewrite(response, { ...reply, status, members });
  };
}

function rewrite(response: Response, reply: ConformingReply): Response {
  const headers = new Headers(response.headers);
  // The library looks at a challenge first, and would not see the reason in the document.
  if (typeof reply.members.error === 'string') {
    headers.delete('www-authenticate');
  }
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
