import { CommanderError } from 'commander';
import { topicText } from '../../src/commands/topic-text.ts';
import { createProgram } from '../../src/program.ts';
import { storeContext } from './store-context.ts';

/** Words of a sentence that come after a command and are no part of it. */
const PROSE = new Set([
  'lists',
  'shows',
  'signs',
  'asks',
  'leads',
  'starts',
  '|',
  'tells',
  'the',
  'in',
  'or',
  'and',
  'again',
]);

/**
 * The commands that a text names, each as a shell splits it, without `oauth-login`. A command ends at punctuation, at
 * a bracket, at a backtick, or at a word of the sentence around it.
 */
export function commandsIn(text: string): string[][] {
  return [...text.matchAll(/(?<![\w./-])oauth-login (?=[^:])/g)].map(({ index, 0: { length } }) => {
    const words: string[] = [];
    for (const { 0: raw } of text.slice(index + length).matchAll(/(?:'[^']*'|\\'|"[^"]*"|[^\s'"])+/g)) {
      if (raw.startsWith('(') || PROSE.has(raw)) {
        break;
      }
      const [, bare = '', end = ''] = /^(.*?)([,;:)`?]*)$/s.exec(raw) ?? [];
      words.push(bare.replace(/'([^']*)'|\\(')|"([^"]*)"/g, (_, ...parts) => parts.slice(0, 3).join('')));
      if (end !== '') {
        break;
      }
    }
    return words;
  });
}

/** Throws unless the command line parser takes the words as they stand; nothing is run. */
export async function parseCommand(words: readonly string[]): Promise<void> {
  const program = createProgram({ ...storeContext('/nowhere'), stdout: { write: () => {} } }, async () => 0);
  if (topicText(words, program) !== undefined) {
    return;
  }
  for (const command of program.commands) {
    command.action(() => {});
  }
  try {
    await program.parseAsync([...words], { from: 'user' });
  } catch (error) {
    // The help, or the version.
    if (error instanceof CommanderError && error.exitCode === 0) {
      return;
    }
    throw new Error(`the command of a hint cannot be run: oauth-login ${words.join(' ')}`, { cause: error });
  }
}

/** Throws unless every command in the hints of that output can be copied and run as it stands. */
export async function checkHints(output: string): Promise<void> {
  const lines = [...output.matchAll(/^oauth-login: hint: (.*)$/gm)].map(([, hint = '']) => hint);
  const members = [...output.matchAll(/"hint": ?("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) =>
    JSON.parse(text),
  );
  const remarks = [...output.matchAll(/^(?!\s*").*[Ss]ign in (?:again )?with: (.*)$/gm)].map(
    ([, remark = '']) => remark,
  );
  for (const words of [...lines, ...members, ...remarks].flatMap(commandsIn)) {
    await parseCommand(words);
  }
}
