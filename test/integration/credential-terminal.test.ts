import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildCommand } from '../support/built-command.ts';
import { commandOf, type Program, shellWords } from '../support/programs.ts';
import { runInTerminal } from '../support/pseudo-terminal.ts';

let command: Program;
let home: string;

beforeAll(async () => {
  command = await buildCommand();
  home = mkdtempSync(join(tmpdir(), 'oauth-login-terminal-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const inTerminal = (words: readonly string[], types: readonly (readonly [RegExp, string])[] = []) =>
  runInTerminal(`exec ${shellWords(commandOf(command))} credential ${words.join(' ')}`, {
    cwd: home,
    columns: 80,
    rows: 24,
    env: { PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8' },
    types,
    limitSeconds: 30,
  });

it('reads install without its dashes as what a person means', async () => {
  const { lines } = await inTerminal(['git', 'install']);
  expect(lines).toContain('To let git ask by itself: oauth-login credential git --install');
  expect((await inTerminal(['git', 'uninstall'])).lines).toContain(
    'What you may mean: oauth-login credential git --uninstall',
  );
});

it.each([['docker', 'get'], ['bazel', 'get'], ['git', 'get'], ['cargo']])(
  'credential %s, typed at a terminal, says what it waits for, and ends at the first Ctrl-C',
  async (...words) => {
    const ran = await inTerminal(words, [[/Waiting for the question that/, '\u0003']]);
    expect(ran.lines.join('\n')).toContain('✗ interrupted');
    expect(ran.code).toBe(130);
  },
);
