import { describe, expect, it } from 'vitest';
import {
  type CommandWords,
  flagValue,
  jsonFlag,
  readCommandWords,
} from '../../../src/quick/command-words.ts';
import * as exec from '../../../src/quick/exec.ts';
import * as status from '../../../src/quick/status.ts';
import type { Host } from '../../../src/quick/stored-answer.ts';
import * as token from '../../../src/quick/token.ts';
import * as whoami from '../../../src/quick/whoami.ts';
import * as words from '../../../src/quick/words.ts';

const SWITCHES = ['--json', '--offline'];
const VALUED = ['--account', '--min-validity'];
const read = (line: string) => readCommandWords(line === '' ? [] : line.split(' '), SWITCHES, VALUED);

describe('the words of a command', () => {
  it.each<[string, string | undefined, Record<string, string | true>]>([
    ['', undefined, {}],
    ['github', 'github', {}],
    ['--json', undefined, { '--json': true }],
    ['--json github --offline', 'github', { '--json': true, '--offline': true }],
    ['--account ada --min-validity 5 github', 'github', { '--account': 'ada', '--min-validity': '5' }],
    ['--account --json', undefined, {}],
    ['constructor', 'constructor', {}],
  ])('%j', (line, target, flags) => {
    const isKnown = line !== '--account --json';
    const found = read(line);
    expect(found && [found.target, Object.fromEntries(found.flags)]).toEqual(
      isKnown ? [target, flags] : undefined,
    );
  });

  it('become members of the flags of the command, or none', () => {
    const given = read('--json --account ada') as CommandWords;
    expect(flagValue(given, '--account', 'account')).toEqual({ account: 'ada' });
    expect(flagValue(given, '--min-validity', 'minValidity')).toEqual({});
    expect(jsonFlag(given)).toEqual({ json: true });
    expect(jsonFlag(read('--account ada') as CommandWords)).toEqual({});
  });
});

describe('a command line', () => {
  const parts = { exec, status, token, whoami };
  /** Whoever looks at it has taken the command line for one of its own. */
  const process = new Proxy({} as Host, {
    get() {
      throw new Error('taken');
    },
  });
  const answer = async (line: readonly string[]) =>
    parts[line[0] as keyof typeof parts].quickAnswer(line, process);

  it.each([
    'status',
    'status --json',
    'whoami --offline',
    'whoami --json github --offline',
    'token',
    'token github',
    'token --json',
    'token --format header',
    'token --account ada --min-validity 5 --as T github',
    'exec github -- true',
    'exec --as T github --account ada -- printenv -- T',
  ])('%j is answered quickly', async (line) => {
    await expect(answer(line.split(' '))).rejects.toThrow('taken');
  });

  it.each([
    'status --help',
    'status github',
    'status --json --json',
    'whoami',
    'whoami github',
    'whoami --offline one two',
    'whoami --offline --debug',
    'token one two',
    'token --refresh',
    'token --debug',
    'token --host git.example.com',
    'token --json --format raw',
    'token --format',
    'token --format --json',
    'token --format=raw',
    'token --account -x',
    'token -- github',
    'token -',
    'exec github',
    'exec github true',
    'exec github --',
    'exec -- true',
    'exec --json github -- true',
    'exec one two -- true',
  ])('%j is left to the whole program', async (line) => {
    expect(await answer(line.split(' '))).toBeUndefined();
  });

  it('is left to it with an empty word, as an unset variable in quotation marks leaves it', async () => {
    expect(await answer(['token', ''])).toBeUndefined();
    expect(await answer(['token', '--account', ''])).toBeUndefined();
  });

  it.each([['--version --json'], ['--help status'], ['-h -h'], ['--halp'], ['']])(
    '%j has no text',
    (line) => {
      expect(words.quickAnswer(line.split(' '), process as unknown as NodeJS.Process)).toBeUndefined();
    },
  );
});
