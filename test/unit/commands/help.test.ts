import { describe, expect, it } from 'vitest';
import { type CommandName, descriptions } from '../../../src/commands/descriptions.ts';
import { examples, firstExamples } from '../../../src/commands/examples.ts';
import { namesOf } from '../../../src/commands/flag.ts';
import { commandGroups } from '../../../src/commands/help-format.ts';
import { topics } from '../../../src/commands/help-topics.ts';
import { unattendedFlags } from '../../../src/commands/unattended-flags.ts';
import { ExitCode } from '../../../src/ground/errors.ts';
import { main } from '../../../src/main.ts';
import { fakeContext } from '../../support/fake-context.ts';
import { commandsIn, parseCommand } from '../../support/hint-commands.ts';

async function helpOf(argv: readonly string[], columns = 80): Promise<string> {
  const fake = fakeContext();
  const out: string[] = [];
  const stdout = { write: (text: string) => out.push(text), isTTY: true, columns };
  try {
    expect(await main(argv, { ...fake.context, stdout })).toBe(0);
    return out.join('');
  } finally {
    fake.remove();
  }
}

const names = Object.keys(descriptions) as CommandName[];
const pages = [
  ['--help'],
  ...names.map((name) => [name, '--help']),
  ...Object.keys(topics).map((name) => ['help', name]),
];

describe('the help', () => {
  it('shows each command once, in a group, before the options', async () => {
    const shown = commandGroups.flatMap(([, members]) => members);
    expect(shown.toSorted()).toEqual([...names, 'help'].toSorted());
    const help = await helpOf(['--help']);
    const at = shown.map((name) => help.search(new RegExp(`^  ${name} {2,}\\S`, 'm')));
    expect(at).not.toContain(-1);
    expect(Math.max(...at)).toBeLessThan(help.indexOf('\nOptions:\n'));
  });

  it.each(pages.map((argv) => [argv]))(
    'of %j has --allow-debug at the end of the flags, if at all',
    async (argv) => {
      const flags = [...(await helpOf(argv)).matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(
        ([, flag]) => flag,
      );
      if (flags.includes('--allow-debug')) {
        expect(flags.at(-1)).toBe('--allow-debug');
      }
      expect(flags).toEqual([...new Set(flags)]);
    },
  );

  it.each(names)(
    'of %s shows each of its flags, but those of --grant on a page of their own',
    async (name) => {
      const help = await helpOf([name, '--help']);
      const grants = await helpOf(['help', 'grants']);
      const isShown = (page: string, flag: string) =>
        new RegExp(`^ {2}(?:-\\w, )?${flag}(?: |$)`, 'm').test(page);
      for (const flag of descriptions[name].flags) {
        const page = unattendedFlags.includes(flag) ? grants : help;
        expect(isShown(page, namesOf(flag).at(-1) ?? ''), flag.usage).toBe(true);
      }
      expect(help.includes('oauth-login help grants')).toBe(
        ['token', 'exec', 'request', 'proxy', 'keep'].includes(name),
      );
    },
  );

  it.each(names)('of %s has two or three examples, which can be copied', async (name) => {
    const help = await helpOf([name, '--help']);
    expect(examples[name].length).toBeGreaterThanOrEqual(2);
    expect(examples[name].length).toBeLessThanOrEqual(3);
    for (const example of examples[name]) {
      expect(help).toContain(`\n  ${example}\n`);
      const [, line = ''] = /(oauth-login [^|)]*)/.exec(example) ?? [];
      const [words = []] = commandsIn(line);
      expect(words[0]).toBe(name === 'login' ? words[0] : name);
      await parseCommand(words);
    }
  });

  it('begins with lines that can be copied', async () => {
    for (const [line] of firstExamples) {
      const [words = []] = commandsIn(line);
      await parseCommand(words);
    }
  });

  it('tells of every exit code', async () => {
    const page = await helpOf(['help', 'exit-codes']);
    expect([...page.matchAll(/^ +(\d+) {2}\S/gm)].map(([, code]) => Number(code))).toEqual(
      // The last one is that of the signal that a closed pipe sends.
      [...Object.values(ExitCode), 141].toSorted((a, b) => a - b),
    );
  });

  it.each(pages.map((argv) => [argv]))(
    'of %j fits into a terminal of 40 columns, but for commands',
    async (argv) => {
      const lines = (await helpOf(argv, 40)).split('\n');
      const wide = lines.filter(
        (line) => line.length > 40 && !/oauth-login |^Usage|^ {7}oauth|^ {2}-/.test(line),
      );
      expect(wide).toEqual([]);
    },
  );

  it('is no page of a prototype', async () => {
    const fake = fakeContext();
    expect(await main(['help', 'constructor'], fake.context)).toBe(2);
    fake.remove();
  });
});
