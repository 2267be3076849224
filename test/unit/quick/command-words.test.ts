import { describe, expect, it } from 'vitest';
import type { CommandDescription } from '../../../src/commands/flag.ts';
import { readCommandWords } from '../../../src/quick/command-words.ts';

const account = { usage: '--account <name>', description: '' };
const description: CommandDescription = {
  name: 'token',
  description: '',
  arguments: [{ usage: '[target]' }],
  flags: [
    account,
    { usage: '--min-validity <seconds>', description: '' },
    { usage: '--json', description: '' },
    { usage: '--offline', description: '', conflicts: [account] },
    { usage: '--host <host>', description: '', read: (value) => value.toUpperCase() },
    { usage: '--scope <scopes>', description: '', isRepeatable: true },
    { usage: '--no-store', description: '' },
  ],
};
const read = (line: string) => readCommandWords(line === '' ? [] : line.split(' '), description);

describe('the words of a command', () => {
  it.each<[string, string | undefined, Record<string, string | readonly string[] | true>]>([
    ['', undefined, {}],
    ['github', 'github', {}],
    ['--json', undefined, { json: true }],
    ['--json github --offline', 'github', { json: true, offline: true }],
    ['--account ada --min-validity 5 github', 'github', { account: 'ada', minValidity: '5' }],
    ['--host git.example', undefined, { host: 'GIT.EXAMPLE' }],
    ['--scope x', undefined, { scope: ['x'] }],
    ['constructor', 'constructor', {}],
  ])('%j are its target and its flags', (line, target, flags) => {
    expect(read(line)).toEqual({ target, others: [], flags });
  });

  it.each([
    '--account --json',
    '--account ada --account ada',
    '--account ada --offline',
    '--json --json',
    '--scope x --scope y',
    '--no-store',
    '--nonsense',
    'one two',
  ])('%j are left to the whole program', (line) => {
    expect(read(line)).toBeUndefined();
  });

  it('may be more than one where the command says so', () => {
    expect(readCommandWords(['git', 'ada', 'get'], description, 3)).toEqual({
      target: 'git',
      others: ['ada', 'get'],
      flags: {},
    });
    expect(readCommandWords(['git', 'ada', 'get'], description, 2)).toBeUndefined();
  });

  it('are too many for a command that takes none', () => {
    expect(readCommandWords(['github'], { ...description, arguments: [] })).toBeUndefined();
  });
});
