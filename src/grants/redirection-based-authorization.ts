import type { OAuth1Signer } from '../credential/oauth1/signed-request.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { isInteractive } from '../ground/presence.ts';
import { Secret } from '../ground/secret.ts';
import type { VerifierExpectation } from '../loopback/callback-expectation.ts';
import { randomId } from '../loopback/unguessable-text.ts';
import type { CredentialEndpoint } from '../protocol/oauth1/request-credentials.ts';
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
import { OUT_OF_BAND, typedVerifier } from './type-verifier.ts';
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
  const { provider } = request;
  const endpoint = {
    label: provider.label,
    server,
    signer: signerOf(request, server, context),
    fetch: request.fetch,
  };
  if ('elsewhere' in request.redirect && request.redirect.elsewhere === OUT_OF_BAND) {
    return byVerifier(endpoint, request, context);
  }
  return byCallback(endpoint, request, context);
}

type Endpoint = CredentialEndpoint & { readonly server: OAuth1Server };

/** The person types the verifier that the page shows (RFC 5849 §2.1, `oob`). */
async function byVerifier(
  endpoint: Endpoint,
  request: CodeRequest,
  context: Context,
): Promise<GrantedSignIn> {
  const { server } = endpoint;
  const credentials = await requestTemporaryCredentials(endpoint, OUT_OF_BAND);
  const uri = authorizationUriOf(
    server,
    credentials,
    OUT_OF_BAND,
    request.parameters,
    request.client.clientId,
  );
  const verifier = await typedVerifier(request, context, uri);
  const granted = await tokenOf(endpoint, credentials, verifier, request);
  return { ...granted, finish: async () => {} };
}

async function byCallback(
  endpoint: Endpoint,
  request: CodeRequest,
  context: Context,
): Promise<GrantedSignIn> {
  const { provider, parameters } = request;
  const { server } = endpoint;
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
    const uri = authorizationUriOf(server, credentials, callbackUri, parameters, request.client.clientId);
    const response = await waitForResponse({ request, context, callback, expected }, uri);
    const verifier = server.isWithoutVerifier ? null : response.parameters.get('oauth_verifier');
    const { tokens, facts } = await tokenOf(endpoint, credentials, verifier ?? undefined, request);
    const { redirectUri } = callback;
    return { tokens, facts: { ...facts, redirectUri, browser: response.browser }, finish };
  } catch (error) {
    await finish({ kind: 'failed', error });
    throw error;
  }
}

/** Spends the temporary credentials, which sign that request; the token signs all that follow (RFC 5849 §2.3, §3). */
async function tokenOf(
  endpoint: Endpoint,
  { identifier, secret }: TemporaryCredentials,
  verifier: string | undefined,
  { client, scopes }: CodeRequest,
): Promise<Pick<GrantedSignIn, 'tokens' | 'facts'>> {
  const { signer, server } = endpoint;
  const asked = { ...endpoint, signer: { ...signer, token: { identifier: new Secret(identifier), secret } } };
  const tokens = await requestTokenCredentials(asked, verifier, scopes);
  const facts = { client, browser: 'same' } as const;
  if (tokens.tokenSecret === undefined || server.isSecretTheKey) {
    return { tokens, facts };
  }
  const token = { identifier: tokens.accessToken, secret: tokens.tokenSecret };
  return { tokens, facts: { ...facts, signer: { ...signer, token } } };
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

/** The server hands the query of the callback back, with its own parameters behind it (RFC 5849 §2.2). */
function withState(redirectUri: string, state: string | undefined): string {
  return state === undefined
    ? redirectUri
    : `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}state=${state}`;
}
