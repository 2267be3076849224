import { sendAs } from '../access/authorized-with.ts';
import type { FreshToken } from '../access/fresh-token.ts';
import { sendWithToken, suppliesOf } from '../access/send-with-token.ts';
import { tokenOrigins } from '../access/token-origins.ts';
import { networkOfSource } from '../access/token-source.ts';
import type { AuthorizedRequest } from '../credential/authorized-request.ts';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import { tellWaiting } from '../ground/tell-waiting.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { readRequestBody, standardInputFlags } from '../settings/request-body.ts';
import { addressAt, type RequestFlags, requestSettings } from '../settings/request-settings.ts';
import { refuseTwoInputs } from '../settings/standard-input.ts';
import { openAccess } from './open-access.ts';
import { requireOrigin } from './require-origin.ts';
import { withStepUp } from './step-up.ts';
import { tokenSourceOf } from './token-flags.ts';
import { openDestination, writeResponse } from './write-response.ts';

/**
 * `oauth-login request`: sends one request with the access token, and writes down the response.
 *
 * Nothing is opened or sent for an origin that the token was not issued for.
 */
export async function request(
  typed: string,
  address: string,
  given: RequestFlags,
  context: Context,
): Promise<void> {
  const [target, flags] = withNamedAccount(typed, given);
  if (/^(?:get|head|post|put|patch|delete|options)$/i.test(target)) {
    throw new UsageError('usage_invalid', `request needs a provider, not the method ${target}`, {
      hint: `give the method with a flag, for example: oauth-login request github https://api.github.com/user --request ${target.toUpperCase()}`,
    });
  }
  const { url: asked, method, headers, data } = requestSettings(address, flags);
  refuseTwoInputs(flags, data === undefined ? [] : standardInputFlags(data));
  const access = openAccess(flags, context, 'request');
  const configuration = await access.configuration();
  const source = await tokenSourceOf(target, flags, access);
  const allowed = tokenOrigins(source, target, flags, configuration);
  const url = addressAt(asked, { origins: allowed.origins, label: allowed.provider.label });
  requireOrigin(url, allowed, configuration, context.paths);

  if (data !== undefined && standardInputFlags(data).length > 0) {
    tellWaiting('the body of the request', context);
  }
  const body = data === undefined ? undefined : await readRequestBody(data, context);
  const network = networkOf(networkOfSource(source), access.trace);
  const http = await context.openHttp({ ...network, streaming: true });
  const fetch = signalled(http.fetch, context.signal);
  const send = (token: FreshToken) =>
    sendAs(token, { method, url, ...formOf(headers, body) }, allowed.provider, {
      send: (authorized) =>
        fetch(authorized.url, {
          method,
          headers: withToken(headers, authorized),
          ...(body === undefined ? {} : { body: authorized.form ?? body }),
        }),
    });
  try {
    const destination = await openDestination(flags.output, context);
    try {
      const response = await withStepUp(source, flags, access, (current) =>
        sendWithToken(suppliesOf(current, access), send),
      );
      await writeResponse(response, url, flags, destination, context);
    } catch (error) {
      await destination.abandon();
      throw error;
    }
  } finally {
    await http.close();
  }
}

/** What the command line says stays, but for the header that shows the token. */
function withToken(headers: Headers, { fixed, credentials }: AuthorizedRequest): Headers {
  return new Headers({ ...fixed, ...Object.fromEntries(headers), ...credentials });
}

/** The body as text, where it is a form, which OAuth 1.0a signs (RFC 5849 §3.4.1.3.1). */
function formOf(headers: Headers, body: Uint8Array | undefined): { readonly form?: string } {
  const isForm = /^application\/x-www-form-urlencoded\b/i.test(headers.get('content-type') ?? '');
  return body === undefined || !isForm ? {} : { form: Buffer.from(body).toString() };
}
