import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendAs } from '../access/authorized-with.ts';
import type { FreshToken } from '../access/fresh-token.ts';
import { sendWithToken } from '../access/send-with-token.ts';
import type { AuthorizedRequest } from '../credential/authorized-request.ts';
import { defined } from '../ground/defined.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import type { Secret } from '../ground/secret.ts';
import type { Provider } from '../providers/provider.ts';
import { openBodyCover, spellingsOf, withoutSecrets } from './hidden-secrets.ts';
import { requestHeaders, responseHeaders, withProxyAddresses } from './passed-headers.ts';
import { withoutTokenParameter } from './phantom-token.ts';
import { ownReply, refusalReply, sendOwnReply } from './refusal.ts';
import { hasBody, isForm, type RequestBody, readRequestBody } from './request-body.ts';
import { type LastingTokenSupply, secretsOf, withoutReplacement } from './token-supply.ts';

/** What every request of a proxy is forwarded with. */
export interface Forwarding {
  readonly provider: Provider;
  readonly supply: LastingTokenSupply;
  /** A `fetch` that streams. */
  readonly fetch: Fetch;
  /** The addresses of the proxy, by the origins of the API that they lead to. */
  readonly addresses: ReadonlyMap<string, string>;
}

/**
 * Sends a request on to the API with the credential of the account, and its response back. After a 401, it is sent once
 * more with a new token, where its body can be sent again.
 *
 * Gives the status that the client got. When the client leaves, the request to the API ends too.
 */
export async function forward(
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
  forwarding: Forwarding,
): Promise<number> {
  const { provider } = forwarding;
  const left = new AbortController();
  response.once('close', () => left.abort());
  const isBodiless = request.method === 'GET' || request.method === 'HEAD';
  if (isBodiless && hasBody(request)) {
    return refuse(response, 'body_not_allowed');
  }
  const body = await readRequestBody(request, provider.oauth1 !== undefined);
  if (body.kind === 'too-large') {
    return refuse(response, 'form_too_large');
  }
  const secrets: Secret[] = [];
  const send = (token: FreshToken) => {
    secrets.push(...secretsOf(token));
    return sendOnce(request, url, body, token, forwarding, left.signal);
  };
  try {
    let once: FreshToken | undefined;
    const supply = supplyFor(body, forwarding.supply, (token) => {
      once = token;
    });
    const answer = await sendWithToken(supply, send);
    if (answer.status === 401 && once !== undefined) {
      forwarding.supply.refuse(once);
    }
    await passOn(answer, response, secrets, forwarding);
    return answer.status;
  } catch (error) {
    if (left.signal.aborted) {
      return CLIENT_LEFT;
    }
    const reply = failureReply(error);
    sendOwnReply(response, reply);
    return reply.status;
  }
}

/** The status in the log for a client that did not wait; no reply has it. */
const CLIENT_LEFT = 499;

function refuse(response: ServerResponse, refusal: Parameters<typeof refusalReply>[0]): number {
  const reply = refusalReply(refusal);
  sendOwnReply(response, reply);
  return reply.status;
}

/** A body that streams is gone after the first try, so there is no second one. */
function supplyFor({ kind }: RequestBody, supply: LastingTokenSupply, used: (token: FreshToken) => void) {
  if (kind !== 'stream') {
    return supply;
  }
  return {
    ...supply,
    async current() {
      const token = await supply.current();
      used(token);
      return withoutReplacement(token);
    },
  };
}

function sendOnce(
  request: IncomingMessage,
  url: URL,
  body: RequestBody,
  token: FreshToken,
  { provider, fetch }: Forwarding,
  signal: AbortSignal,
): Promise<Response> {
  const { method = 'GET' } = request;
  const presentation = provider.tokenPresentation;
  const form = body.kind === 'whole' && isForm(request) ? body.bytes.toString() : undefined;
  const plain = withoutTokenParameter(url, presentation);
  const send = (authorized: AuthorizedRequest) => {
    const headers = requestHeaders(request, presentation);
    if (authorized.form !== undefined) {
      headers.delete('content-length');
    }
    return fetch(authorized.url, {
      method,
      headers: { ...authorized.fixed, ...Object.fromEntries(headers), ...authorized.credentials },
      signal,
      ...sentBody(body, authorized.form),
    });
  };
  const isOnce = body.kind === 'stream';
  return sendAs(token, { method, url: plain, ...defined({ form }) }, provider, { send, isOnce });
}

function sentBody(body: RequestBody, form: string | undefined): RequestInit {
  switch (body.kind) {
    case 'whole':
      return { body: form ?? new Uint8Array(body.bytes) };
    case 'stream':
      return { body: body.stream };
    default:
      return {};
  }
}

/** Writes no faster than the client reads. A response that breaks off breaks off for the client too. */
async function passOn(
  answer: Response,
  response: ServerResponse,
  secrets: readonly Secret[],
  { addresses }: Forwarding,
): Promise<void> {
  const spellings = spellingsOf(secrets);
  const headers = responseHeaders(
    answer,
    (text) => withProxyAddresses(text, addresses),
    (text) => withoutSecrets(text, spellings),
  );
  response.writeHead(answer.status, headers);
  if (answer.headers.get('content-length') === null) {
    response.flushHeaders();
  }
  const cover = openBodyCover(spellings);
  for await (const part of answer.body ?? []) {
    const bytes = cover.cover(part);
    if (bytes.length > 0 && !response.write(bytes)) {
      await drained(response);
    }
    if (response.destroyed) {
      return;
    }
  }
  response.end(cover.end());
}

/** Resolves when there is room for more, or nobody is left to read it. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
  });
}

function failureReply(error: unknown): ReturnType<typeof ownReply> {
  if (error instanceof OAuthLoginError) {
    const { code, ownMessage: message, hint } = error;
    return ownReply(code === 'network_timeout' ? 504 : 502, { code, message, hint });
  }
  return ownReply(502, {
    code: 'internal',
    message: 'the proxy could not pass the request on',
    hint: 'run the proxy with --debug',
  });
}
