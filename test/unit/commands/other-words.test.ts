import { describe, expect, it } from 'vitest';
import { descriptionOf, descriptions } from '../../../src/commands/descriptions.ts';
import { otherWords, otherWordsHint } from '../../../src/commands/other-words.ts';
import { providerIndex } from '../../../src/providers/provider-index.ts';
import { commandsIn, parseCommand } from '../../support/hint-commands.ts';

const commands = Object.keys(descriptions);
const words = otherWords.flatMap((row) => row.words);

describe('the words of other tools', () => {
  it('stand in the table once, and none is a command or a provider', () => {
    expect(words).toEqual([...new Set(words)]);
    expect(words.filter((word) => descriptionOf(word) !== undefined || word === 'help')).toEqual([]);
    const providers = providerIndex().flatMap(({ name, aliases = [] }) => [name, ...aliases]);
    expect(words.filter((word) => providers.includes(word))).toEqual([]);
  });

  it.each(words)('%s leads to a command that can be run, with words after it and without', async (word) => {
    for (const typed of [[word], [word, 'work'], ['auth', word]]) {
      const hint = otherWordsHint(typed, commands) ?? '';
      expect(hint).not.toMatch(/[{}]| {2}/);
      const lines = commandsIn(hint);
      for (const line of lines) {
        await parseCommand(line);
      }
      expect(lines.length, hint).toBeGreaterThan(0);
    }
  });

  it('quotes for a shell what was typed', () => {
    expect(otherWordsHint(['revoke', 'my work; rm'], commands)).toContain("logout 'my work; rm'");
  });

  it('are no others', () => {
    expect(otherWordsHint(['constructor'], commands)).toBeUndefined();
    expect(otherWordsHint([], commands)).toBeUndefined();
    expect(otherWordsHint(['github'], commands)).toBeUndefined();
  });
});
