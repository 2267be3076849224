import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';

let line: CommandLine;

beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});

describe('T41 names are never paths', () => {
  const names = [
    ...[
      '../../.ssh/id',
      '..',
      '.',
      '/etc/passwd',
      'a/b',
      'a\\b',
      'C:',
      'C:\\x',
      'CON',
      'nul',
      'aux.',
      'a:b',
      'a b',
    ],
    ...[
      '-x',
      '--',
      '~',
      '~root',
      '$HOME',
      '%2e%2e',
      'a\u0000b',
      'a\nb',
      'a\u202eb',
      'ａ',
      'GitHub',
      'GITHUB',
      'githüb',
    ],
    ...[
      'а',
      'x'.repeat(65),
      'x'.repeat(5_000),
      '.hidden',
      'trailing.',
      '__proto__',
      '`id`',
      'a;b',
      'a|b',
      '*',
      '?',
    ],
  ];
  const inside = () => readdirSync(line.directory, { recursive: true, encoding: 'utf8' }).sort();

  it.each(names)('%j reaches no file, whichever way it comes in', async (name) => {
    const beside = readdirSync(join(line.directory, '..')).filter((entry) => entry.includes('ssh'));
    const argument = name.startsWith('-') ? ['--', name] : [name];
    for (const argv of [
      ['login', '--client-id', 'x', ...argument],
      ['token', ...argument],
      ['logout', ...argument],
      ['setup', '--issuer', 'https://127.0.0.1:9', '--client-id', 'x', ...argument],
      ['token', `--account=${name}`],
      ['whoami', `--account=${name}`],
    ]) {
      const outcome = await line.runIn({ openBrowser: neverOpened }, ...argv);
      expect([argv[0], outcome.exitCode, outcome.stdout]).toEqual([argv[0], expect.toSatisfy(isRefusal), '']);
    }
    expect(
      inside().filter((path) => !/^(config|data(\/(accounts|keys|keys\/file\.key|locks))?)$/.test(path)),
    ).toEqual([]);
    expect(readdirSync(join(line.directory, '..')).filter((entry) => entry.includes('ssh'))).toEqual(beside);
  });

  // `nul` is a name like any other: names never become those of files.
  it.each(names.filter((name) => !['nul', 'a\u0000b'].includes(name)))(
    '%j is no provider of the configuration',
    async (name) => {
      mkdirSync(line.context.paths.configDir, { recursive: true });
      const providers = JSON.stringify({ providers: { [name]: { issuer: 'https://127.0.0.1:9' } } });
      const text =
        name === '__proto__' ? '{"providers":{"__proto__":{"issuer":"https://127.0.0.1:9"}}}' : providers;
      writeFileSync(join(line.context.paths.configDir, 'config.json'), text);
      expect(errorOf(await line.run('providers', '--json'))).toMatchObject({
        code: 'config_invalid_file',
        exit_code: 3,
      });
    },
  );

  /** Wrong on the command line, not signed in, not reachable: anything but done, or a mistake of our own. */
  const isRefusal = (code: unknown) => typeof code === 'number' && [2, 3, 4, 7].includes(code);
});

async function neverOpened(): Promise<never> {
  throw new Error('the browser was opened');
}
