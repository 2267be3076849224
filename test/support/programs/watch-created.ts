import { closeSync, constants, type FSWatcher, lstatSync, openSync, readdirSync, watch } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Watches a directory and all that are made in it (inotify, on Linux), and tries at once to open, as another user,
 * whatever is created. As root it becomes that user for the moment; otherwise it works out by modes what that user
 * could open. Tells on SIGTERM what it saw.
 */
const [root = '', other = ''] = process.argv.slice(2);
const isRoot = process.geteuid?.() === 0;
const created: { path: string; opened: string; mode?: number }[] = [];
const watchers = new Map<string, FSWatcher>();

if (isRoot) {
  process.setgroups?.([]);
}

function openAsOther(path: string): string {
  if (!isRoot) {
    return openByModes(path);
  }
  process.setegid?.(Number(other));
  process.seteuid?.(Number(other));
  try {
    closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    return 'opened';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

function openByModes(path: string): string {
  const read = (place: string) => lstatSync(place, { throwIfNoEntry: false })?.mode;
  for (let above = dirname(path); above.length >= root.length; above = dirname(above)) {
    if (((read(above) ?? 0) & 0o001) === 0) {
      return 'EACCES';
    }
  }
  const mode = read(path);
  if (mode === undefined) {
    return 'ENOENT';
  }
  return (mode & 0o004) === 0 ? 'EACCES' : 'opened';
}

function look(path: string): void {
  const opened = openAsOther(path);
  const stats = lstatSync(path, { throwIfNoEntry: false });
  created.push({ path, opened, ...(stats !== undefined && { mode: stats.mode & 0o777 }) });
  if (stats?.isDirectory()) {
    follow(path);
  }
}

function follow(directory: string): void {
  if (watchers.has(directory)) {
    return;
  }
  const watcher = watch(directory, (event, name) => {
    if (event === 'rename' && name !== null) {
      look(join(directory, name));
    }
  });
  watcher.on('error', () => watcher.close());
  watchers.set(directory, watcher);
  // What was made before the watch began.
  for (const name of readdirSync(directory)) {
    look(join(directory, name));
  }
}

process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify(created)}\n`, () => process.exit());
});
follow(root);
created.length = 0;
process.stdout.write('ready\n');
