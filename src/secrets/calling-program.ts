import { readFileSync } from 'node:fs';
import { safeText } from '../ground/safe-text.ts';

/** A process, by its number and, on Linux, by the name that it gives itself, which proves nothing. */
export interface CallingProgram {
  readonly pid: number;
  readonly program?: string;
}

/** Describes the process of that number, in text that is harmless to a terminal. */
export function callingProgram(pid: number): CallingProgram {
  const program = safeText(nameOf(pid));
  return program === '' ? { pid } : { pid, program };
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8');
  } catch {
    // Other systems have no such file, and the process may be gone.
    return '';
  }
}
