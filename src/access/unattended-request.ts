import { clientCredentials } from '../grants/client-credentials.ts';
import { jwtBearer } from '../grants/jwt-bearer.ts';
import { presentAssertion } from '../grants/presented-assertion.ts';
import { refreshTokenGrant } from '../grants/refresh-token.ts';
import { tokenExchange } from '../grants/token-exchange.ts';
import { defined } from '../ground/defined.ts';
import type { Fetch } from '../ground/fetch.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import { findAuthentication } from '../protocol/found-authentication.ts';
import { tokenBinding } from '../protocol/token-binding.ts';
import { type TokenEndpoint, tokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { resolveProvider } from '../providers/resolve.ts';
import { openReplacementFile } from '../secrets/replacement-file.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import type { AccessSession } from './access-session.ts';
import { requireAgreedServer } from './agreed-server.ts';
import { confirmTokenOrigin } from './confirm-token-origin.ts';
import { identityAssertion } from './identity-assertion.ts';
import { type UnattendedCredential, unattendedClient } from './unattended-client.ts';
import type { UnattendedInput } from './unattended-input.ts';

/**
 * Asks the server of a target for a token without a person, with what was read for the grant. Throws any error of the
 * family.
 */
export async function requestUnattendedToken(
  settings: UnattendedSettings,
  input: UnattendedInput,
  credential: UnattendedCredential,
  access: AccessSession,
): Promise<TokenSet> {
  const { context, trace, note } = access;
  const rotated =
    settings.rotateTo === undefined ? undefined : openReplacementFile(settings.rotateTo, '--rotate-to');
  try {
    const http = await context.openHttp(networkOf(settings, trace));
    try {
      const fetch = signalled(http.fetch, context.signal);
      const asked = await openTokenEndpoint(settings, credential, fetch, access);
      const authentication = findAuthentication(asked);
      const { assertionIssuer } = input;
      const { identity } = settings;
      if (identity !== undefined) {
        const { subjectToken } = input;
        const token = await identityAssertion(
          { ...settings, identity },
          asked.provider,
          subjectToken,
          access,
        );
        const assertion = { token, sourceName: 'the assertion of the identity provider' };
        return await authentication.send((endpoint) => presentAssertion(endpoint, settings, assertion));
      }
      if (input.assertion !== undefined) {
        const assertion = await input.assertion(fetch);
        return await authentication.send((endpoint) => presentAssertion(endpoint, settings, assertion));
      }
      if (assertionIssuer !== undefined) {
        return await authentication.send((endpoint) => jwtBearer(endpoint, settings, assertionIssuer));
      }
      if (input.subjectToken !== undefined) {
        const subject = await input.subjectToken(fetch);
        return await authentication.send((endpoint) => tokenExchange(endpoint, settings, subject));
      }
      if (input.refreshToken === undefined) {
        return await authentication.send((endpoint) => clientCredentials(endpoint, settings));
      }
      // Not tied to Ctrl-C: once the request is out, its answer has to reach the file (the old token may be spent).
      const patient = findAuthentication({ ...asked, fetch: http.fetch });
      const { refreshToken } = input;
      const { tokens, isLost } = await context.uninterrupted(() =>
        patient.send((endpoint) => refreshTokenGrant(endpoint, settings, refreshToken, rotated)),
      );
      if (isLost) {
        note({ kind: 'refresh-token-lost', label: settings.provider.label });
      }
      context.signal.throwIfAborted();
      return tokens;
    } finally {
      await http.close();
    }
  } finally {
    rotated?.close();
  }
}

async function openTokenEndpoint(
  settings: UnattendedSettings,
  credential: UnattendedCredential,
  fetch: Fetch,
  { context, configuration, isTokenOriginOfProvider }: AccessSession,
): Promise<TokenEndpoint> {
  const { allowHttpLoopback } = settings;
  const provider = await resolveProvider(settings.provider, {
    fetch,
    allowHttpLoopback,
    withoutAuthorization: true,
  });
  requireAgreedServer(provider, settings, await configuration());
  await confirmTokenOrigin(provider, settings, context, isTokenOriginOfProvider);
  const client = unattendedClient(settings, credential, provider);
  const requestedScopes = settings.scopes;
  const binding = await tokenBinding({ ...provider, ...defined({ dpop: settings.provider.dpop }) }, context);
  const use = { provider, client, fetch, allowHttpLoopback, requestedScopes };
  const { clientCertificate } = settings;
  return tokenEndpoint({ ...use, ...defined({ binding, clientCertificate }) }, context);
}
