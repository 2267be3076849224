import type { SearchChoice } from '../ground/ports.ts';

/**
 * Gives the choices that fit what was typed, the best first: the exact word, then what begins with it, then what has it
 * anywhere. Each word has to be somewhere.
 */
export function rankedChoices<Choice extends SearchChoice>(
  choices: readonly Choice[],
  typed: string,
): readonly Choice[] {
  const text = typed.trim().toLowerCase();
  const words = text.split(/\s+/);
  const rankOf = (choice: Choice) => {
    const known = [choice.label, ...choice.words].map((word) => word.toLowerCase());
    if (!words.every((word) => known.some((each) => each.includes(word)))) {
      return undefined;
    }
    if (known.includes(text)) {
      return 0;
    }
    return known.some((each) => each.startsWith(text)) ? 1 : 2;
  };
  return choices
    .map((choice) => ({ choice, rank: rankOf(choice) }))
    .filter(({ rank }) => rank !== undefined)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
    .map(({ choice }) => choice);
}
