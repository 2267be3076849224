import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram, type Program, start, temporaryDirectory } from '../../support/programs.ts';

const IS_ROOT = process.geteuid?.() === 0;
/** As root, somebody else; otherwise a second process of the same user, who can do no less in a parent that is open to all. */
const OTHER_USER = IS_ROOT ? { uid: 65_534, gid: 65_534 } : {};
const COUNT = 10_000;
/** Seconds, for a disk that is slow to sync; each write is synced twice. */
const PATIENCE = 60;
/** Seconds of the race in which most writes make the directory anew; a second has hundreds of them. */
const A_WHILE = 6;

interface Writer {
  readonly attempts: number;
  readonly written: number;
  readonly refusals: Readonly<Record<string, number>>;
  readonly foreign: readonly string[];
}

let writer: Program;
let swapper: Program;
let root: string;
let outside: string;

beforeAll(async () => {
  [writer, swapper] = await Promise.all([buildProgram('write-often'), buildProgram('swap-path')]);
});
afterAll(() => {
  writer?.remove();
  swapper?.remove();
});
beforeEach(() => {
  const temporary = temporaryDirectory();
  root = temporary.path;
  chmodSync(root, 0o755);
  outside = join(root, 'outside');
  mkdirSync(outside, { mode: 0o700 });
  mkdirSync(join(root, 'parent'));
  return () => temporary.remove();
});

async function race(kind: string, swapped: string, place: string, as: object, args: readonly string[]) {
  const swapping = start(swapper, [kind, swapped, place], { cwd: '/', ...as });
  await swapping.printed('ready');
  const written = await start(writer, args, { cwd: '/' }).ended;
  swapping.kill('SIGTERM');
  const swaps = await swapping.ended;
  expect([written.code, written.stderr, swaps.stderr]).toEqual([0, '', '']);
  const read = (stdout: string) => JSON.parse(stdout.split('\n')[1] ?? '');
  return {
    writer: read(written.stdout) as Writer,
    swapper: read(swaps.stdout) as { swaps: number; disclosed: number },
  };
}

describe('T40 somebody swaps links and files while files are written', () => {
  it(`in a parent that everybody may write in: of ${COUNT} nothing is written, anywhere`, async () => {
    const parent = join(root, 'parent');
    const directory = join(parent, 'data');
    chmodSync(parent, 0o777);
    mkdirSync(join(directory, 'accounts'), { recursive: true, mode: 0o700 });
    const args = [join(directory, 'accounts/a.account'), String(COUNT), String(PATIENCE)];
    const seen = await race('directory', directory, outside, OTHER_USER, args);
    expect(seen.writer).toMatchObject({ written: 0, refusals: { store_permissions: COUNT } });
    expect([seen.swapper.swaps > 100, seen.swapper.disclosed]).toEqual([true, 0]);
    expect(readdirSync(outside)).toEqual([]);
  });

  it.runIf(IS_ROOT)(
    'in a sticky one, where ours is made anew each time: in ours or nowhere, and nobody reads it',
    async () => {
      const parent = join(root, 'parent');
      const directory = join(parent, 'data');
      chmodSync(parent, 0o1777);
      const args = [join(directory, 'accounts/a.account'), String(COUNT), String(A_WHILE), directory];
      const seen = await race('planted', directory, outside, OTHER_USER, args);
      const { attempts, written, refusals, foreign } = seen.writer;
      expect(written + (refusals.store_permissions ?? 0) + (refusals.store_write_failed ?? 0)).toBe(attempts);
      expect([written > 0, (refusals.store_permissions ?? 0) > 0, foreign]).toEqual([true, true, []]);
      expect([seen.swapper.swaps > 100, seen.swapper.disclosed]).toEqual([true, 0]);
      expect(readdirSync(outside)).toEqual([]);
    },
  );

  it('in our own directory, by a process of our own, for 2000 writes: no link is followed', async () => {
    const directory = join(root, 'parent/data');
    const target = join(outside, 'theirs');
    mkdirSync(directory, { mode: 0o700 });
    writeFileSync(target, 'theirs', { mode: 0o600 });
    const file = join(directory, 'a.account');
    const seen = await race('file', file, target, {}, [file, '2000', String(PATIENCE)]);
    const { attempts, written, refusals, foreign } = seen.writer;
    const { store_permissions: refused = 0, ...others } = refusals;
    expect([seen.swapper.swaps > 100, written, others]).toEqual([true, attempts, {}]);
    // The process of the same user may plant a whole file; a link is refused, and what it leads to never read.
    expect(refused + foreign.length).toBeGreaterThan(0);
    expect(foreign).not.toContain('theirs');
    expect([readdirSync(outside), readFileSync(target, 'utf8')]).toEqual([['theirs'], 'theirs']);
  });
});
