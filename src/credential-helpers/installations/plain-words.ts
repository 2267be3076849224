import { UsageError } from '../../ground/errors.ts';

/**
 * The words as one text, for a file that knows no quotes, or whose quotes differ from program to program.
 *
 * Throws a `UsageError` for a word that could be read as something else.
 */
export function plainWords(words: readonly string[]): string {
  const unfit = words.find((word) => !/^[\w@%+=:,./~-]+$/.test(word));
  if (unfit !== undefined) {
    throw new UsageError('usage_invalid', `${JSON.stringify(unfit)} cannot be written into that file`, {
      hint: 'give the account a short name of its own: oauth-login login NAME, with NAME under providers in config.json',
    });
  }
  return words.join(' ');
}
