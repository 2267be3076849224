import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/host/clock.ts';
import { openConfigurationLock } from '../../../src/settings/configuration-lock.ts';
import {
  changeForeignFile,
  isMadeHere,
  originalOf,
  readForeignFile,
} from '../../../src/setup/change-foreign-file.ts';

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

it('neither waits for a FIFO nor reads a directory', () => {
  const { directory, file } = openFile();
  execFileSync('mkfifo', [file]);
  for (const path of [file, directory]) {
    expect(() => readForeignFile(path)).toThrow(
      expect.objectContaining({ code: 'config_invalid_file', message: `${path} is not a regular file` }),
    );
  }
});

it('puts no file in place of what has become a FIFO since it was read', async () => {
  const { file } = openFile();
  execFileSync('mkfifo', [file]);
  const context = { clock: systemClock, signal: new AbortController().signal };
  for (const after of ['mine', undefined]) {
    const before = { isThere: true, text: '' };
    await expect(changeForeignFile(file, { before, after }, context)).rejects.toThrow(
      'is not a regular file',
    );
  }
  expect([statSync(file).isFIFO(), existsSync(`${file}.lock`)]).toEqual([true, false]);
});

it.runIf(process.geteuid?.() === 0)('leaves a device a device, also behind a link', async () => {
  const { directory, file, change } = openFile();
  const device = join(directory, 'null');
  // As /dev/null is.
  execFileSync('mknod', ['-m', '666', device, 'c', '1', '3']);
  symlinkSync(device, file);
  await expect((async () => change('mine'))()).rejects.toThrow('is not a regular file');
  expect([statSync(device).isCharacterDevice(), existsSync(`${device}.lock`)]).toEqual([true, false]);
});

it('reads nothing of a file that is larger than any configuration', () => {
  const { file } = openFile();
  writeFileSync(file, '');
  truncateSync(file, 32 * 1024 * 1024 + 1);
  expect(() => readForeignFile(file)).toThrow('is larger than 32 MiB');
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

it('knows what a file was before the first change, also behind a link, and whether it was there', async () => {
  const { directory, file, change } = openFile();
  await change('made here');
  expect([originalOf(file), isMadeHere(file)]).toEqual(['', true]);
  rmSync(file);
  writeFileSync(join(directory, 'real'), 'mine');
  symlinkSync('real', file);
  await change('changed');
  expect([originalOf(file), isMadeHere(file)]).toEqual(['mine', false]);
  expect(readFileSync(join(directory, 'real'), 'utf8')).toBe('changed');
});

it('leaves no lock where the file cannot be replaced', async () => {
  const { directory, file } = openFile();
  mkdirSync(join(file, 'not-empty'), { recursive: true });
  const context = { clock: systemClock, signal: new AbortController().signal };
  const lock = await openConfigurationLock(file, context);
  expect(() => lock.replace('mine')).toThrow(expect.objectContaining({ code: 'config_write_failed' }));
  expect(readdirSync(directory)).toEqual(['.gitconfig']);
});

const isRoot = process.geteuid?.() === 0 && process.platform === 'linux';
it.runIf(isRoot)(
  'leaves no lock and no half file on a full disk, with any number of free pages',
  async () => {
    const { directory, file } = openFile();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'tmpfs', directory]);
    try {
      const before = '[user]\n\tname = Ada\n';
      writeFileSync(file, before);
      writeFileSync(`${file}.before-oauth-login`, before);
      const names = readdirSync(directory);
      const context = { clock: systemClock, signal: new AbortController().signal };
      for (let free = 0; free <= 2; free += 1) {
        const { bavail, bsize } = statfsSync(directory);
        writeFileSync(join(directory, 'filler'), Buffer.alloc((bavail - free) * bsize));
        const after = before + '# more\n'.repeat(3000);
        await expect(
          changeForeignFile(file, { before: readForeignFile(file), after }, context),
        ).rejects.toMatchObject({
          message: `cannot write ${file} (no space left on the disk)`,
          hint: expect.stringMatching(/^check [^:]+: ls -ld \S+; df -h \S+$/),
        });
        rmSync(join(directory, 'filler'));
        expect([readdirSync(directory), readFileSync(file, 'utf8')]).toEqual([names, before]);
      }
    } finally {
      execFileSync('umount', [directory]);
    }
  },
);

it('removes the file, and nothing when another program has just changed it', async () => {
  const { file } = openFile();
  const context = { clock: systemClock, signal: new AbortController().signal };
  writeFileSync(file, 'made here');
  const before = readForeignFile(file);
  writeFileSync(file, 'and changed');
  const removal = () => changeForeignFile(file, { before, after: undefined }, context);
  await expect(removal()).rejects.toMatchObject({ code: 'config_busy' });
  writeFileSync(file, 'made here');
  await removal();
  expect([existsSync(file), existsSync(`${file}.lock`)]).toEqual([false, false]);
});

it.runIf(process.geteuid?.() === 0)('leaves the file to its owner when root changes it', async () => {
  const { file, change } = openFile();
  writeFileSync(file, 'theirs');
  chownSync(file, 65_534, 65_534);
  chmodSync(file, 0o640);
  await change('changed');
  const { uid, gid, mode } = statSync(file);
  expect([uid, gid, mode & 0o777]).toEqual([65_534, 65_534, 0o640]);
});
