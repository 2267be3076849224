import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ReplaceableProcess, replaceProcess } from '../../../src/adapters/replace-process.ts';

let directory: string;
let calls: unknown[][];

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'replace-process-'));
  const begins = {
    program: '\x7fELF',
    'a=b': '',
    '-u': '',
    script: '#! /bin/sh -e\n',
    lost: '#!/no/such/sh\n',
  };
  for (const [name, content] of Object.entries(begins)) {
    writeFileSync(join(directory, name), content);
    chmodSync(join(directory, name), 0o700);
  }
  writeFileSync(join(directory, 'plain'), '', { mode: 0o600 });
});
afterAll(() => rmSync(directory, { recursive: true }));
beforeEach(() => {
  calls = [];
});

/** A process that notes what is done to it, and lives on. */
function noting(changes: Partial<ReplaceableProcess> = {}): ReplaceableProcess {
  return {
    platform: 'linux',
    on: (signal) => calls.push(['on', signal]),
    removeListener: (signal) => calls.push(['removeListener', signal]),
    execve: (...all) => {
      calls.push(all);
    },
    ...changes,
  };
}

const replace = (program: string, env: NodeJS.ProcessEnv, args: string[] = [], by = noting()) =>
  replaceProcess({ program, args, env }, by);

describe('the process becomes the program', () => {
  it('through env, once the signals that Node ignores are as the system has them', () => {
    const env = { PATH: `/nowhere:${directory}`, TOKEN: 'secret' };
    replace('program', env, ['-x', 'A=B', '--']);
    expect(calls).toEqual([
      ['on', 'SIGPIPE'],
      ['removeListener', 'SIGPIPE'],
      ['on', 'SIGXFSZ'],
      ['removeListener', 'SIGXFSZ'],
      ['/usr/bin/env', ['env', '--', 'program', '-x', 'A=B', '--'], env],
    ]);
  });

  it.each([
    ['a path', () => join(directory, 'program'), () => ({})],
    ['a script', () => 'script', () => ({ PATH: directory })],
    ['an option of env', () => '-u', () => ({ PATH: directory })],
    [
      'a program of a directory that is not the first',
      () => 'program',
      () => ({ PATH: `:${directory}:/no` }),
    ],
  ])('when it is %s', (_name, program, env) => {
    replace(program(), env());
    expect(calls.at(-1)).toEqual(['/usr/bin/env', ['env', '--', program()], env()]);
  });
});

describe('nothing is touched, so that a child process can tell what is wrong', () => {
  it.each([
    ['in no directory', () => 'no-such-program', () => ({ PATH: directory })],
    ['and no directories are known', () => 'program', () => ({})],
    ['no file', () => join(directory, 'no-such-program'), () => ({})],
    ['not executable', () => join(directory, 'plain'), () => ({})],
    ['a script for which there is no program', () => 'lost', () => ({ PATH: directory })],
    ['a directory', () => directory, () => ({})],
    ['a variable to env', () => 'a=b', () => ({ PATH: directory })],
    ['a path that is a variable to env', () => join(directory, 'a=b'), () => ({})],
  ])('when the program is %s', (_name, program, env) => {
    replace(program(), env());
    expect(calls).toEqual([]);
  });

  it.each([
    ['one argument', ['x'.repeat(100_000)], {}],
    ['many arguments', Array<string>(7_000).fill(''), {}],
    ['characters of several bytes', ['Ä'.repeat(50_000)], {}],
    ['a variable', [], { LONG: 'x'.repeat(100_000) }],
    ['the name of a variable', [], { ['X'.repeat(100_000)]: '' }],
  ])('when the system might refuse what it gets: %s', (_name, args, variables) => {
    replace('program', { PATH: directory, ...variables }, args);
    expect(calls).toEqual([]);
  });

  it('on Windows', () => {
    replace('program', { PATH: directory }, [], noting({ platform: 'win32' }));
    expect(calls).toEqual([]);
  });

  it('on a Node that cannot', () => {
    const { execve: _, ...older } = noting();
    replace('program', { PATH: directory }, [], older);
    expect(calls).toEqual([]);
  });
});
