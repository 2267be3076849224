import { StoreError } from '../ground/errors.ts';
import { isContinuousIntegration } from '../ground/presence.ts';
import { probeStore } from '../secrets/probe-store.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { UnattendedSettings } from '../settings/unattended-settings.ts';
import type { AccessSession } from './access-session.ts';

/**
 * Where the token of a grant will be kept: nowhere, unless the user has chosen a store or the keychain is at hand.
 *
 * Throws a `StoreError` when the chosen store cannot be used.
 */
export async function chooseUnattendedStore(
  settings: UnattendedSettings,
  { context, trace }: Pick<AccessSession, 'context' | 'trace'>,
): Promise<StoreKind | undefined> {
  if (settings.store === 'none') {
    return undefined;
  }
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
    if (!(error instanceof StoreError)) {
      throw error;
    }
  }
  trace?.(
    'the token is not kept, because no store was chosen; to keep it until it expires, use --store or OAUTH_LOGIN_STORE',
  );
  return undefined;
}
