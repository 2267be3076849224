import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { systemErrorCode } from '../ground/system-words.ts';

/** What tells one process from every other, also after its number was given to another one. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** Linux only: which boot of the machine. */
  readonly boot?: string;
  /** Linux only: containers number their processes on their own. */
  readonly namespace?: string;
  /** Linux only: start in clock ticks after the boot (proc(5), field 22). */
  readonly started?: string;
}

function attempt(read: () => string): string | undefined {
  try {
    return read().trim();
  } catch {
    return undefined;
  }
}

interface ProcessState {
  readonly state: string;
  readonly started: string;
}

function readState(pid: number | 'self'): ProcessState | undefined {
  const line = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  // The second field is the name of the program, in parentheses, and may hold anything.
  const [state, ...fields] = line?.slice(line.lastIndexOf(')') + 2).split(' ') ?? [];
  const started = fields[18];
  return state === undefined || started === undefined ? undefined : { state, started };
}

let known: ProcessIdentity | undefined;

/** The identity of this process, which is looked up once: who waits for a lock compares with it many times. */
export function ownIdentity(): ProcessIdentity {
  known ??= lookUpOwnIdentity();
  return known;
}

function lookUpOwnIdentity(): ProcessIdentity {
  const boot = attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  const namespace = attempt(() => readlinkSync('/proc/self/ns/pid'));
  const started = readState('self')?.started;
  return {
    pid: process.pid,
    host: hostname(),
    ...(boot !== undefined && { boot }),
    ...(namespace !== undefined && { namespace }),
    ...(started !== undefined && { started }),
  };
}

/** Whether the process still runs; `unknown` where it cannot be told from here. */
export function isRunning(other: ProcessIdentity): boolean | 'unknown' {
  const own = ownIdentity();
  if (other.host !== own.host || other.boot !== own.boot || other.namespace !== own.namespace) {
    return 'unknown';
  }
  try {
    process.kill(other.pid, 0);
  } catch (error) {
    if (systemErrorCode(error) === 'ESRCH') {
      return false;
    }
  }
  const now = readState(other.pid);
  if (now === undefined || other.started === undefined) {
    return 'unknown';
  }
  // A zombie holds nothing, but keeps its number until its parent asks for its exit code.
  return now.started === other.started && now.state !== 'Z' && now.state !== 'X';
}
