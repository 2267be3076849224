import type { Secret } from '../ground/secret.ts';

/**
 * What a grant asks the person at the terminal; `output/` has the words. Each rejects with an `AbortedError` on Ctrl-C,
 * an `InputEndedError` on Ctrl-D.
 */
export interface GrantQuestions {
  /** Whether that host, at which the code is to be entered, belongs to the provider (RFC 8628 §3.3). */
  isHostOfProvider(host: string): Promise<boolean>;
  /**
   * Runs work that asks for the redirected address until it has the right one; nothing of what is pasted is shown. The
   * signal takes the question back, with its reason.
   */
  pastedAddress<Result>(
    work: (ask: (stop: AbortSignal) => Promise<Secret>) => Promise<Result>,
  ): Promise<Result>;
}
