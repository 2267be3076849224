import { mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLock, openLockUnless } from '../../../src/accounts/lock.ts';
import { AbortedError } from '../../../src/ground/errors.ts';
import { readLockOwner } from '../../../src/secrets/lock-file.ts';
import { writePrivateFile } from '../../../src/secrets/private-file-writing.ts';
import { isRunning, ownIdentity } from '../../../src/secrets/process-identity.ts';
import { buildProgram, type Program, run, start, temporaryDirectory } from '../../support/programs.ts';
import { realClock, sleepingClock } from '../../support/store-context.ts';

let program: Program;
let file: string;
let counter: string;

beforeAll(async () => {
  program = await buildProgram('lock');
});
afterAll(() => program.remove());
beforeEach(() => {
  const temporary = temporaryDirectory();
  file = join(temporary.path, 'locks', 'a.lock');
  counter = join(temporary.path, 'counter');
  writeFileSync(counter, '0');
  return () => temporary.remove();
});

const never = new AbortController().signal;
const surroundings = { clock: realClock, signal: never };
/** What another process would have written. */
function foreignLock(changes: object): void {
  writePrivateFile(file, JSON.stringify({ token: '0'.repeat(32), ...ownIdentity(), ...changes }));
}

describe('T26 the lock of an account', () => {
  it('lets one process after the other do its work', async () => {
    const processes = Array.from({ length: 16 }, () => run(program, [file, counter]));
    for (const ended of await Promise.all(processes)) {
      expect(ended).toMatchObject({ code: 0, stderr: '' });
    }
    expect(readFileSync(counter, 'utf8')).toBe('16');
    expect(readFileSync(`${counter}.log`, 'utf8').match(/ true\n/g)).toHaveLength(16);
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('lets callers in one process take turns', async () => {
    const order: string[] = [];
    await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const lock = await openLock(file, surroundings);
        order.push(`${name} in`);
        await realClock.sleep(20);
        order.push(`${name} out`);
        lock.release();
      }),
    );
    expect(order.map((entry) => entry.slice(2))).toEqual(['in', 'out', 'in', 'out', 'in', 'out']);
    for (const turn of [0, 2, 4]) {
      expect(order[turn]?.[0]).toBe(order[turn + 1]?.[0]);
    }
  });

  it('gives up after 70 s with a code that says to try again', async () => {
    const lock = await openLock(file, surroundings);
    const clock = sleepingClock();
    const waiting = openLock(file, { clock, signal: never });
    await expect(waiting).rejects.toMatchObject({ code: 'store_busy', exitCode: 8 });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(70_000);
    expect(lock.isHeld()).toBe(true);
    lock.release();
  });

  it('waits as long for each of its owners', async () => {
    const clock = sleepingClock();
    let changes = 0;
    let lock = await openLock(file, surroundings);
    const sleep: typeof clock.sleep = async (milliseconds) => {
      await clock.sleep(milliseconds);
      if (clock.monotonic() < (changes + 1) * 60_000 || changes === 3) {
        return;
      }
      changes += 1;
      lock.release();
      lock = await openLock(file, surroundings);
    };
    const waiting = openLock(file, { clock: { ...clock, sleep }, signal: never });
    await expect(waiting).rejects.toMatchObject({ code: 'store_busy' });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(180_000 + 70_000);
    lock.release();
  });

  it('is not needed by who gets what its owner was working at', async () => {
    const lock = await openLock(file, surroundings);
    let looks = 0;
    const look = async () => {
      looks += 1;
      return looks < 4 ? undefined : 'the answer';
    };
    const clock = sleepingClock();
    expect(await openLockUnless(file, { clock, signal: never }, look)).toEqual({ settled: 'the answer' });
    expect([looks, lock.isHeld()]).toEqual([4, true]);
    lock.release();
  });

  it('ends the wait on Ctrl-C and leaves the lock to its owner', async () => {
    const lock = await openLock(file, surroundings);
    const interruption = new AbortController();
    const waiting = openLock(file, { clock: realClock, signal: interruption.signal });
    setTimeout(() => interruption.abort(new AbortedError()), 30);
    await expect(waiting).rejects.toBeInstanceOf(AbortedError);
    expect(lock.isHeld()).toBe(true);
    lock.release();
  });
});

describe('T27 a lock whose owner failed', () => {
  it('is taken over at once when the owner was killed, by one of many', async () => {
    const holder = start(program, [file, counter, 'for ever']);
    await holder.printed('held');
    holder.kill('SIGKILL');
    await holder.ended;
    const processes = Array.from({ length: 12 }, () => run(program, [file, counter]));
    for (const ended of await Promise.all(processes)) {
      expect(ended).toMatchObject({ code: 0, stderr: '' });
    }
    expect(readFileSync(counter, 'utf8')).toBe('12');
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('is not taken from an owner that was stopped, however long', async () => {
    const holder = start(program, [file, counter, 'for ever']);
    await holder.printed('held');
    holder.kill('SIGSTOP');
    const waiting = openLock(file, { clock: sleepingClock(), signal: never });
    await expect(waiting).rejects.toMatchObject({ code: 'store_busy' });
    expect(readLockOwner(file)?.process?.pid).toBe(holder.pid);
    holder.kill('SIGKILL');
    await holder.ended;
  });

  it('is taken over when its number belongs to another process now', async () => {
    foreignLock({ started: '1' });
    const lock = await openLock(file, { clock: sleepingClock(), signal: never });
    expect(readLockOwner(file)?.process).toEqual(ownIdentity());
    lock.release();
  });

  it.each([
    ['of another machine', () => foreignLock({ host: `not-${hostname()}` })],
    ['of before the last boot', () => foreignLock({ boot: 'another boot' })],
    ['of another container', () => foreignLock({ namespace: 'pid:[1]' })],
    ['that cannot be understood', () => writePrivateFile(file, '')],
  ])('%s is taken over after 30 s silence, whatever its time says', async (_, make) => {
    make();
    const inFourHours = new Date(Date.now() + 4 * 3_600_000);
    utimesSync(file, inFourHours, inFourHours);
    const clock = sleepingClock();
    const lock = await openLock(file, { clock, signal: never });
    expect(clock.monotonic()).toBeGreaterThan(30_000);
    expect(clock.monotonic()).toBeLessThan(70_000);
    lock.release();
  });

  it('is left alone while a foreign owner gives signs of life', async () => {
    foreignLock({ host: `not-${hostname()}` });
    const clock = sleepingClock();
    let beat = 1_000;
    const sleep: typeof clock.sleep = async (milliseconds) => {
      await clock.sleep(milliseconds);
      beat += 1;
      utimesSync(file, beat, beat);
    };
    await expect(openLock(file, { clock: { ...clock, sleep }, signal: never })).rejects.toMatchObject({
      code: 'store_busy',
    });
  });

  it('is taken over although the process that was breaking it died too', async () => {
    foreignLock({ started: '1' });
    writePrivateFile(
      `${file}.${'0'.repeat(32)}`,
      JSON.stringify({ token: '1'.repeat(32), ...ownIdentity(), started: '1' }),
    );
    const lock = await openLock(file, { clock: sleepingClock(), signal: never });
    expect(lock.isHeld()).toBe(true);
    lock.release();
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('is not released by an owner that lost it', async () => {
    const lock = await openLock(file, surroundings);
    foreignLock({});
    expect(lock.isHeld()).toBe(false);
    lock.release();
    expect(readLockOwner(file)?.token).toBe('0'.repeat(32));
  });

  it('is refused when something else is in its place', async () => {
    mkdirSync(dirname(file), { mode: 0o700 });
    symlinkSync(counter, file);
    await expect(openLock(file, surroundings)).rejects.toMatchObject({ code: 'store_permissions' });
    expect(readFileSync(counter, 'utf8')).toBe('0');
  });

  it.runIf(process.platform === 'linux')('tells a process that ended from one that runs', async () => {
    const holder = start(program, [file, counter, 'for ever']);
    await holder.printed('held');
    const owner = readLockOwner(file)?.process;
    if (owner === undefined) {
      throw new Error('the lock names no owner');
    }
    expect(isRunning(owner)).toBe(true);
    holder.kill('SIGKILL');
    await holder.ended;
    expect(isRunning(owner)).toBe(false);
  });
});
