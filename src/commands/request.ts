import type { FreshToken } from '../access/fresh-token.ts';
import { sendWithToken } from '../access/send-with-token.ts';
import { tokenOrigins } from '../access/token-origins.ts';
import { networkOfSource } from '../access/token-source.ts';
import { type PresentedToken, presentToken } from '../credential/token-presentation.ts';
import type { Context } from '../ground/context.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import { appsecretProof } from '../protocol/dialects/appsecret-proof.ts';
import type { Provider } from '../providers/provider.ts';
import { readRequestBody, standardInputFlags } from '../settings/request-body.ts';
import { type RequestFlags, requestSettings } from '../settings/request-settings.ts';
import { refuseTwoInputs } from '../settings/standard-input.ts';
import { openAccess } from './open-access.ts';
import { requireOrigin } from './require-origin.ts';
import { tokenSourceOf } from './token-flags.ts';
import { openDestination, writeResponse } from './write-response.ts';

/**
 * `oauth-login request`: sends one request with the access token, and writes down the response.
 *
 * Nothing is opened or sent for an origin that the token was not issued for.
 */
export async function request(
  target: string,
  address: string,
  flags: RequestFlags,
  context: Context,
): Promise<void> {
  const { url, method, headers, data } = requestSettings(address, flags);
  refuseTwoInputs(flags, data === undefined ? [] : standardInputFlags(data));
  const access = openAccess(flags, context);
  const configuration = await access.configuration();
  const source = await tokenSourceOf(target, flags, access);
  const allowed = tokenOrigins(source, target, flags, configuration);
  requireOrigin(url, allowed, configuration, context.paths);

  const body = data === undefined ? undefined : await readRequestBody(data, context);
  const network = networkOf(networkOfSource(source), access.trace);
  const http = await context.openHttp({ ...network, streaming: true });
  const fetch = signalled(http.fetch, context.signal);
  const send = (token: FreshToken) => {
    const clientId = token.kind === 'supplied' ? undefined : token.head.clientId;
    const presented = presentToken(allowed.provider, token.accessToken, clientId);
    return fetch(withQuery(withProof(url, allowed.provider, token), presented.query), {
      method,
      headers: withToken(headers, presented),
      ...(body === undefined ? {} : { body }),
    });
  };
  try {
    const destination = await openDestination(flags.output, context);
    try {
      await writeResponse(await sendWithToken(source, send, access), url, flags, destination, context);
    } catch (error) {
      await destination.abandon();
      throw error;
    }
  } finally {
    await http.close();
  }
}

/** What the command line says stays, but for the header that shows the token. */
function withToken(headers: Headers, { fixed, credentials }: PresentedToken): Headers {
  return new Headers({ ...fixed, ...Object.fromEntries(headers), ...credentials });
}

/** The query of the address stays as it was written; what shows the token comes behind it. */
function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const more = new URLSearchParams(query).toString();
  if (more === '') {
    return url;
  }
  const whole = new URL(url);
  whole.search += `${url.search === '' ? '?' : '&'}${more}`;
  return whole;
}

/** The Graph API wants its calls signed, where the app says so. */
function withProof(url: URL, provider: Provider, token: FreshToken): URL {
  const clientSecret = token.kind === 'account' ? token.clientSecret : undefined;
  if (!provider.quirks.includes('appsecret-proof') || clientSecret === undefined) {
    return url;
  }
  if (url.searchParams.has('appsecret_proof')) {
    return url;
  }
  const signed = new URL(url);
  signed.search += `${url.search === '' ? '?' : '&'}appsecret_proof=${appsecretProof(token.accessToken, clientSecret)}`;
  return signed;
}
