import { lstatSync } from 'node:fs';

/**
 * Gives a text that differs after every change of the file, for the price of one look; `undefined` when there is none,
 * or it cannot be looked at. It says nothing about whose file that is.
 */
export function fileMark(file: string): string | undefined {
  try {
    const { ino, mtimeMs, size } = lstatSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return undefined;
  }
}
