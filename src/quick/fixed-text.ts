import { fstatSync } from 'node:fs';
import { namesOf } from '../commands/flag.ts';
import { help, version } from '../commands/flags.ts';
import { versionDocument } from '../commands/version-document.ts';
import { type QuickAnswer, write } from './write.ts';

/** Texts that the build puts in, so that nothing has to be loaded to print them. */
declare const VERSION_TEXT: string;
declare const HELP_TEXT: string;

/** Answers `--version` and `--help`; gives `undefined` when the whole program is needed. */
export function answerWithText(
  argv: readonly string[],
  process: Pick<NodeJS.Process, 'stdout'>,
): QuickAnswer | undefined {
  const [flag = '', ...others] = argv;
  if (argv.length === 2) {
    const document = versionDocument(argv, () => VERSION_TEXT.trim());
    return document === undefined ? undefined : write(document);
  }
  if (others.length > 0) {
    return undefined;
  }
  if (namesOf(version).includes(flag)) {
    return write(VERSION_TEXT);
  }
  if (!namesOf(help).includes(flag)) {
    return undefined;
  }
  // The text was made for 80 columns, as commander does without a terminal; asking one for its width takes 3 ms.
  const fits = !fstatSync(1).isCharacterDevice() || (process.stdout.columns || 80) === 80;
  return fits ? write(HELP_TEXT) : undefined;
}
