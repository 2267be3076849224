import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** What everybody on this machine, or every program of this user, may see of a process (Linux). */
export interface SeenProcess {
  readonly pid: number;
  /** Its arguments, separated by NUL. */
  readonly commandLine: string;
  /** Its variables as it was started with, separated by NUL. */
  readonly environment: string;
}

/** Looks at a process and all that it starts, every few milliseconds, until `stop` gives what was seen. */
export function watchProcesses(pid: number): { stop(): { own: SeenProcess[]; children: SeenProcess[] } } {
  const seen = new Map<string, SeenProcess>();
  const look = () => {
    for (const each of [pid, ...descendantsOf(pid)]) {
      const commandLine = readProc(each, 'cmdline');
      const environment = readProc(each, 'environ');
      // Between fork and exec a child still looks like its parent, and both texts may be gone already.
      if (commandLine !== '') seen.set(`${each} ${commandLine}`, { pid: each, commandLine, environment });
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
