import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What everybody on this machine, or every program of this user, may see of a process (Linux). */
export interface SeenProcess {
  readonly pid: number;
  /** Its arguments, separated by NUL. */
  readonly commandLine: string;
  /** Its variables as it was started with, separated by NUL; `undefined` when it ended before they could be read. */
  readonly environment: string | undefined;
}

/** Looks at a process and all that it starts, every few milliseconds, until `stop` gives what was seen. */
export function watchProcesses(pid: number): { stop(): { own: SeenProcess[]; children: SeenProcess[] } } {
  const seen = new Map<string, SeenProcess>();
  const look = () => {
    for (const each of [pid, ...descendantsOf(pid)]) {
      const one = lookAt(each);
      if (one === undefined) {
        continue;
      }
      const key = `${each} ${one.commandLine}`;
      // A process that is ending shows its arguments longer than its variables.
      if (one.environment !== undefined || !seen.has(key)) {
        seen.set(key, one);
      }
    }
  };
  look();
  const timer = setInterval(look, 4);
  return {
    stop() {
      clearInterval(timer);
      const all = [...seen.values()];
      return { own: all.filter((one) => one.pid === pid), children: all.filter((one) => one.pid !== pid) };
    },
  };
}

/**
 * What is seen of a process, or nothing where it has ended. Between fork and exec a child still looks like its parent; for
 * a moment after exec it has neither arguments nor variables yet, so that one look is not enough.
 */
function lookAt(pid: number): SeenProcess | undefined {
  let seen: SeenProcess | undefined;
  for (let tries = 0; tries < 1_000; tries += 1) {
    const commandLine = readProc(pid, 'cmdline');
    if (commandLine === '' && !isAlive(pid)) {
      break;
    }
    if (commandLine === '') {
      continue;
    }
    const environment = readProc(pid, 'environ');
    // A program that came in between would give the arguments of one and the variables of another.
    const same = readProc(pid, 'cmdline') === commandLine;
    if (same && environment !== '') {
      return { pid, commandLine, environment };
    }
    seen = { pid, commandLine, environment: undefined };
  }
  return seen;
}

/** Whether the process runs; one that has ended and was not waited for yet has no arguments either. */
function isAlive(pid: number): boolean {
  const [, state = 'X'] = /\) (\w) /.exec(readProc(pid, 'stat')) ?? [];
  return !'ZX'.includes(state);
}

function descendantsOf(pid: number): number[] {
  const children = readProc(pid, `task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The local addresses, as `/proc/net/tcp` writes them, of the sockets that a process listens on. */
export function listeningAddresses(pid: number): string[] {
  const inodes = new Set(
    descriptorsOf(pid).flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.slice(1) ?? []),
  );
  const rows = ['tcp', 'tcp6'].flatMap((table) => readProc(pid, `net/${table}`).split('\n').slice(1));
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode ?? ''))
    .map(([, local = '']) => local);
}

function descriptorsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((name) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${name}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

function readProc(pid: number, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1');
  } catch {
    return '';
  }
}
