import { dirname } from 'node:path';
import { StoreError } from './errors.ts';
import { systemErrorCode, systemReason } from './system-words.ts';

/** Quotes a path for the POSIX shell command of a hint. */
export function shellQuoted(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

/** The words of a line that `shellQuoted` and spaces made. */
export function shellWords(line: string): string[] {
  const words = line.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(/'([^']*)'|\\(')/g, (_, quoted, apostrophe) => quoted ?? apostrophe),
  );
}

/** The `StoreError` `store_permissions` for what others could read or replace, with the command that mends it. */
export function permissionsFault(what: string, command: string, cause?: unknown): StoreError {
  return new StoreError('store_permissions', what, { hint: `fix it with: ${command}`, cause });
}

/** Turns an error of the file system into a `StoreError` `store_write_failed` that says how to go on. */
export function writeFailure(path: string, error: unknown): StoreError {
  const code = systemErrorCode(error);
  const elsewhere = 'or choose another directory with OAUTH_LOGIN_DATA_DIR';
  const hints = new Map([
    ['ENOSPC', `free some space on that disk, ${elsewhere}, and run the command again`],
    ['EDQUOT', `free some of your quota on that disk, ${elsewhere}, and run the command again`],
    ['EROFS', `that disk is read-only: mount it writable, ${elsewhere}`],
  ]);
  return new StoreError('store_write_failed', `cannot write ${path} (${systemReason(error)})`, {
    hint:
      hints.get(code ?? '') ?? `see who may write there: ls -ld ${shellQuoted(dirname(path))}; ${elsewhere}`,
    cause: error,
  });
}
