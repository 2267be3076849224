import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/host/clock.ts';
import { changeForeignFile, readForeignFile } from '../../../src/setup/change-foreign-file.ts';

const openFile = () => {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-foreign-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, '.gitconfig');
  const context = { clock: systemClock, signal: new AbortController().signal };
  const change = (after: string) =>
    changeForeignFile(file, { before: readForeignFile(file), after }, context);
  return { directory, file, copy: `${file}.before-oauth-login`, change };
};

it('reads a file that is not there, and one that is empty', () => {
  const { file } = openFile();
  expect(readForeignFile(file)).toEqual({ isThere: false, text: '' });
  writeFileSync(file, '');
  expect(readForeignFile(file)).toEqual({ isThere: true, text: '' });
});

it('has no text for bytes that are not UTF-8, and keeps a byte order mark', () => {
  const { file } = openFile();
  writeFileSync(file, Buffer.from('[user]\n\tname = Jos\xe9\n', 'latin1'));
  expect(readForeignFile(file)).toEqual({ isThere: true, text: undefined });
  writeFileSync(file, '\ufeff[user]\n');
  expect(readForeignFile(file).text).toBe('\ufeff[user]\n');
});

it('keeps the copy of what stood there before the first change', async () => {
  const { file, copy, change } = openFile();
  writeFileSync(file, 'mine');
  expect(await change('first')).toEqual({ path: copy, isOlder: false });
  expect(await change('second')).toEqual({ path: copy, isOlder: true });
  expect([readFileSync(file, 'utf8'), readFileSync(copy, 'utf8')]).toEqual(['second', 'mine']);
});

it('writes no copy through a link', async () => {
  const { directory, file, copy, change } = openFile();
  writeFileSync(file, 'mine');
  writeFileSync(join(directory, 'precious'), 'precious');
  symlinkSync(join(directory, 'precious'), copy);
  expect(await change('changed')).toEqual({ path: copy, isOlder: true });
  expect(readFileSync(join(directory, 'precious'), 'utf8')).toBe('precious');
});
