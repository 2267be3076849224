/** The words of a command line: a flag that takes a value is given with it, one that does not is `true`. */
export interface CommandWords {
  readonly target: string | undefined;
  readonly flags: ReadonlyMap<string, string | true>;
}

/**
 * Reads the words behind the name of a command that are written in the plainest way: at most one target, known flags,
 * each once, values apart from their flags.
 *
 * Gives `undefined` for anything else; the whole program then reads it, and says what is wrong with it.
 */
export function readCommandWords(
  words: readonly string[],
  switches: readonly string[],
  valued: readonly string[],
): CommandWords | undefined {
  const targets: string[] = [];
  const flags = new Map<string, string | true>();
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    if (!word.startsWith('-') && word !== '') {
      targets.push(word);
      continue;
    }
    if (flags.has(word)) return undefined;
    if (switches.includes(word)) {
      flags.set(word, true);
      continue;
    }
    index += 1;
    const value = words[index];
    if (!valued.includes(word) || !value || value.startsWith('-')) return undefined;
    flags.set(word, value);
  }
  return targets.length > 1 ? undefined : { target: targets[0], flags };
}

/** The value of a flag as a member of the flags of a command, which has none where the flag was not given. */
export function flagValue<Name extends string>(
  { flags }: CommandWords,
  flag: string,
  name: Name,
): Partial<Record<Name, string>> {
  const value = flags.get(flag);
  return typeof value === 'string' ? ({ [name]: value } as Record<Name, string>) : {};
}

/** `{ json: true }` where `--json` was given. */
export function jsonFlag({ flags }: CommandWords): { readonly json?: true } {
  return flags.has('--json') ? { json: true } : {};
}
