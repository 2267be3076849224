import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { openSealingKey } from '../secrets/open-sealing-key.ts';
import type { SealingKey } from '../secrets/sealing-key.ts';
import type { StoreKind } from '../secrets/store-kind.ts';

/** How a sealing key is opened. */
export interface OpenKeyOptions {
  /** Whether it is made when there is none yet. */
  readonly create: boolean;
  /** Many other processes are likely to want it at this moment. */
  readonly isCrowded?: boolean;
}

/**
 * Gives the sealing key as `openSealingKey` does, and lets no more processes at once ask a keychain, or derive a key
 * from a passphrase, than they can bear.
 */
export async function openKey(
  kind: StoreKind,
  context: Context,
  { create, isCrowded }: OpenKeyOptions,
): Promise<SealingKey> {
  // A derivation always takes its turn. A look into a keychain does where a crowd is likely; the others are quick.
  const takesTurn = kind === 'passphrase' || (kind === 'keychain' && isCrowded === true);
  if (!takesTurn) {
    return openSealingKey(kind, context, { create });
  }
  const { inKeyTurn } = await import('./key-turn.ts');
  return openSealingKey(kind, context, { create, inTurn: (work) => inKeyTurn(kind, context, work) });
}

/** The key in the key file, which is had without asking anybody; `undefined` where it cannot be had. */
export async function keyAtHand(context: Context): Promise<SealingKey | undefined> {
  try {
    return await openKey('file', context, { create: false });
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    return undefined;
  }
}
