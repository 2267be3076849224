import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemErrorCode, systemReason } from '../../../src/ground/system-words.ts';

function failureOf(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing failed');
}

describe('the reason of a failure', () => {
  it.each([
    ['a missing file', '/no/such/file', 'ENOENT', 'no such file or directory'],
    ['a directory', '/', 'EISDIR', 'it is a directory'],
    ['a path through a file', '/etc/passwd/below', 'ENOTDIR', 'part of the path is not a directory'],
  ])('says in words what is wrong with %s', (_, path, code, words) => {
    const failure = failureOf(() => readFileSync(path));
    expect(systemErrorCode(failure)).toBe(code);
    expect(systemReason(failure)).toBe(words);
    expect(systemReason(code)).toBe(words);
  });

  it('shows a code that it has no words for, and says so when there is none', () => {
    expect(systemReason('EXYZ')).toBe('system error EXYZ');
    expect(systemReason('constructor')).toBe('system error constructor');
    expect(systemReason(new Error('no code'))).toBe('unknown reason');
    expect(systemReason(undefined)).toBe('unknown reason');
  });
});
