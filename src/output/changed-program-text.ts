import type { ForeignCopy } from '../setup/change-foreign-file.ts';
import type { ChangeOfProgram } from '../setup/change-of-program.ts';
import { changedLines } from './changed-lines.ts';

/** What is about to be changed of another program: for a person who then says yes or no. */
export function plannedChangeText(
  what: string,
  { file, before, after, isRemoved, link }: ChangeOfProgram,
): string {
  const isChanged = after !== before.text;
  const fileText = isRemoved
    ? `This removes ${what}, ${file}, which holds nothing else:\n`
    : `This ${before.isThere ? 'changes' : 'makes'} ${what}, ${file}:\n`;
  const linkText =
    link?.action === 'make'
      ? `This makes the link ${link.path} to ${link.to}.\n`
      : `This removes the link ${link?.path}.\n`;
  return `${isChanged ? fileText + changedLines(before.text, after) : ''}${link === undefined ? '' : linkText}`;
}

/** What was done, where the copy is, and what is left to do. */
export function changedProgramText(
  { file, isRemoved, link }: ChangeOfProgram,
  copy: ForeignCopy | undefined,
  next: string | undefined,
): string {
  const kept =
    copy === undefined
      ? ''
      : copy.isOlder
        ? ` The older copy ${copy.path} stays as it is.`
        : ` What it was is kept in ${copy.path}.`;
  const linked =
    link === undefined ? '' : `${link.action === 'make' ? 'Made' : 'Removed'} the link ${link.path}.\n`;
  const more = next === undefined ? '' : `${next}\n`;
  return `${isRemoved ? 'Removed' : 'Changed'} ${file}.${kept}\n${linked}${more}`;
}
