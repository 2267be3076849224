import type { SignInProgress } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import { signedInText } from '../output/account-text.ts';
import { errorEventOf } from '../output/json.ts';
import type { SignInEvent } from '../output/sign-in-event.ts';
import { eventProgress } from '../output/sign-in-events.ts';
import { signInWords } from '../output/sign-in-words.ts';

/** What shows a sign-in to a person: the program that called, or the words for a terminal. */
export interface Show {
  progressOf(label: string, context: Context): SignInProgress;
  /** The last event of a sign-in that failed. */
  failed(error: unknown): void;
  /** Throws what the function of the program threw. */
  throwFailure(): void;
}

/**
 * Shows the events to the function of the program. What it throws, now or later, stops the sign-in, and nothing more is
 * shown.
 */
export function showEvents(show: (event: SignInEvent) => unknown, stop: AbortController): Show {
  let failure: { readonly reason: unknown } | undefined;
  const fail = (reason: unknown) => {
    failure ??= { reason };
    stop.abort(reason);
  };
  const emit = (event: SignInEvent) => {
    if (failure !== undefined) {
      return;
    }
    try {
      // It may be asynchronous; nobody else would hear of its rejection.
      Promise.resolve(show(event)).catch(fail);
    } catch (error) {
      fail(error);
    }
  };
  return {
    progressOf: (label) => eventProgress(label, emit),
    failed(error) {
      if (error instanceof OAuthLoginError) {
        emit(errorEventOf(error));
      }
    },
    throwFailure() {
      if (failure !== undefined) {
        throw failure.reason;
      }
    },
  };
}

/** Tells the person at the terminal, on standard error. */
export function showWords(): Show {
  return {
    progressOf(label, context) {
      const words = signInWords(label, { debug: false }, context);
      return {
        ...words,
        signedIn(account) {
          words.signedIn(account);
          context.stderr.write(signedInText(account, 'kept', [], context.clock.now()));
        },
      };
    },
    failed() {},
    throwFailure() {},
  };
}
