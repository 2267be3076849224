import { createHash, randomBytes } from 'node:crypto';
import { lstatSync, utimesSync } from 'node:fs';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { readPrivateFile } from '../secrets/private-file-reading.ts';
import { removePrivateFile, writePrivateFile } from '../secrets/private-file-writing.ts';
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

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function readIdentity(fields: Readonly<Record<string, unknown>>): ProcessIdentity | undefined {
  const { pid, host } = fields;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0 || typeof host !== 'string') {
    return;
  }
  const boot = optionalText(fields.boot);
  const namespace = optionalText(fields.namespace);
  const started = optionalText(fields.started);
  return {
    pid,
    host,
    ...(boot !== undefined && { boot }),
    ...(namespace !== undefined && { namespace }),
    ...(started !== undefined && { started }),
  };
}

/** Reads who holds the lock; `undefined` when nobody does. Throws `StoreError` for a file that is not ours. */
export function readLockOwner(file: string): LockOwner | undefined {
  const bytes = readPrivateFile(file, 4096);
  const beat = lstatSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (bytes === undefined || beat === undefined) {
    return undefined;
  }
  const fields = plainObject(parsePlainJson(bytes.toString('utf8')));
  const token = fields?.token;
  if (fields === undefined || typeof token !== 'string' || !/^[0-9a-f]{32}$/.test(token)) {
    return { token: createHash('sha256').update(bytes).digest('hex').slice(0, 32), beat };
  }
  const process = readIdentity(fields);
  return { token, beat, ...(process !== undefined && { process }) };
}

/** Takes the lock when nobody holds it and gives the token; else `undefined`. Throws `StoreError`. */
export function takeLockFile(file: string): string | undefined {
  const token = randomBytes(16).toString('hex');
  const content = `${JSON.stringify({ token, ...ownIdentity() })}\n`;
  return writePrivateFile(file, content, { exclusive: true, durable: false }) ? token : undefined;
}

/** Whether the lock is still the one that was taken with this token. */
export function isOwnLock(file: string, token: string): boolean {
  return readLockOwner(file)?.token === token;
}

/** Says that the owner lives. */
export function beatLockFile(file: string, token: string): void {
  const now = new Date();
  if (isOwnLock(file, token)) {
    utimesSync(file, now, now);
  }
}

/** Gives the lock back, unless it was taken away meanwhile. */
export function releaseLockFile(file: string, token: string): void {
  if (isOwnLock(file, token)) {
    removePrivateFile(file);
  }
}

/**
 * Removes a lock whose owner is gone. A second lock, named after that owner, makes sure that of many processes
 * with the same opinion none removes the lock that the first one took afterwards.
 */
export function breakLockFile(file: string, stale: LockOwner): void {
  const breaker = `${file}.${stale.token}`;
  const token = takeLockFile(breaker);
  if (token === undefined) {
    const other = readLockOwner(breaker);
    if (other !== undefined && isBreakerGone(other)) {
      breakLockFile(breaker, other);
    }
    return;
  }
  try {
    if (isOwnLock(file, stale.token)) {
      removePrivateFile(file);
    }
  } finally {
    releaseLockFile(breaker, token);
  }
}

function isBreakerGone(breaker: LockOwner): boolean {
  const running = breaker.process === undefined ? 'unknown' : isRunning(breaker.process);
  return running === 'unknown' ? Math.abs(Date.now() - breaker.beat) > BREAKER_AGE : !running;
}
