import {
  openUnattendedTokens,
  type UnattendedToken,
  type UnattendedTokens,
} from '../accounts/unattended-tokens.ts';
import { defined } from '../ground/defined.ts';
import { StoreError } from '../ground/errors.ts';
import { tokenTypeOf } from '../protocol/token-set.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import type { AccessSession } from './access-session.ts';
import { askedTokenId, clientOf } from './asked-token.ts';
import { chooseUnattendedStore } from './choose-unattended-store.ts';
import type { Freshness } from './freshness.ts';
import { withRotatedFile } from './rotated-file-lock.ts';
import { findUnattendedCredential } from './unattended-client.ts';
import { readRefreshToken, readUnattendedInput, type UnattendedInput } from './unattended-input.ts';
import { requestUnattendedToken } from './unattended-request.ts';

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
  access: AccessSession,
): Promise<UnattendedSource> {
  return { kind: 'unattended', settings, input: await readUnattendedInput(settings, access) };
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
  // Whom an assertion that was handed over speaks of is not known here.
  const isKept =
    settings.grant === 'client-credentials' ||
    (settings.grant === 'jwt-bearer' && input.assertion === undefined);
  if (isKept && !force && settings.store !== 'none') {
    const good = await kept.read(id, minValiditySeconds);
    if (good !== undefined && isOfAskedType(good, settings)) {
      return { ...good, wasKept: true };
    }
  }
  // A service account is its own client. The client that people sign in with is not used.
  const isOwnClient = input.assertionIssuer?.serviceAccount !== undefined;
  const client = isOwnClient ? {} : await findUnattendedCredential(settings, input.clientKey, access);
  const store = isKept ? await chooseUnattendedStore(settings, access) : undefined;
  const tokens = await requestUnattendedToken(settings, input, client, access);
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
      ...tokenTypeOf(tokens),
    },
    accessToken: tokens.accessToken,
    ...defined({ proofKey: tokens.proofKey }),
  };
  if (store !== undefined) {
    await keep(kept, token, store, access);
  }
  return { ...token, wasKept: false };
}

/** A bound token is given where one is asked for, and no other time: most programs could not use it. */
function isOfAskedType({ head }: UnattendedToken, { provider }: UnattendedSettings): boolean {
  const isBound = head.tokenType !== undefined;
  return provider.dpop === 'offered' || isBound === (provider.dpop === 'required');
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
