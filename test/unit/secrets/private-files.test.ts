import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { listPrivateDirectory, removeStaleTemporaries } from '../../../src/secrets/private-directory.ts';
import { readPrivateFile } from '../../../src/secrets/private-file-reading.ts';
import { removePrivateFile, writePrivateFile } from '../../../src/secrets/private-file-writing.ts';
import { buildProgram, type Program, run, start, temporaryDirectory } from '../../support/programs.ts';

const IS_ROOT = process.geteuid?.() === 0;
const NOBODY = 65_534;

let program: Program;
let root: string;
let directory: string;
let file: string;

beforeAll(async () => {
  program = await buildProgram('private-file');
});
afterAll(() => program.remove());
beforeEach(() => {
  const temporary = temporaryDirectory();
  root = temporary.path;
  directory = join(root, 'data');
  file = join(directory, 'a.account');
  return () => temporary.remove();
});

const modeOf = (path: string) => statSync(path).mode & 0o777;

/** A plain command, under a umask, in a shell of its own. */
function withUmask(umask: string, limit = 'true'): string[] {
  return ['-c', `umask ${umask}; trap '' XFSZ; ${limit}; exec "$0" "$@"`, process.execPath, program.path];
}

function shell(args: readonly string[]): { status: number; stdout: string } {
  try {
    return { status: 0, stdout: execFileSync('/bin/sh', args, { encoding: 'utf8' }) };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { status, stdout };
  }
}

function refusal(code: string, hint: string | RegExp): unknown {
  return expect.objectContaining({ code, exitCode: 8, hint: expect.stringMatching(hint) });
}

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe('T11 files that only their owner can read', () => {
  it.each(['000', '022', '077'])('are 0600 in a directory 0700 under umask %s', (umask) => {
    expect(shell([...withUmask(umask), 'write', file, 'text'])).toEqual({ status: 0, stdout: 'done\n' });
    expect([modeOf(file), modeOf(directory)]).toEqual([0o600, 0o700]);
    expect(readPrivateFile(file)?.toString()).toBe('text');
    expect(readdirSync(directory)).toEqual(['a.account']);
  });

  it('replace a file that was readable by all', () => {
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(file, 'old');
    chmodSync(file, 0o644);
    writePrivateFile(file, 'new');
    expect([modeOf(file), readFileSync(file, 'utf8')]).toEqual([0o600, 'new']);
  });

  it.each([0o640, 0o604, 0o620])(
    'are not read with mode %o, and the command that mends it is told',
    (mode) => {
      writePrivateFile(file, 'text');
      chmodSync(file, mode);
      const error = thrownBy(() => readPrivateFile(file));
      expect(error).toEqual(refusal('store_permissions', `chmod 600 ${file}`));
      execFileSync('/bin/sh', ['-c', /chmod .*/.exec((error as { hint: string }).hint)?.[0] ?? 'false']);
      expect(readPrivateFile(file)?.toString()).toBe('text');
    },
  );

  it('are not read nor written in a directory that others can enter', () => {
    writePrivateFile(file, 'text');
    chmodSync(directory, 0o755);
    expect(thrownBy(() => readPrivateFile(file))).toEqual(
      refusal('store_permissions', `chmod 700 ${directory}`),
    );
    expect(thrownBy(() => writePrivateFile(file, 'new'))).toEqual(refusal('store_permissions', 'chmod 700'));
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  it.runIf(IS_ROOT)('of another user are refused', async () => {
    writePrivateFile(file, 'text');
    chownSync(file, NOBODY, NOBODY);
    expect(thrownBy(() => readPrivateFile(file))).toEqual(refusal('store_permissions', `chown 0 ${file}`));
    chownSync(directory, NOBODY, NOBODY);
    expect(thrownBy(() => readPrivateFile(file))).toEqual(
      refusal('store_permissions', `chown -R 0 ${directory}`),
    );
  });

  it.runIf(IS_ROOT)('cannot be read by another user', async () => {
    chmodSync(root, 0o755);
    writePrivateFile(file, 'text');
    const ended = await run(program, ['read', file], { uid: NOBODY, gid: NOBODY, cwd: '/' });
    expect(ended).toMatchObject({ code: 8, stdout: expect.stringMatching(/^store_permissions/) });
    expect(ended.stdout).not.toContain('text');
  });
});

describe('T40 symbolic links, pipes and temporary files', () => {
  it('a link in place of the file is not followed, and is replaced by a write', () => {
    const elsewhere = join(root, 'elsewhere');
    writeFileSync(elsewhere, 'theirs', { mode: 0o600 });
    mkdirSync(directory, { mode: 0o700 });
    symlinkSync(elsewhere, file);
    expect(thrownBy(() => readPrivateFile(file))).toEqual(refusal('store_permissions', `rm -r ${file}`));
    writePrivateFile(file, 'ours');
    expect([lstatSync(file).isFile(), readFileSync(elsewhere, 'utf8')]).toEqual([true, 'theirs']);
  });

  it('a link in place of the directory is refused', () => {
    mkdirSync(join(root, 'other'), { mode: 0o700 });
    symlinkSync(join(root, 'other'), directory);
    expect(thrownBy(() => writePrivateFile(file, 'x'))).toEqual(
      refusal('store_permissions', `rm ${directory}`),
    );
    expect(readdirSync(join(root, 'other'))).toEqual([]);
  });

  it('a pipe or a directory in place of the file is refused at once', () => {
    mkdirSync(directory, { mode: 0o700 });
    execFileSync('mkfifo', ['-m', '600', file]);
    expect(thrownBy(() => readPrivateFile(file))).toEqual(refusal('store_permissions', 'rm -r'));
    const inside = join(directory, 'b.account');
    mkdirSync(inside);
    expect(thrownBy(() => readPrivateFile(inside))).toEqual(refusal('store_permissions', 'rm -r'));
    expect(thrownBy(() => writePrivateFile(inside, 'x'))).toEqual(refusal('store_write_failed', 'ls -ld'));
  });

  it('a parent that others may write in is refused, unless it is sticky', () => {
    const parent = join(root, 'parent');
    mkdirSync(parent);
    chmodSync(parent, 0o777);
    const inside = join(parent, 'data', 'a');
    expect(thrownBy(() => writePrivateFile(inside, 'x'))).toEqual(
      refusal('store_permissions', `chmod go-w ${parent}`),
    );
    chmodSync(parent, 0o1777);
    writePrivateFile(inside, 'x');
    expect(readPrivateFile(inside)?.toString()).toBe('x');
  });

  it('what is not there is not there, wherever it would be; only making it is refused', () => {
    const parent = join(root, 'parent');
    mkdirSync(parent);
    chmodSync(parent, 0o777);
    const inside = join(parent, 'data', 'a');
    expect([readPrivateFile(inside), listPrivateDirectory(join(parent, 'data'))]).toEqual([undefined, []]);
    expect(thrownBy(() => writePrivateFile(inside, 'x'))).toEqual(
      refusal('store_permissions', `chmod go-w ${parent}`),
    );
    mkdirSync(join(parent, 'data'), { mode: 0o700 });
    expect(thrownBy(() => readPrivateFile(inside))).toEqual(
      refusal('store_permissions', `chmod go-w ${parent}`),
    );
  });

  it('a relative directory is refused', () => {
    expect(thrownBy(() => writePrivateFile('data/a', 'x'))).toEqual(
      refusal('store_permissions', 'absolute path'),
    );
  });

  it('what an interrupted write left is removed after an hour, and nothing else', () => {
    writePrivateFile(file, 'text');
    const name = (end: string) => join(directory, `.${basename(file)}.${'0'.repeat(31)}${end}`);
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    for (const left of [name('1.tmp'), name('2.tmp'), name('3')]) {
      writeFileSync(left, 'left');
    }
    for (const old of [name('1.tmp'), name('3'), file]) {
      utimesSync(old, twoHoursAgo, twoHoursAgo);
    }
    removeStaleTemporaries(directory, new Date());
    expect(readdirSync(directory).sort()).toEqual(
      [name('2.tmp'), name('3'), file].map((left) => basename(left)).sort(),
    );
  });
});

describe('writing whole or not at all', () => {
  it('keeps the old content when the disk takes no more', () => {
    writePrivateFile(file, 'old');
    const ended = shell([...withUmask('022', 'ulimit -f 0'), 'write', file, 'new']);
    expect(ended).toEqual({
      status: 8,
      stdout: expect.stringMatching(/^store_write_failed: .*the file would be too large/),
    });
    expect(readPrivateFile(file)?.toString()).toBe('old');
    expect(readdirSync(directory)).toEqual(['a.account']);
  });

  it('keeps the old content when the directory cannot be written', async () => {
    // Root may write everywhere, so this is another user's process where the tests run as root.
    const uid = IS_ROOT ? NOBODY : process.geteuid?.();
    writePrivateFile(file, 'old');
    if (IS_ROOT) {
      for (const path of [root, directory, file]) {
        chownSync(path, NOBODY, NOBODY);
      }
    }
    chmodSync(directory, 0o500);
    const running = start(program, ['write', file, 'new'], { ...(uid !== undefined && { uid }), cwd: '/' });
    const ended = await running.ended;
    chmodSync(directory, 0o700);
    expect(ended).toMatchObject({
      code: 8,
      stdout: expect.stringMatching(/^store_write_failed: .*permission denied/),
    });
    expect(ended.stdout).toContain('OAUTH_LOGIN_DATA_DIR');
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  it('exclusively writes for the first one only', () => {
    expect(writePrivateFile(file, 'first', { exclusive: true })).toBe(true);
    expect(writePrivateFile(file, 'second', { exclusive: true })).toBe(false);
    expect(readPrivateFile(file)?.toString()).toBe('first');
    expect(readdirSync(directory)).toEqual(['a.account']);
  });

  it('does not read more than the limit', () => {
    writePrivateFile(file, 'x'.repeat(101));
    expect(thrownBy(() => readPrivateFile(file, 100))).toEqual(refusal('store_corrupt', 'ls -l'));
    expect(readPrivateFile(file, 101)?.length).toBe(101);
  });

  it('tells an absent file from a present one', () => {
    expect(readPrivateFile(file)).toBeUndefined();
    writePrivateFile(file, 'text');
    expect([removePrivateFile(file), removePrivateFile(file), readPrivateFile(file)]).toEqual([
      true,
      false,
      undefined,
    ]);
  });
});
