import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { AbortedError } from '../../../src/ground/errors.ts';
import { watchStopSignals } from '../../../src/host/stop-signals.ts';

function watched() {
  const process = new EventEmitter();
  let told = 0;
  const signals = watchStopSignals(process, () => {
    told += 1;
  });
  return { process, ...signals, told: () => told, listeners: () => process.eventNames() };
}

/** Work that ends when it is told to. */
function work<T>() {
  let finish: (value: T) => void = () => {};
  let fail: (error: Error) => void = () => {};
  const done = new Promise<T>((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  return { finish: (value: T) => finish(value), fail: (error: Error) => fail(error), run: () => done };
}

describe('T28 work that must not be interrupted', () => {
  it('is finished first, however often somebody asks to stop, who is told once', async () => {
    const { process, signal, uninterrupted, received, told, listeners } = watched();
    const { run, finish } = work<string>();
    const result = uninterrupted(run);
    for (const name of ['SIGTERM', 'SIGINT', 'SIGINT', 'SIGHUP']) {
      process.emit(name, name);
    }
    expect([signal.aborted, told(), listeners().length]).toEqual([false, 1, 3]);
    finish('stored');
    expect(await result).toBe('stored');
    expect(signal.reason).toBeInstanceOf(AbortedError);
    expect([received(), listeners()]).toEqual(['SIGTERM', []]);
  });

  it('may be several at once: the last one counts', async () => {
    const { process, signal, uninterrupted } = watched();
    const [one, other] = [work<number>(), work<number>()];
    const results = [uninterrupted(one.run), uninterrupted(other.run)];
    process.emit('SIGINT', 'SIGINT');
    one.finish(1);
    await results[0];
    expect(signal.aborted).toBe(false);
    other.finish(2);
    expect(await Promise.all(results)).toEqual([1, 2]);
    expect(signal.aborted).toBe(true);
  });

  it('that fails says so, and stops as well', async () => {
    const { process, signal, uninterrupted } = watched();
    const { run, fail } = work<never>();
    const result = uninterrupted(run);
    process.emit('SIGINT', 'SIGINT');
    fail(new Error('the disk is full'));
    await expect(result).rejects.toThrow('the disk is full');
    expect(signal.aborted).toBe(true);
  });

  it('is not begun after somebody asked to stop', async () => {
    const { process, signal, uninterrupted, told } = watched();
    process.emit('SIGINT', 'SIGINT');
    let begun = false;
    const result = uninterrupted(async () => {
      begun = true;
    });
    await expect(result).rejects.toBe(signal.reason);
    expect([begun, told()]).toEqual([false, 0]);
  });

  it('leaves everything as it was when nobody asked', async () => {
    const { process, signal, uninterrupted, listeners } = watched();
    await uninterrupted(async () => {});
    expect([signal.aborted, listeners().length]).toEqual([false, 3]);
    process.emit('SIGHUP', 'SIGHUP');
    expect([signal.aborted, listeners().length]).toEqual([true, 0]);
  });
});
