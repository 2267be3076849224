import { describe, expect, it } from 'vitest';
import { quickAnswer } from '../../../src/quick/quick-answer.ts';
import type { QuickProcess } from '../../../src/quick/stored-answer.ts';

/** Whoever looks at it has taken the command line for one of its own. */
const process = new Proxy({} as QuickProcess & Pick<NodeJS.Process, 'stdout'>, {
  get() {
    throw new Error('taken');
  },
});

describe('a command line', () => {
  it.each([
    'status',
    'status --json',
    'whoami --offline',
    'whoami --json github --offline',
    'whoami --offline --debug',
    'token',
    'token github',
    'token --json',
    'token --format header',
    'token --account ada --min-validity 5 --as T github',
    'token --host git.example.com',
    'exec github -- true',
    'completion bash',
    'completion zsh -- token --fo',
    'credential git store',
    'credential git github store',
    'exec --as T github --account ada -- printenv -- T',
  ])('%j is tried', async (line) => {
    await expect(quickAnswer(line.split(' '), process)).rejects.toThrow('taken');
  });

  it.each([
    'login',
    'github',
    'status --help',
    'status github',
    'status --json --json',
    'whoami',
    'whoami github',
    'whoami --offline one two',
    'token one two',
    'token --json --format raw',
    'token --format',
    'token --format --json',
    'token --format=raw',
    'token --account -x',
    'token --grant client-credentials --account ada',
    'token -- github',
    'token -',
    'exec github',
    'completion',
    'completion --help',
    'completion bash zsh',
    'completion bash --',
    'exec github true',
    'exec github --',
    'exec -- true',
    'exec --json github -- true',
    'exec one two -- true',
    'credential',
    'credential nothing get',
    'credential git --install',
    'credential git --print github',
    '--version --json --debug',
    '--json',
    '--help status',
    '-h -h',
    '--halp',
    '',
  ])('%j is left to the whole program', async (line) => {
    expect(await quickAnswer(line.split(' '), process)).toBeUndefined();
  });

  it('is left to it with an empty word, as an unset variable in quotation marks leaves it', async () => {
    expect(await quickAnswer(['token', ''], process)).toBeUndefined();
    expect(await quickAnswer(['token', '--account', ''], process)).toBeUndefined();
  });
});
