import type { Context } from '../ground/context.ts';
import {
  type BackchannelRequest,
  exchangeAuthReqId,
  requestBackchannelAuthentication,
} from '../protocol/backchannel-authentication.ts';
import { findAuthentication } from '../protocol/found-authentication.ts';
import { pollForTokens } from './device-polling.ts';
import { type DeviceRequest, type GrantedSignIn, tokenEndpointFor } from './sign-in-request.ts';

const words = {
  what: 'the request',
  deed: 'agreed to the sign-in',
  again: 'to ask once more',
  flag: '--ciba',
};

/**
 * Signs in by a device of the person, which the server asks: no browser opens here, and the token endpoint is asked until
 * the person has agreed there (mode poll).
 *
 * Throws `as_access_denied`, `as_expired_token`, `login_timeout` where a shorter time was asked for, and whatever else the
 * server answers.
 *
 * @see [OpenID Connect CIBA Core](https://openid.net/specs/openid-client-initiated-backchannel-authentication-core-1_0.html)
 */
export async function backchannelAuthentication(
  request: DeviceRequest,
  asked: BackchannelRequest,
  context: Context,
): Promise<GrantedSignIn> {
  const authentication = findAuthentication(tokenEndpointFor(request, context));
  const { authReqId, expiresIn, interval } = await authentication.send((endpoint) =>
    requestBackchannelAuthentication(endpoint, asked),
  );
  const timeoutSeconds = request.timeoutNamed ? Math.min(expiresIn, request.timeoutSeconds) : expiresIn;
  const { progress } = request;
  progress.askedOnDevice({ ...asked, expiresIn, timeoutSeconds });
  const exchange = () => authentication.send((endpoint) => exchangeAuthReqId(endpoint, authReqId));
  try {
    const polling = { interval, expiresIn, timeoutSeconds };
    const tokens = await pollForTokens(request, polling, exchange, context, words);
    const facts = { client: authentication.client(), browser: 'start-link-unused' } as const;
    return { tokens, facts, finish: async () => {} };
  } finally {
    progress.done();
  }
}
