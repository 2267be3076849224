import type { OAuth1Signer } from '../credential/oauth1/signed-request.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { isInteractive } from '../ground/presence.ts';
import { Secret } from '../ground/secret.ts';
import type { VerifierExpectation } from '../loopback/callback-expectation.ts';
import { randomId } from '../loopback/unguessable-text.ts';
import {
  authorizationUriOf,
  requestTemporaryCredentials,
  type TemporaryCredentials,
} from '../protocol/oauth1/temporary-credentials.ts';
import { requestTokenCredentials } from '../protocol/oauth1/token-credentials.ts';
import type { OAuth1Server } from '../providers/oauth1.ts';
import { openCallback } from './callback.ts';
import { lastPage } from './last-page.ts';
import type { CodeRequest, GrantedSignIn, SignInOutcome } from './sign-in-request.ts';
import { waitForResponse } from './wait-for-response.ts';

/**
 * Signs in with OAuth 1.0a: temporary credentials, the person's word, token credentials. The answer comes back to the
 * listener that the authorization code grant has, under the same checks; the identifier of the temporary credentials
 * and a `state` in the callback stand in for the `state` of OAuth 2.0.
 *
 * Throws any error of the family; `login_timeout` when nobody came back in time.
 *
 * @see [RFC 5849 §2](https://www.rfc-editor.org/rfc/rfc5849.html#section-2)
 */
export async function redirectionBasedAuthorization(
  request: CodeRequest,
  server: OAuth1Server,
  context: Context,
): Promise<GrantedSignIn> {
  const { provider, parameters } = request;
  const endpoint = {
    label: provider.label,
    server,
    signer: signerOf(request, server, context),
    fetch: request.fetch,
  };
  const state = server.isCallbackExact ? undefined : randomId();
  let credentials: TemporaryCredentials | undefined;
  const expected: VerifierExpectation = {
    ...defined({ state }),
    temporaryCredential: () => credentials?.identifier,
    isWithoutVerifier: server.isWithoutVerifier,
    providerLabel: provider.label,
    refuseUnconfirmed: !isInteractive(context),
  };
  const callback = await openCallback(request.redirect, expected, request.progress.listenerNotice, context);
  const finish = async (outcome: SignInOutcome): Promise<void> => {
    try {
      // Its token is used by signing, so the command that prints a token is no next step.
      const shown = outcome.kind === 'signed-in' ? { ...outcome, command: undefined } : outcome;
      await callback.finish(lastPage(shown, request));
    } finally {
      await callback.close();
    }
  };
  try {
    const callbackUri = withState(callback.redirectUri, state);
    credentials = await requestTemporaryCredentials(endpoint, callbackUri);
    const uri = authorizationUriOf(server, credentials, callbackUri, parameters);
    const response = await waitForResponse({ request, context, callback, expected }, uri);
    const verifier = server.isWithoutVerifier ? null : response.parameters.get('oauth_verifier');
    const tokens = await requestTokenCredentials(
      {
        ...endpoint,
        signer: withToken(endpoint.signer, new Secret(credentials.identifier), credentials.secret),
      },
      verifier ?? undefined,
      request.scopes,
    );
    const facts = {
      client: request.client,
      redirectUri: callback.redirectUri,
      browser: response.browser,
      signer: withToken(endpoint.signer, tokens.accessToken, tokens.tokenSecret),
    };
    return { tokens, facts, finish };
  } catch (error) {
    await finish({ kind: 'failed', error });
    throw error;
  }
}

function signerOf(
  { client }: CodeRequest,
  { signatureMethod, parametersIn, realm }: OAuth1Server,
  { clock }: Context,
): OAuth1Signer {
  const { clientId, clientSecret } = client;
  return {
    clientId,
    signatureMethod,
    parametersIn,
    ...defined({ clientSecret, realm }),
    now: () => clock.now(),
  };
}

/** Temporary credentials sign the request that spends them (RFC 5849 §2.3), and the token all that follow. */
function withToken(signer: OAuth1Signer, identifier: Secret, secret: Secret = new Secret('')): OAuth1Signer {
  return { ...signer, token: { identifier, secret } };
}

/** The server hands the query of the callback back, with its own parameters behind it (RFC 5849 §2.2). */
function withState(redirectUri: string, state: string | undefined): string {
  return state === undefined
    ? redirectUri
    : `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}state=${state}`;
}
