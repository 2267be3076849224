import {
  openUnattendedTokens,
  type UnattendedToken,
  type UnattendedTokens,
} from '../accounts/unattended-tokens.ts';
import { clientCredentials } from '../grants/client-credentials.ts';
import { jwtBearer } from '../grants/jwt-bearer.ts';
import { refreshTokenGrant } from '../grants/refresh-token.ts';
import { tokenExchange } from '../grants/token-exchange.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { StoreError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import { findAuthentication } from '../protocol/found-authentication.ts';
import { type TokenEndpoint, tokenEndpoint } from '../protocol/token-endpoint.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import { resolveProvider } from '../providers/resolve.ts';
import { openReplacementFile } from '../secrets/replacement-file.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import type { AccessSession } from './access-session.ts';
import { askedTokenId, clientOf } from './asked-token.ts';
import { chooseUnattendedStore } from './choose-unattended-store.ts';
import { confirmTokenOrigin } from './confirm-token-origin.ts';
import type { Freshness } from './freshness.ts';
import { withRotatedFile } from './rotated-file-lock.ts';
import {
  findUnattendedCredential,
  type UnattendedCredential,
  unattendedClient,
} from './unattended-client.ts';
import { readRefreshToken, readUnattendedInput, type UnattendedInput } from './unattended-input.ts';

/** A grant that needs no person; what it needs has been read, and no server was asked yet. */
export interface UnattendedSource {
  readonly kind: 'unattended';
  readonly settings: UnattendedSettings;
  readonly input: UnattendedInput;
}

/** A token, and whether it is one that was asked for earlier. */
export interface UnattendedAnswer extends UnattendedToken {
  readonly wasKept: boolean;
}

/** Reads what the grant needs. Throws a `UsageError`, `ConfigurationError` or `StoreError`. */
export async function openUnattended(
  settings: UnattendedSettings,
  context: Context,
): Promise<UnattendedSource> {
  return { kind: 'unattended', settings, input: await readUnattendedInput(settings, context) };
}

/**
 * Gives an access token without asking a person: a kept token that is good for that long, or a new one. With
 * `force`, the token is always new. Missing settings are found before the first request. Throws any error of the
 * family.
 */
export async function unattendedToken(
  source: UnattendedSource,
  freshness: Freshness,
  access: AccessSession,
): Promise<UnattendedAnswer> {
  const { settings, input } = source;
  return withRotatedFile(settings, access, async (isShared) => {
    // The token that was read before the lock was taken may have been spent by the owner of the lock.
    const latest = isShared
      ? { ...input, refreshToken: await readRefreshToken(settings, access.context) }
      : input;
    return keptOrNewToken({ ...source, input: latest }, freshness, access);
  });
}

async function keptOrNewToken(
  { settings, input }: UnattendedSource,
  { minValiditySeconds, force }: Freshness,
  access: AccessSession,
): Promise<UnattendedAnswer> {
  const id = askedTokenId(settings, input);
  const kept = openUnattendedTokens(access.context);
  const isKept = settings.grant === 'client-credentials' || settings.grant === 'jwt-bearer';
  if (isKept && !force && settings.store !== 'none') {
    const good = await kept.read(id, minValiditySeconds);
    if (good !== undefined) {
      return { ...good, wasKept: true };
    }
  }
  // A service account is its own client. The client that people sign in with is not used.
  const isOwnClient = input.assertionIssuer?.serviceAccount !== undefined;
  const client = isOwnClient ? {} : await findUnattendedCredential(settings, input.clientKey, access);
  const store = isKept ? await chooseUnattendedStore(settings, access) : undefined;
  const tokens = await requestTokens(settings, input, client, access);
  if (tokens.clockOffset !== undefined) {
    access.note({ kind: 'clock-differs', seconds: tokens.clockOffset, label: settings.provider.label });
  }
  const token: UnattendedToken = {
    head: {
      id,
      grant: settings.grant,
      provider: settings.provider.name,
      label: settings.provider.label,
      issuer: settings.provider.issuer,
      scopes: tokens.scopes,
      issuedAt: tokens.issuedAt.toISOString(),
      ...defined({ clientId: clientOf(settings, input), expiresAt: tokens.expiresAt?.toISOString() }),
    },
    accessToken: tokens.accessToken,
  };
  if (store !== undefined) {
    await keep(kept, token, store, access);
  }
  return { ...token, wasKept: false };
}

async function requestTokens(
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
  { context, isTokenOriginOfProvider }: AccessSession,
): Promise<TokenEndpoint> {
  const { allowHttpLoopback } = settings;
  const provider = await resolveProvider(settings.provider, {
    fetch,
    allowHttpLoopback,
    withoutAuthorization: true,
  });
  await confirmTokenOrigin(provider, settings, context, isTokenOriginOfProvider);
  const client = unattendedClient(settings, credential, provider);
  const requestedScopes = settings.scopes;
  return tokenEndpoint({ provider, client, fetch, allowHttpLoopback, requestedScopes }, context);
}

/** The token was issued. It is given even when it cannot be kept. */
async function keep(
  kept: UnattendedTokens,
  token: UnattendedToken,
  store: StoreKind,
  { note }: AccessSession,
): Promise<void> {
  try {
    await kept.write(token, store);
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    note({ kind: 'token-not-kept', error });
  }
}
