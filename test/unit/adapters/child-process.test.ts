import type { SpawnOptions } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { startChild } from '../../../src/adapters/child-process.ts';

/** What kill(2) gives for every child that is started from now on: a negative number is an error. */
let killing = 0;
vi.mock('node:child_process', async (importOriginal) => {
  const original = await importOriginal<typeof import('node:child_process')>();
  const spawn = (program: string, args: readonly string[], options: SpawnOptions) => {
    const child = original.spawn(program, args, options);
    const handle: unknown = Reflect.get(child, '_handle');
    if (killing < 0 && typeof handle === 'object' && handle !== null) {
      Reflect.set(handle, 'kill', () => killing);
    }
    return child;
  };
  return { ...original, spawn };
});
afterEach(() => {
  killing = 0;
});

/** The process whose signals are passed on. */
const receiver = () => Object.assign(new EventEmitter(), { platform: process.platform });
const sh = (script: string) => ({ program: 'sh', args: ['-c', script], env: { PATH: process.env.PATH } });
const EPERM = -1;

describe('a signal that may not be sent to the child, since it runs as another user', () => {
  it('is no crash, and the child is waited for', async () => {
    killing = EPERM;
    const from = receiver();
    const child = await startChild(sh('sleep 0.4; exit 3'), from);
    for (const signal of ['SIGTERM', 'SIGHUP', 'SIGTERM']) {
      from.emit(signal);
    }
    expect(await child.exitCode).toBe(3);
    expect(await child.signal).toBeUndefined();
  });
});

describe('the end of a child', () => {
  it('is told with the signal that it died of', async () => {
    const from = receiver();
    const child = await startChild(sh('exec sleep 20'), from);
    from.emit('SIGTERM');
    expect([await child.exitCode, await child.signal]).toEqual([143, 'SIGTERM']);
  });

  it('is the end of listening', async () => {
    const from = receiver();
    const child = await startChild(sh('exit 0'), from);
    expect(from.listenerCount('SIGTERM')).toBe(1);
    await child.exitCode;
    await sleep(0);
    expect(from.eventNames()).toEqual([]);
  });
});
