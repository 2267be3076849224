import { Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { actions } from '../../../src/commands/actions.ts';
import { descriptionOf, descriptions } from '../../../src/commands/descriptions.ts';
import { conflictAmong, isTyped, memberOf, namesOf, takesValue } from '../../../src/commands/flag.ts';

const commands = Object.values(descriptions);
const flags = commands.flatMap((command) => command.flags.map((flag) => ({ command, flag })));

describe('the descriptions of the commands', () => {
  it('are found by name, and each has an action', () => {
    expect(Object.keys(actions)).toEqual(commands.map(({ name }) => name));
    for (const command of commands) {
      expect(descriptionOf(command.name)).toBe(command);
    }
    expect(descriptionOf('github')).toBeUndefined();
  });

  it('give a flag the names, the value and the member that the command line parser gives it', () => {
    for (const { flag } of flags) {
      const option = new Option(flag.usage);
      expect(namesOf(flag)).toEqual([option.short, option.long].filter(Boolean));
      expect(takesValue(flag)).toBe(option.required);
      expect(memberOf(flag)).toBe(option.attributeName());
    }
  });

  it('have each name once in a command', () => {
    for (const command of commands) {
      const names = command.flags.flatMap(namesOf);
      expect(names).toEqual([...new Set(names)]);
    }
  });

  it('exclude only flags of the same command, of another name', () => {
    const excluded = flags.flatMap(({ command, flag }) =>
      (flag.conflicts ?? []).map((other) => ({ command, flag, other })),
    );
    expect(excluded.length).toBeGreaterThan(3);
    for (const { command, flag, other } of excluded) {
      expect(command.flags.some(({ usage }) => usage === other.usage)).toBe(true);
      expect(flag.usage).not.toBe(other.usage);
      const found = conflictAmong(command, ({ usage }) => [flag.usage, other.usage].includes(usage));
      expect(found?.map(({ usage }) => usage)).toEqual([flag.usage, other.usage]);
      expect(conflictAmong(command, ({ usage }) => usage === flag.usage)).toBeUndefined();
    }
  });
});

describe('a flag and its negation', () => {
  it('are told apart, though they set one member', () => {
    const [store, noStore] = [
      { usage: '--store <kind>', description: '' },
      { usage: '--no-store', description: '' },
    ];
    expect([isTyped(store, { store: 'file' }), isTyped(noStore, { store: 'file' })]).toEqual([true, false]);
    expect([isTyped(store, { store: false }), isTyped(noStore, { store: false })]).toEqual([false, true]);
    expect([isTyped(store, {}), isTyped(noStore, {})]).toEqual([false, false]);
  });
});
