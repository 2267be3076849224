import { lstatSync } from 'node:fs';

/**
 * Gives a text that differs after every change of the file, for the price of one look; `undefined` when the file is
 * missing or cannot be looked at. It does not tell who owns the file.
 */
export function fileMark(file: string): string | undefined {
  try {
    const { ino, mtimeMs, size } = lstatSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}
