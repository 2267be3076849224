import type { AccessSession } from '../access/access-session.ts';
import { sendAs } from '../access/authorized-with.ts';
import type { FreshToken } from '../access/fresh-token.ts';
import { refuseInsufficientAuthentication } from '../access/insufficient-authentication.ts';
import { refuseInsufficientScope } from '../access/insufficient-scope.ts';
import { sendWithToken, suppliesOf } from '../access/send-with-token.ts';
import { tokenOrigins } from '../access/token-origins.ts';
import { type AccountSource, networkOfSource, type SuppliedSource } from '../access/token-source.ts';
import { requireOrigin } from '../commands/require-origin.ts';
import { UsageError } from '../ground/errors.ts';
import { networkOf } from '../ground/http-options.ts';
import type { HttpClient } from '../ground/ports.ts';
import { refuseOwnHeader } from '../settings/request-settings.ts';
import type { TargetFlags } from '../settings/target.ts';
import { stopped } from './stop.ts';

/** A request of a program, read once: it may have to be sent twice. */
interface ReadRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The requests of one account. They share connections, which keep no process running. */
export interface Requests {
  /** Throws a `UsageError` for what is no request, and for a header that is not the program's to set. */
  read(url: unknown, init: unknown): Promise<ReadRequest>;
  /** Throws a `UsageError` for an origin that the token was not issued for, before anything is sent. */
  send(
    request: ReadRequest,
    source: SuppliedSource | AccountSource,
    access: AccessSession,
  ): Promise<Response>;
}

/** The requests of the account of this target. */
export function openRequests(target: string | undefined, flags: TargetFlags): Requests {
  let opened: Promise<HttpClient> | undefined;

  return {
    async read(url, init) {
      const request = asRequest(url, init);
      for (const name of request.headers.keys()) {
        refuseOwnHeader(name);
      }
      const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
      const headers = new Headers(request.headers);
      if (!headers.has('accept')) {
        headers.set('accept', '*/*');
      }
      const { method, signal } = request;
      return { url: new URL(request.url), method, headers, body, signal };
    },

    async send(request, source, access) {
      const { url, method, headers, body, signal } = request;
      const configuration = await access.configuration();
      const allowed = tokenOrigins(source, target, flags, configuration);
      requireOrigin(url, allowed, configuration, access.context.paths);
      opened ??= access.context.openHttp({
        ...networkOf(networkOfSource(source), undefined),
        streaming: true,
      });
      const { fetch } = await opened.catch((error: unknown) => {
        opened = undefined;
        throw error;
      });
      const send = (token: FreshToken) =>
        sendAs(token, { method, url, ...formOf(headers, body) }, allowed.provider, {
          send: (authorized) =>
            fetch(authorized.url, {
              method,
              headers: new Headers({
                ...authorized.fixed,
                ...Object.fromEntries(headers),
                ...authorized.credentials,
              }),
              ...(body === undefined ? {} : { body: authorized.form ?? body }),
              ...(signal === undefined ? {} : { signal }),
            }),
        });
      try {
        signal?.throwIfAborted();
        const response = await sendWithToken(suppliesOf(source, access), send);
        await refuseInsufficientScope(source, response);
        await refuseInsufficientAuthentication(source, response);
        return response;
      } catch (error) {
        throw signal?.aborted ? stopped(signal) : error;
      }
    },
  };
}

/** The request that `fetch` would make of this. */
function asRequest(url: unknown, init: unknown): Request {
  try {
    const { duplex = 'half' } = (init ?? {}) as { readonly duplex?: 'half' };
    return new Request(url as URL, { duplex, ...(init as RequestInit) } as RequestInit);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'it cannot be read';
    throw new UsageError('usage_invalid', `this is no request: ${reason}`, {
      hint: "give it as for fetch, for example account.request('https://api.github.com/user')",
      cause: error,
    });
  }
}

/** The body as text, where it is a form, which OAuth 1.0a signs (RFC 5849 §3.4.1.3.1). */
function formOf(headers: Headers, body: Uint8Array | undefined): { readonly form?: string } {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '');
  return body === undefined || !isForm ? {} : { form: Buffer.from(body).toString() };
}
