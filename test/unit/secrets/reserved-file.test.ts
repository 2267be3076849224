import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { reserveFile } from '../../../src/secrets/reserved-file.ts';

/** The calls that fail from now on, with ENOSPC: each of them, or those that are named so many times. */
const failing = vi.hoisted(() => new Map<string, number>());

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const spoilt = <Call extends (...parts: never[]) => unknown>(name: string, call: Call) =>
    ((...parts: Parameters<Call>) => {
      const left = failing.get(name) ?? 0;
      if (left === 0) {
        return call(...parts);
      }
      failing.set(name, left - 1);
      throw Object.assign(new Error(`${name} failed`), { code: 'ENOSPC' });
    }) as Call;
  return {
    ...fs,
    openSync: spoilt('openSync', fs.openSync),
    fchmodSync: spoilt('fchmodSync', fs.fchmodSync),
    writeSync: spoilt('writeSync', fs.writeSync),
    ftruncateSync: spoilt('ftruncateSync', fs.ftruncateSync),
    fsyncSync: spoilt('fsyncSync', fs.fsyncSync),
    renameSync: spoilt('renameSync', fs.renameSync),
  };
});

let directory: string;
let file: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'reserved-'));
  file = join(directory, 'a.account');
  writeFileSync(file, 'old content', { mode: 0o600 });
  failing.clear();
  return () => rmSync(directory, { recursive: true, force: true });
});

describe('T28 room for what comes later', () => {
  it('is on the disk before, readable by nobody else, and takes the place of the file as a whole', () => {
    const room = reserveFile(file, 10_000);
    const [sibling = ''] = readdirSync(directory).filter((name) => name !== 'a.account');
    const { size, mode, blocks } = statSync(join(directory, sibling));
    expect([size, mode & 0o777, blocks * 512 >= 10_000]).toEqual([10_000, 0o600, true]);
    expect(readFileSync(file, 'utf8')).toBe('old content');
    room.replace('new');
    room.close();
    expect([readFileSync(file, 'utf8'), readdirSync(directory)]).toEqual(['new', ['a.account']]);
  });

  it('is given back when it is not used', () => {
    reserveFile(file, 100).close();
    expect([readFileSync(file, 'utf8'), readdirSync(directory)]).toEqual(['old content', ['a.account']]);
  });

  it.each(['openSync', 'fchmodSync', 'writeSync', 'fsyncSync'])(
    'is refused beforehand where %s fails, and nothing stays behind',
    (call) => {
      failing.set(call, 1);
      expect(() => reserveFile(file, 100)).toThrow(`${call} failed`);
      expect([readFileSync(file, 'utf8'), readdirSync(directory)]).toEqual(['old content', ['a.account']]);
    },
  );

  it.each([
    ['writeSync', 1],
    ['ftruncateSync', 1],
    ['fsyncSync', 1],
    ['renameSync', 1],
    ['renameSync', 9],
    ['openSync', 1],
    ['fchmodSync', 9],
  ] as const)('takes the content although %s fails afterwards, %i times', (call, times) => {
    const room = reserveFile(file, 100);
    failing.set(call, times);
    room.replace('new');
    failing.clear();
    room.close();
    expect([readFileSync(file, 'utf8'), readdirSync(directory)]).toEqual(['new', ['a.account']]);
  });

  it('tells how the first way failed when none is left', () => {
    const room = reserveFile(file, 100);
    failing.set('writeSync', 9);
    expect(() => room.replace('new')).toThrow('writeSync failed');
    failing.clear();
    room.close();
    expect([readFileSync(file, 'utf8'), readdirSync(directory)]).toEqual(['old content', ['a.account']]);
  });

  it('writes over no file that others may read', () => {
    const room = reserveFile(file, 100);
    chmodSync(file, 0o644);
    failing.set('renameSync', 9);
    expect(() => room.replace('new')).toThrow('renameSync failed');
    failing.clear();
    room.close();
    expect(readFileSync(file, 'utf8')).toBe('old content');
  });
});
