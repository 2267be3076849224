import { type FreshToken, freshToken } from '../access/fresh-token.ts';
import { noteRefusedToken } from '../access/refused-token.ts';
import { tokenOrigins } from '../access/token-origins.ts';
import { chooseTokenSource } from '../access/token-source.ts';
import type { AccountHead } from '../accounts/account.ts';
import { openAccountStore } from '../accounts/account-store.ts';
import { type PresentedToken, presentToken } from '../credential/token-presentation.ts';
import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { httpOptions, signalled, traceOf } from '../ground/http-options.ts';
import { problemText } from '../output/text.ts';
import { appsecretProof } from '../protocol/dialects/appsecret-proof.ts';
import type { Provider } from '../providers/provider.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { readRequestBody, standardInputFlags } from '../settings/request-body.ts';
import { type RequestFlags, requestSettings } from '../settings/request-settings.ts';
import { refuseTwoInputs } from '../settings/standard-input.ts';
import { requireOrigin } from './require-origin.ts';
import { openDestination, writeResponse } from './write-response.ts';

/** Seconds a token has to be good for, so that it does not end on its way. */
const MIN_VALIDITY = 60;

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
  const configuration = await readConfiguration(context.paths);
  const configured = async () => configuration;
  const store = openAccountStore(context);
  const source = await chooseTokenSource(target, flags, store, context, configured);
  const allowed = tokenOrigins(source, target, flags, configuration);
  requireOrigin(url, allowed, configuration, context.paths);

  const body = data === undefined ? undefined : await readRequestBody(data, context);
  const trace = traceOf(flags, context);
  const freshness = { minValiditySeconds: MIN_VALIDITY, ...(trace === undefined ? {} : { trace }) };
  const place = 'head' in source ? source.head : 'settings' in source ? source.settings : {};
  const network = { ...httpOptions({ ...place, debug: flags.debug ?? false }, context), streaming: true };
  const http = await context.openHttp(network);
  const fetch = signalled(http.fetch, context.signal);
  const send = (credentials: FreshToken) => {
    const { accessToken, source: from } = credentials;
    const clientId = 'clientId' in from ? from.clientId : undefined;
    const presented = presentToken(allowed.provider, accessToken, clientId);
    return fetch(withQuery(withProof(url, allowed.provider, credentials), presented.query), {
      method,
      headers: withToken(headers, presented),
      ...(body === undefined ? {} : { body }),
    });
  };
  const note = async (head: AccountHead) => {
    try {
      await noteRefusedToken(head, store);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      // The response is there; only the note could not be made.
      context.stderr.write(problemText('warning', error));
    }
  };
  const sendFresh = async (): Promise<Response> => {
    const fresh = await freshToken(source, freshness, store, context, configured);
    const response = await send(fresh);
    if (response.status !== 401) return response;
    if (isTokenInvalid(response) && 'signedInAt' in fresh.source) await note(fresh.source);
    if (fresh.replacement === undefined) return response;
    await response.body?.cancel();
    return send(
      await freshToken(fresh.replacement, { ...freshness, force: true }, store, context, configured),
    );
  };
  try {
    const destination = await openDestination(flags.output, context);
    try {
      await writeResponse(await sendFresh(), url, flags, destination, context);
    } catch (error) {
      await destination.abandon();
      throw error;
    }
  } finally {
    await http.close();
  }
}

/** Whether the API says that it is the token which it does not take (RFC 6750 §3.1), and nothing else. */
function isTokenInvalid({ headers }: Response): boolean {
  return /\berror="?invalid_token\b/i.test(headers.get('www-authenticate') ?? '');
}

/** What the command line says stays, but for the header that shows the token. */
function withToken(headers: Headers, { fixed, credentials }: PresentedToken): Headers {
  return new Headers({ ...fixed, ...Object.fromEntries(headers), ...credentials });
}

/** The query of the address stays as it was written; what shows the token comes behind it. */
function withQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const more = new URLSearchParams(query).toString();
  if (more === '') return url;
  const whole = new URL(url);
  whole.search += `${url.search === '' ? '?' : '&'}${more}`;
  return whole;
}

/** The Graph API wants its calls signed, where the app says so. */
function withProof(url: URL, provider: Provider, { accessToken, clientSecret }: FreshToken): URL {
  if (!provider.quirks.includes('appsecret-proof') || clientSecret === undefined) return url;
  if (url.searchParams.has('appsecret_proof')) return url;
  const signed = new URL(url);
  signed.search += `${url.search === '' ? '?' : '&'}appsecret_proof=${appsecretProof(accessToken, clientSecret)}`;
  return signed;
}
