import { grantTokenId } from '../accounts/account-id.ts';
import { type GrantToken, type GrantTokens, openGrantTokens } from '../accounts/grant-tokens.ts';
import type { Context } from '../context.ts';
import { StoreError } from '../errors.ts';
import { clientCredentials } from '../grants/client-credentials.ts';
import { jwtBearer } from '../grants/jwt-bearer.ts';
import { refreshTokenGrant } from '../grants/refresh-token.ts';
import { tokenExchange } from '../grants/token-exchange.ts';
import type { Fetch } from '../protocol/library-fetch.ts';
import type { TokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { resolveProvider } from '../providers/resolve.ts';
import { probeStore } from '../secrets/probe-store.ts';
import { openReplacementFile } from '../secrets/replacement-file.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { readConfiguration } from '../settings/configuration.ts';
import type { GrantFlags } from '../settings/grant-flags.ts';
import { type GrantSettings, grantSettings } from '../settings/grant-settings.ts';
import { isContinuousIntegration } from '../system/presence.ts';
import { confirmTokenOrigin } from './confirm-token-origin.ts';
import { findGrantCredential, type GrantCredential, grantClient } from './grant-client.ts';
import { type GrantInput, readGrantInput } from './grant-input.ts';
import { httpOptions, signalled, traceOf } from './http-options.ts';

/** How good the token has to be. */
export interface GrantTokenFlags extends GrantFlags {
  readonly grant: string;
  /** Ask for another token even when a kept one would do. */
  readonly refresh?: boolean;
}

/**
 * Gives an access token that no person has to be asked for: a kept one that is good for that long, or a new one.
 *
 * Everything that is missing on this side is known before the first request. Throws any error of the family.
 */
export async function grantToken(
  target: string | undefined,
  flags: GrantTokenFlags,
  minValiditySeconds: number,
  context: Context,
): Promise<GrantToken> {
  const configuration = await readConfiguration(context.paths);
  const settings = grantSettings(target, flags, context.env, configuration);
  const input = await readGrantInput(settings, context);
  const id = grantTokenId(whatIsAsked(settings, input));
  const kept = openGrantTokens(context);
  const isKept = settings.grant === 'client-credentials' || settings.grant === 'jwt-bearer';
  if (isKept && !flags.refresh && settings.store !== 'none') {
    const good = await kept.read(id, minValiditySeconds);
    if (good !== undefined) return good;
  }
  // A service account is its own client; the one that people sign in with has no part in it.
  const isOwnClient = input.assertionIssuer?.serviceAccount !== undefined;
  const client = isOwnClient ? {} : await findGrantCredential(settings, input.clientKey, context);
  const store = isKept ? await chooseCache(settings, context) : undefined;
  const tokens = await requestTokens(settings, input, client, context);
  const token: GrantToken = {
    head: {
      id,
      provider: settings.provider.name,
      issuer: settings.provider.issuer,
      scopes: tokens.scopes,
      issuedAt: tokens.issuedAt.toISOString(),
      ...(tokens.expiresAt === undefined ? {} : { expiresAt: tokens.expiresAt.toISOString() }),
    },
    accessToken: tokens.accessToken,
  };
  if (store !== undefined) await keep(kept, token, store, context);
  return token;
}

/** Everything that makes it another token; the credential of the client does not. */
function whatIsAsked(settings: GrantSettings, { assertionIssuer }: GrantInput): readonly unknown[] {
  const { provider, grant, clientId, scopes, audiences, resources, parameters, subject } = settings;
  return [
    provider.issuer,
    provider.endpoints.token_endpoint ?? null,
    grant,
    assertionIssuer?.serviceAccount?.clientEmail ?? clientId ?? null,
    subject ?? null,
    scopes.toSorted(),
    audiences,
    resources,
    parameters,
  ];
}

/** Where the token will be kept: nowhere, unless the user has chosen a store or the keychain is at hand. */
async function chooseCache(settings: GrantSettings, context: Context): Promise<StoreKind | undefined> {
  if (settings.store === 'none') return undefined;
  if (settings.store !== undefined) {
    await probeStore(settings.store, context);
    return settings.store;
  }
  try {
    if (!isContinuousIntegration(context)) {
      await probeStore('keychain', context);
      return 'keychain';
    }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
  const trace = traceOf(settings, context);
  trace?.(
    'the token is not kept, since no store was chosen; --store or OAUTH_LOGIN_STORE keeps it until it expires',
  );
  return undefined;
}

async function requestTokens(
  settings: GrantSettings,
  input: GrantInput,
  credential: GrantCredential,
  context: Context,
): Promise<TokenSet> {
  const rotated =
    settings.rotateTo === undefined ? undefined : openReplacementFile(settings.rotateTo, '--rotate-to');
  try {
    const http = await context.openHttp(httpOptions(settings, context));
    try {
      const fetch = signalled(http.fetch, context.signal);
      const endpoint = await openTokenEndpoint(settings, credential, fetch, context);
      if (input.assertionIssuer !== undefined)
        return await jwtBearer(endpoint, settings, input.assertionIssuer);
      if (input.subjectToken !== undefined) {
        return await tokenExchange(endpoint, settings, await input.subjectToken(fetch));
      }
      if (input.refreshToken === undefined) return await clientCredentials(endpoint, settings);
      // Not tied to Ctrl-C: once the request is out, its answer has to reach the file (the old token may be spent).
      const patient = { ...endpoint, fetch: http.fetch };
      const { refreshToken } = input;
      const { tokens, isLost } = await context.uninterrupted(() =>
        refreshTokenGrant(patient, settings, refreshToken, rotated),
      );
      if (isLost) {
        context.stderr.write(
          `oauth-login: warning: ${settings.provider.label} sent a new refresh token and it was not kept; the old one may work no more: keep it with --rotate-to FILE\n`,
        );
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
  settings: GrantSettings,
  credential: GrantCredential,
  fetch: Fetch,
  context: Context,
): Promise<TokenEndpoint> {
  const { allowHttpLoopback } = settings;
  const provider = await resolveProvider(settings.provider, {
    fetch,
    allowHttpLoopback,
    withoutAuthorization: true,
  });
  await confirmTokenOrigin(provider, settings, context);
  return {
    provider,
    client: grantClient(settings, credential, provider),
    fetch,
    allowHttpLoopback,
    now: () => context.clock.now(),
    requestedScopes: settings.scopes,
  };
}

/** The token was issued: that it cannot be kept is no reason to withhold it. */
async function keep(kept: GrantTokens, token: GrantToken, store: StoreKind, context: Context): Promise<void> {
  try {
    await kept.write(token, store);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    context.stderr.write(`oauth-login: warning: the token is not kept: ${error.message}\n`);
  }
}
