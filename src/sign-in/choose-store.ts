import type { Context } from '../ground/context.ts';
import { StoreError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { probeStore } from '../secrets/probe-store.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { writeStoreChoice } from '../settings/configuration-change.ts';
import type { StoreQuestions } from './ports.ts';

/**
 * Decides where the sealing key is kept, before the browser opens: in the store that was asked for, else in the
 * keychain, else where the person says, who is asked once. Nothing weaker is ever chosen for the user. Throws a
 * `StoreError` that names the three choices when nobody can be asked.
 */
export async function chooseStore(
  asked: StoreKind | undefined,
  questions: StoreQuestions,
  context: Context,
): Promise<StoreKind> {
  const decision = await decideStore(asked, questions, context);
  await probeStore(decision.store, context);
  await rememberStore(decision, questions, context);
  return decision.store;
}

/** Where the sealing key will live. */
export interface StoreDecision {
  readonly store: StoreKind;
  /** A person has just said so, and nothing remembers it yet. */
  readonly isAnswer: boolean;
}

/**
 * The same decision, of which nothing is written: for a place before other questions, which may be left at any time.
 *
 * Throws a `StoreError` that names the three choices when nobody can be asked.
 */
export async function decideStore(
  asked: StoreKind | undefined,
  questions: StoreQuestions,
  context: Context,
): Promise<StoreDecision> {
  if (asked !== undefined) {
    return { store: asked, isAnswer: false };
  }
  try {
    await probeStore('keychain', context);
    return { store: 'keychain', isAnswer: false };
  } catch (error) {
    if (!(error instanceof StoreError) || !isAbsence(error)) {
      throw error;
    }
    if (!isInteractive(context)) {
      throw undecided(error);
    }
    const choice = await questions.chooseStore(error);
    if (choice === 'stop') {
      throw undecided(error);
    }
    return { store: choice, isAnswer: true };
  }
}

/** Writes an answer into the configuration, and says so. Throws what writing it led to. */
export async function rememberStore(
  { store, isAnswer }: StoreDecision,
  questions: StoreQuestions,
  context: Context,
): Promise<void> {
  if (isAnswer) {
    await writeStoreChoice(context, store);
    questions.storeRemembered();
  }
}

/**
 * Whether there is no keychain at all. One that is locked or refuses access is no reason to choose another store.
 */
export function isAbsence(error: StoreError): boolean {
  return error.code === 'store_unavailable' || error.code === 'store_timeout';
}

function undecided(reason: StoreError): StoreError {
  return new StoreError(
    'store_undecided',
    `${reason.message}, and no other place was chosen for the key that protects your sign-ins`,
    {
      hint: 'choose: --store keychain (and unlock or start one), --store passphrase (with OAUTH_LOGIN_PASSPHRASE), or --store file (only file permissions protect it); OAUTH_LOGIN_STORE works too',
    },
  );
}
