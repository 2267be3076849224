import { CommanderError } from 'commander';
import { descriptionOf, descriptions } from '../../src/commands/descriptions.ts';
import { namesOf } from '../../src/commands/flag.ts';
import { topicText } from '../../src/commands/topic-text.ts';
import { unattendedFlags } from '../../src/commands/unattended-flags.ts';
import { createProgram } from '../../src/program.ts';
import { storeContext } from './store-context.ts';

/** Words of a sentence that come after a command and are no part of it. */
const PROSE = new Set([
  'there',
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
      if (raw.startsWith('(') || PROSE.has(raw.replace(/[,;]$/, ''))) {
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

/**
 * Throws unless every command in the hints of that output can be copied and run as it stands, and unless the command that
 * was typed takes every flag that a hint names by itself.
 */
export async function checkHints(output: string, typed?: readonly string[]): Promise<void> {
  const lines = [...output.matchAll(/^oauth-login: hint: (.*)$/gm)].map(([, hint = '']) => hint);
  const members = [...output.matchAll(/"hint": ?("(?:[^"\\]|\\.)*")/g)].map(([, text = '']) =>
    JSON.parse(text),
  );
  const remarks = [...output.matchAll(/^(?!\s*").*[Ss]ign in (?:again )?with: (.*)$/gm)].map(
    ([, remark = '']) => remark,
  );
  const strange =
    typed === undefined ? [] : [...lines, ...members].flatMap((hint) => strangeFlags(hint, typed));
  if (strange.length > 0) {
    throw new Error(`${typed?.[0]} does not take what its hint names: ${strange.join(' ')}`);
  }
  for (const words of [...lines, ...members, ...remarks].flatMap(commandsIn)) {
    await parseCommand(words);
  }
}

/** Where a hint speaks of another command than the one that was typed, or of leaving a flag out. */
const OF_ANOTHER = /\b(?:sign(?:ing)? in|at sign-in|setup|oauth-login|without|leave out)\b/;

/** Flags of `--grant` that a person who has signed in may take for a cure, and that mean nothing without it. */
const OF_GRANTS = ['--store', '--allow-http-loopback', '--ca-file'];

/** The flags that a hint names by themselves, as a cure of the command that was typed, which does not take them. */
export function strangeFlags(hint: string, typed: readonly string[]): string[] {
  const description = descriptionOf(typed[0]) ?? descriptions.login;
  const known = description.flags.flatMap(namesOf);
  const takesGrants = description.flags.some((flag) => unattendedFlags.includes(flag));
  return hint.split('; ').flatMap((clause) => {
    if (OF_ANOTHER.test(clause)) {
      return [];
    }
    const isGrant = !takesGrants || typed.includes('--grant') || clause.includes('--grant');
    const named = [...clause.matchAll(/(?<![\w-])--[a-z][\w-]*/g)].map(([flag]) => flag);
    return named.filter((flag) => !known.includes(flag) || (!isGrant && OF_GRANTS.includes(flag)));
  });
}
