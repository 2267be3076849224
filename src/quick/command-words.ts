import type { OptionValues } from 'commander';
import {
  type CommandDescription,
  conflictAmong,
  isTyped,
  memberOf,
  namesOf,
  takesValue,
} from '../commands/flag.ts';

/** The words of a command line, as the command is given them. */
export interface CommandWords {
  readonly target: string | undefined;
  /** The words behind it, of a command that takes more. */
  readonly others: readonly string[];
  /** By the members that the flags set; one without a value is `true`. */
  readonly flags: Readonly<OptionValues>;
}

/**
 * Reads the words after the name of a command that are written in the plainest way: at most one target, flags by their
 * full names, each once, values apart from their flags. `most` is how many words may stand there, where it is not
 * the target alone.
 *
 * Gives `undefined` for anything else; the whole program then reads it, and says what is wrong with it.
 */
export function readCommandWords(
  words: readonly string[],
  description: CommandDescription,
  most = Math.min(1, description.arguments.length),
): CommandWords | undefined {
  const targets: string[] = [];
  const flags: Record<string, string | readonly string[] | true> = {};
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-') && word !== '') {
      targets.push(word);
      continue;
    }
    const flag = description.flags.find((known) => namesOf(known).includes(word));
    if (flag === undefined || flag.choices || word.startsWith('--no-')) {
      return undefined;
    }
    const member = memberOf(flag);
    if (flags[member] !== undefined) {
      return undefined;
    }
    if (!takesValue(flag)) {
      flags[member] = true;
      continue;
    }
    index += 1;
    const value = words[index];
    if (!value || value.startsWith('-')) {
      return undefined;
    }
    const read = flag.read?.(value) ?? value;
    flags[member] = flag.isRepeatable ? [read] : read;
  }
  if (targets.length > most) {
    return undefined;
  }
  if (conflictAmong(description, (flag) => isTyped(flag, flags)) !== undefined) {
    return undefined;
  }
  return { target: targets[0], others: targets.slice(1), flags };
}
