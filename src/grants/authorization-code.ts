import type { Context } from '../context.ts';
import { NetworkError } from '../errors.ts';
import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import { type LoopbackListener, openLoopbackListener } from '../loopback/listener.ts';
import type { LoopbackNotice } from '../loopback/notice.ts';
import { pageOutcomeOf } from '../loopback/page-outcome.ts';
import { newAttempt } from '../protocol/attempt.ts';
import { buildAuthorizationUri } from '../protocol/authorization-request.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import type { Fetch } from '../protocol/library-fetch.ts';
import { exchangeCode } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/resolve.ts';
import type { LoginSettings } from '../settings/login-settings.ts';

/** What the grant tells while it waits; `output/` has the words. */
export interface SignInProgress {
  /** The listener is open and the page is about to be shown. */
  authorizationUri(uri: string, opensBrowser: boolean): void;
  browserFailed(): void;
  startLinkUnused(): void;
  foreignRequest(kind: LoopbackNotice): void;
}

export interface AuthorizationCodeGrant {
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  readonly settings: LoginSettings;
  /** Scopes asked for, offline access included. */
  readonly scopes: readonly string[];
  /** More parameters of the request, offline access included. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
  readonly progress: SignInProgress;
  /** A person can be asked whether a browser that came back without its cookie is theirs. */
  readonly canConfirm: boolean;
  /** What has to succeed before the page may say so: the profile, the store. Gives the account's name for the page. */
  readonly conclude: (tokens: TokenSet, callback: CallbackFacts) => Promise<string>;
}

/** What is known of the callback besides the tokens. */
export interface CallbackFacts {
  readonly redirectUri: string;
  readonly browser: AuthorizationResponse['browser'];
}

/** Seconds after which a browser that was opened should have fetched the start link. */
const START_LINK_PATIENCE_SECONDS = 10;

/**
 * Signs in with the authorization code grant, PKCE and a loopback redirect.
 *
 * The browser gets its last page after `conclude` succeeded or failed, so the page tells the truth.
 * Throws any error of the family; `login_timeout` when nobody came back in time.
 *
 * @see [RFC 8252 §7.3](https://www.rfc-editor.org/rfc/rfc8252.html#section-7.3)
 * @see [RFC 6749 §4.1](https://www.rfc-editor.org/rfc/rfc6749.html#section-4.1)
 */
export async function authorizationCode(grant: AuthorizationCodeGrant, context: Context): Promise<void> {
  const { provider, settings } = grant;
  const { state, nonce, pkce } = await newAttempt(provider.pkce, grant.scopes);
  const listener = await openLoopbackListener({
    ...settings.redirect,
    state,
    issuer: provider.metadata.issuer,
    issuerRequired: provider.metadata.authorization_response_iss_parameter_supported === true,
    providerLabel: provider.label,
    refuseUnconfirmed: !grant.canConfirm,
    platform: context.platform,
    notice: (kind) => grant.progress.foreignRequest(kind),
  });
  try {
    const authorizationUri = buildAuthorizationUri(provider.metadata.authorization_endpoint ?? '', {
      clientId: grant.client.clientId,
      redirectUri: listener.redirectUri,
      scopes: grant.scopes,
      scopeSeparator: provider.scopeSeparator,
      state,
      ...(nonce === undefined ? {} : { nonce }),
      ...(pkce === undefined ? {} : { codeChallenge: pkce.codeChallenge }),
      ...(settings.loginHint === undefined ? {} : { loginHint: settings.loginHint }),
      parameters: grant.parameters,
    });
    const response = await waitForResponse(grant, context, listener, authorizationUri);
    const tokens = await exchangeCode(
      {
        provider,
        client: grant.client,
        fetch: grant.fetch,
        allowHttpLoopback: settings.allowHttpLoopback,
        now: () => context.clock.now(),
        requestedScopes: grant.scopes,
      },
      {
        parameters: response.parameters,
        state,
        redirectUri: listener.redirectUri,
        ...(pkce === undefined ? {} : { codeVerifier: pkce.codeVerifier }),
        ...(nonce === undefined ? {} : { nonce }),
      },
    );
    const facts = { redirectUri: listener.redirectUri, browser: response.browser };
    const account = await grant.conclude(tokens, facts);
    await listener.finish({ kind: 'signed-in', account, provider: provider.label });
  } catch (error) {
    await listener.finish(pageOutcomeOf(error, provider.label));
    throw error;
  } finally {
    await listener.close();
  }
}

async function waitForResponse(
  grant: AuthorizationCodeGrant,
  context: Context,
  listener: LoopbackListener,
  authorizationUri: string,
): Promise<AuthorizationResponse> {
  const startLink = listener.startLink(authorizationUri);
  const opens = grant.settings.openBrowser && context.canOpenBrowser;
  grant.progress.authorizationUri(authorizationUri, opens);
  const waiting = new AbortController();
  const stop = AbortSignal.any([context.signal, waiting.signal]);
  listener.response.catch(() => {});
  try {
    if (opens) void watchBrowser(grant, context, listener, startLink, stop);
    return await Promise.race([listener.response, deadline(grant, context, listener, stop)]);
  } finally {
    waiting.abort();
  }
}

async function watchBrowser(
  grant: AuthorizationCodeGrant,
  context: Context,
  listener: LoopbackListener,
  startLink: string,
  stop: AbortSignal,
): Promise<void> {
  try {
    const launch = await context.openBrowser(startLink);
    void launch.exited.then((code) => {
      if (code !== 0 && !stop.aborted) grant.progress.browserFailed();
    });
    const opened = listener.startLinkOpened.then(() => true);
    const late = context.clock.sleep(START_LINK_PATIENCE_SECONDS * 1000, stop).then(() => false);
    if (!(await Promise.race([opened, late]))) grant.progress.startLinkUnused();
  } catch {
    if (!stop.aborted) grant.progress.browserFailed();
  }
}

async function deadline(
  grant: AuthorizationCodeGrant,
  context: Context,
  listener: LoopbackListener,
  stop: AbortSignal,
): Promise<never> {
  const seconds = grant.settings.timeoutSeconds;
  await context.clock.sleep(seconds * 1000, stop);
  throw new NetworkError(
    'login_timeout',
    `nobody came back from ${grant.provider.label} within ${seconds} seconds to ${listener.redirectUri}`,
    {
      hint: `if ${grant.provider.label} showed an error page, register exactly the redirect URI ${listener.redirectUri} there (the port may differ where it accepts any); --timeout waits longer`,
    },
  );
}
