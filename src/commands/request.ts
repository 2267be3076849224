import type { AccountHead } from '../accounts/account.ts';
import { openAccountStore } from '../accounts/account-store.ts';
import { freshAccess } from '../accounts/fresh-access.ts';
import type { Context } from '../context.ts';
import { appsecretProof } from '../protocol/appsecret-proof.ts';
import type { Provider } from '../providers/provider.ts';
import type { Secret } from '../secrets/secret.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { readRequestBody } from '../settings/request-body.ts';
import { type RequestFlags, requestSettings } from '../settings/request-settings.ts';
import { httpOptions, signalled, traceOf } from './http-options.ts';
import { requireOrigin, tokenOrigins } from './token-origins.ts';
import { chooseTokenSource } from './token-source.ts';
import { openDestination, writeResponse } from './write-response.ts';

/** Seconds a token has to be good for, so that it does not end on its way. */
const MIN_VALIDITY = 60;

/** What a request carries to prove who asks. */
interface Credentials {
  readonly accessToken: Secret;
  readonly clientSecret?: Secret;
}

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
  const configuration = await readConfiguration(context.paths);
  const configured = async () => configuration;
  const store = openAccountStore(context);
  const source = await chooseTokenSource(target, flags, store, context, configured);
  const { provider, origins } = tokenOrigins(source, target, flags, configuration);
  requireOrigin(url, origins, provider);

  const body = data === undefined ? undefined : await readRequestBody(data, context);
  const trace = traceOf(flags, context);
  const freshness = { minValiditySeconds: MIN_VALIDITY, ...(trace === undefined ? {} : { trace }) };
  const account = 'head' in source ? source.head : {};
  const network = { ...httpOptions({ ...account, debug: flags.debug ?? false }, context), streaming: true };
  const http = await context.openHttp(network);
  const fetch = signalled(http.fetch, context.signal);
  const send = (credentials: Credentials) =>
    fetch(withProof(url, provider, credentials), {
      method,
      headers: withToken(headers, credentials),
      ...(body === undefined ? {} : { body }),
    });
  const sendFresh = async (head: AccountHead): Promise<Response> => {
    const fresh = await freshAccess(head, freshness, store, context, configured);
    const response = await send(fresh.secrets);
    if (response.status !== 401 || !fresh.head.hasRefreshToken) return response;
    await response.body?.cancel();
    const renewed = await freshAccess(fresh.head, { ...freshness, force: true }, store, context, configured);
    return send(renewed.secrets);
  };
  try {
    const destination = await openDestination(flags.output, context);
    try {
      const response =
        'head' in source ? await sendFresh(source.head) : await send({ accessToken: source.token });
      await writeResponse(response, url, flags, destination, context);
    } catch (error) {
      await destination.abandon();
      throw error;
    }
  } finally {
    await http.close();
  }
}

function withToken(headers: Headers, { accessToken }: Credentials): Headers {
  const all = new Headers(headers);
  all.set('authorization', `Bearer ${accessToken.reveal()}`);
  return all;
}

/** The Graph API wants its calls signed, where the app says so. */
function withProof(url: URL, provider: Provider, { accessToken, clientSecret }: Credentials): URL {
  if (!provider.quirks.includes('appsecret-proof') || clientSecret === undefined) return url;
  if (url.searchParams.has('appsecret_proof')) return url;
  const signed = new URL(url);
  signed.search += `${url.search === '' ? '?' : '&'}appsecret_proof=${appsecretProof(accessToken, clientSecret)}`;
  return signed;
}
