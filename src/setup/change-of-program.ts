import { lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { changedText } from '../credential-helpers/installations/changed-text.ts';
import type {
  Installation,
  InstallWish,
  ProgramLink,
} from '../credential-helpers/installations/installation.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { systemReason } from '../ground/system-words.ts';
import {
  changeForeignFile,
  type ForeignCopy,
  type ForeignFile,
  isMadeHere,
  originalOf,
  readForeignFile,
} from './change-foreign-file.ts';

/** A change of another program's configuration that was not made yet. */
export interface ChangeOfProgram {
  readonly file: string;
  readonly before: ForeignFile & { readonly text: string };
  readonly after: string;
  /** The file goes: it was made by this tool, and nothing else is in it. */
  readonly isRemoved: boolean;
  /** What happens to the link that the program needs besides; absent: nothing. */
  readonly link?: { readonly action: 'make' | 'remove'; readonly path: string; readonly to: string };
}

/**
 * Finds out what is to be changed; `undefined` where the file is not understood, or says something else already.
 *
 * Throws a `ConfigurationError` for a file that cannot be read, and what the installation throws.
 */
export function plannedChange(
  installation: Installation,
  action: 'install' | 'uninstall',
  file: string,
  wish: InstallWish,
): ChangeOfProgram | undefined {
  const before = readForeignFile(file);
  const { text } = before;
  if (text === undefined) {
    return undefined;
  }
  const after = changedText(installation, action, { text, original: originalOf(file) }, wish);
  if (after === undefined) {
    return undefined;
  }
  const isEmpty = /^\s*(?:\{\})?\s*$/.test(after);
  const isRemoved = action === 'uninstall' && isEmpty && before.isThere && isMadeHere(file);
  const link = linkChange(installation.link?.(wish), action);
  return { file, before: { ...before, text }, after, isRemoved, ...(link === undefined ? {} : { link }) };
}

/** Makes the change; gives the copy of the file as it was. Throws a `ConfigurationError`. */
export async function makeChange(
  { file, before, after, isRemoved, link }: ChangeOfProgram,
  context: Context,
): Promise<ForeignCopy | undefined> {
  if (link !== undefined) {
    changeLink(link);
  }
  return after === before.text
    ? undefined
    : changeForeignFile(file, { before, after: isRemoved ? undefined : after }, context);
}

/** A link or a file of somebody else stays as it is. */
function linkChange(link: ProgramLink | undefined, action: 'install' | 'uninstall'): ChangeOfProgram['link'] {
  if (link === undefined) {
    return undefined;
  }
  const { path, to } = link;
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (action === 'install') {
    return there === undefined && to !== undefined ? { action: 'make', path, to } : undefined;
  }
  const target = there?.isSymbolicLink() === true ? readlinkSync(path) : '';
  return basename(target) === basename(path) ? { action: 'remove', path, to: target } : undefined;
}

function changeLink({ action, path, to }: NonNullable<ChangeOfProgram['link']>): void {
  try {
    if (action === 'remove') {
      rmSync(path, { force: true });
      return;
    }
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(to, path);
  } catch (cause) {
    throw new ConfigurationError('config_write_failed', `cannot ${action} ${path} (${systemReason(cause)})`, {
      hint: `check that you may write to its directory: ls -ld '${dirname(path)}'`,
      cause,
    });
  }
}
