import { type FSWatcher, linkSync, mkdtempSync, readdirSync, rmSync, statSync, watch } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Every file that appears under a directory, kept under another name, so that it can be read after it is gone. */
export interface KeptFiles {
  /** Where they are kept. */
  readonly directory: string;
  /** The names that were seen, relative to the directory that is watched. */
  seen(): string[];
  /** Stops watching, and forgets what was kept. */
  close(): void;
}

/**
 * Watches a directory and whatever comes to be under it. A file is kept by a hard link as soon as it is noticed:
 * what is written to it later is kept with it, and what replaces it is another file.
 */
export function keepFiles(root: string): KeptFiles {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-kept-'));
  const watchers = new Map<string, FSWatcher>();
  const seen = new Set<string>();

  function keep(path: string): void {
    seen.add(path.slice(root.length + 1));
    attempt(() => linkSync(path, join(directory, String(readdirSync(directory).length))));
  }

  function watchDirectory(path: string): void {
    if (watchers.has(path)) {
      return;
    }
    const watcher = watch(path, (_event, name) => {
      if (name !== null) {
        look(join(path, name));
      }
    });
    watchers.set(
      path,
      watcher.on('error', () => {}),
    );
    for (const name of readdirSync(path)) {
      look(join(path, name));
    }
  }

  function look(path: string): void {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) {
      attempt(() => watchDirectory(path));
    } else {
      keep(path);
    }
  }

  watchDirectory(root);
  return {
    directory,
    seen: () => [...seen].sort(),
    close() {
      for (const watcher of watchers.values()) {
        watcher.close();
      }
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What is gone again by now cannot be kept; that it was there is noted. */
function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      throw error;
    }
  }
}
