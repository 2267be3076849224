import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** What a signal does to a process that is watched. */
export interface SignalEffects {
  /** Whether it ends the process as it ends a program that takes no notice of it, now and as far as was seen before. */
  isFatal(signal: NodeJS.Signals): boolean;
  end(): void;
}

/** Milliseconds: a program that is asked to stop while it starts has nothing to lose yet. */
const INTERVAL = 1_000;
const MASKS = /^Sig(?:Blk|Ign|Cgt):\s*([0-9a-f]+)$/gm;

/**
 * Watches which signals a process blocks, ignores or catches; Linux only, elsewhere none is known to be fatal.
 *
 * Many programs catch the first Ctrl-C only, so one look at the moment of the signal can come too late.
 *
 * @see proc_pid_status(5)
 */
export function watchSignalEffects(pid: number | undefined): SignalEffects {
  let others = 0n;
  const look = (): boolean => {
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'latin1');
      for (const [, mask] of status.matchAll(MASKS)) {
        others |= BigInt(`0x${mask}`);
      }
      return true;
    } catch {
      return false;
    }
  };
  const timer = setInterval(look, INTERVAL).unref();
  return {
    isFatal: (signal) => look() && (others & (1n << BigInt(constants.signals[signal] - 1))) === 0n,
    end: () => clearInterval(timer),
  };
}
