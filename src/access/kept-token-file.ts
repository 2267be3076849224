import type { Clock } from '../ground/context.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import type { TokenFile } from '../secrets/token-file.ts';
import type { TokenReader, TokenToHold } from './token-to-hold.ts';

/** What a person may want to know while a token file is kept. */
export interface TokenFileNotes {
  /** It failed, and is tried again; told once for each kind of failure in a row. */
  failed(error: OAuthLoginError): void;
  /** It works again. */
  recovered(): void;
}

/** A token file that is being kept. */
export interface KeptTokenFile {
  /** Stops, after a refresh that is under way, and removes the file. */
  end(): Promise<void>;
}

/** Seconds before its end at which a token is replaced, at most; a short one is replaced in its last quarter. */
const LONGEST_LEAD = 300;
/** Milliseconds between two looks: after the machine has slept, or its clock was set, the file is old for no longer. */
const LONGEST_PAUSE = 15_000;
const SHORTEST_PAUSE = 1_000;

/**
 * Writes the token to the file, and replaces it before it ends, until it is told to stop. Whether it ends is asked of the
 * wall clock, every few seconds, because timers stand still while a machine sleeps. A token that another process has got
 * is written too, and a file that was changed or removed is written again.
 *
 * Throws what the reader and the file throw at the first time. What fails later is told and tried again.
 */
export async function keepTokenFile(
  file: TokenFile,
  read: TokenReader,
  minValiditySeconds: number,
  notes: TokenFileNotes,
  clock: Clock,
): Promise<KeptTokenFile> {
  const stopped = new AbortController();
  let latest = await read(minValiditySeconds);
  file.hold(latest.token);

  const keep = async () => {
    let failure: string | undefined;
    while (await isOver(pauseFor(latest), clock, stopped.signal)) {
      try {
        latest = await read(leadFor(latest));
        file.hold(latest.token);
        if (failure !== undefined) {
          notes.recovered();
        }
        failure = undefined;
      } catch (error) {
        if (!(error instanceof OAuthLoginError)) {
          throw error;
        }
        if (failure !== error.code) {
          notes.failed(error);
        }
        failure = error.code;
      }
    }
  };
  const ended = keep();
  // The error is thrown to the one who ends it.
  ended.catch(() => {});
  return {
    async end() {
      stopped.abort(new Error('the file is no longer kept'));
      try {
        await ended;
      } finally {
        file.remove();
      }
    },
  };
}

/** Whether the pause went by; `false` when it was stopped. */
async function isOver(milliseconds: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
  try {
    await clock.sleep(milliseconds, signal);
    return !signal.aborted;
  } catch (error) {
    if (signal.aborted) {
      return false;
    }
    throw error;
  }
}

function pauseFor(latest: TokenToHold): number {
  return Math.min(LONGEST_PAUSE, Math.max(SHORTEST_PAUSE, (leadFor(latest) * 1000) / 4));
}

/** In seconds. */
function leadFor(latest: TokenToHold): number {
  return Math.min(LONGEST_LEAD, lifeOf(latest) / 4);
}

/** In seconds; of a token whose life is not known, an hour. */
function lifeOf({ issuedAt, expiresAt }: TokenToHold): number {
  return issuedAt === undefined || expiresAt === undefined
    ? 3_600
    : Math.max(0, (expiresAt.getTime() - issuedAt.getTime()) / 1000);
}
