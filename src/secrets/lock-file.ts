import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, utimesSync } from 'node:fs';
import { defined } from '../ground/defined.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { readPrivateFile } from './private-file-reading.ts';
import { removePrivateFile, writePrivateFile } from './private-file-writing.ts';
import { isRunning, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Longer than any pause of a process that breaks a lock, which takes microseconds. */
const BREAKER_AGE = 60_000;

/** Who holds a lock. */
export interface LockOwner {
  /** Random, one for each time a lock is taken. */
  readonly token: string;
  /** Absent: the file cannot be understood. */
  readonly process?: ProcessIdentity;
  /** When the owner last said that it lives; a mark to compare, not a time to trust. */
  readonly beat: number;
}

/** How the files of a lock are read and written, which depends on their directory. */
export interface LockFiles {
  /** Writes a new file, readable by its owner only; gives `false` when there is one already. */
  create(file: string, content: string): boolean;
  /** `undefined` when there is none. */
  read(file: string): Buffer | undefined;
  remove(file: string): void;
}

/** Longest lock that is read, in bytes. */
export const LONGEST_LOCK = 4096;

/** The files of a lock in a directory that nobody else can read; they throw `StoreError`. */
export const privateLockFiles: LockFiles = {
  create: (file, content) => writePrivateFile(file, content, { exclusive: true, durable: false }),
  read: (file) => readPrivateFile(file, LONGEST_LOCK),
  remove: removePrivateFile,
};

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readIdentity(fields: Readonly<Record<string, unknown>>): ProcessIdentity | undefined {
  const { pid, host } = fields;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || typeof host !== 'string') {
    return;
  }
  const { boot, namespace, started } = fields;
  return {
    pid,
    host,
    ...defined({
      boot: optionalText(boot),
      namespace: optionalText(namespace),
      started: optionalText(started),
    }),
  };
}

/** Reads who holds the lock; `undefined` when nobody does. Throws what the files throw. */
export function readLockOwner(file: string, files: LockFiles = privateLockFiles): LockOwner | undefined {
  const bytes = files.read(file);
  const beat = bytes && lstatSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (bytes === undefined || beat === undefined) {
    return undefined;
  }
  const fields = plainObject(parsePlainJson(bytes.toString('utf8')));
  const token = fields?.token;
  if (fields === undefined || typeof token !== 'string' || !/^[0-9a-f]{32}$/.test(token)) {
    return { token: createHash('sha256').update(bytes).digest('hex').slice(0, 32), beat };
  }
  return { token, beat, ...defined({ process: readIdentity(fields) }) };
}

/** Takes the lock when nobody holds it and gives the token; else `undefined`. Throws what the files throw. */
export function takeLockFile(file: string, files: LockFiles): string | undefined {
  const token = randomBytes(16).toString('hex');
  return files.create(file, `${JSON.stringify({ token, ...ownIdentity() })}\n`) ? token : undefined;
}

/** Whether the lock is still the one that was taken with this token. */
export function isOwnLock(file: string, token: string, files: LockFiles): boolean {
  return readLockOwner(file, files)?.token === token;
}

/** Says that the owner lives. */
export function beatLockFile(file: string, token: string, files: LockFiles): void {
  const now = new Date();
  if (isOwnLock(file, token, files)) {
    utimesSync(file, now, now);
  }
}

/** Gives the lock back, unless it was taken away meanwhile. */
export function releaseLockFile(file: string, token: string, files: LockFiles): void {
  if (isOwnLock(file, token, files)) {
    files.remove(file);
  }
}

/**
 * Removes a lock whose owner is gone. A second lock, named after that owner, makes sure that of many processes
 * with the same opinion none removes the lock that the first one took afterwards.
 */
export function breakLockFile(file: string, stale: LockOwner, files: LockFiles): void {
  const breaker = `${file}.${stale.token}`;
  const token = takeLockFile(breaker, files);
  if (token === undefined) {
    const other = readLockOwner(breaker, files);
    if (other !== undefined && isBreakerGone(other)) {
      breakLockFile(breaker, other, files);
    }
    return;
  }
  try {
    if (isOwnLock(file, stale.token, files)) {
      files.remove(file);
    }
  } finally {
    releaseLockFile(breaker, token, files);
  }
}

function isBreakerGone(breaker: LockOwner): boolean {
  const running = breaker.process === undefined ? 'unknown' : isRunning(breaker.process);
  return running === 'unknown' ? Math.abs(Date.now() - breaker.beat) > BREAKER_AGE : !running;
}
