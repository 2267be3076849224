import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { inKeyTurn } from '../../../src/accounts/key-turn.ts';
import { lockPath, openLock } from '../../../src/accounts/lock.ts';
import type { Context } from '../../../src/ground/context.ts';
import { storeContext } from '../../support/store-context.ts';

let context: Context;

beforeEach(() => {
  const dataDir = join(mkdtempSync(join(tmpdir(), 'turns-')), 'data');
  context = storeContext(dataDir, { env: { OAUTH_LOGIN_PASSPHRASE: 'one for the test' } });
  return () => rmSync(dataDir, { recursive: true, force: true });
});

/** Runs as many at once, and gives how many of them were at work together. */
async function together(kind: 'keychain' | 'passphrase' | 'file', count: number): Promise<number> {
  let now = 0;
  let most = 0;
  const work = async () => {
    now += 1;
    most = Math.max(most, now);
    await sleep(20);
    now -= 1;
  };
  await Promise.all(Array.from({ length: count }, () => inKeyTurn(kind, context, work)));
  return most;
}

describe('T26 a key that many want at once', () => {
  it.each(['keychain', 'passphrase'] as const)('is opened by few at a time: %s', async (kind) => {
    // All of them are in one process, and so in one queue.
    expect(await together(kind, 5)).toBe(1);
  });

  it('is opened by all at once where it costs nothing, and where a person types', async () => {
    expect(await together('file', 5)).toBe(5);
    context = { ...context, env: {} };
    expect(await together('passphrase', 5)).toBe(5);
  });

  it('may take longer while others ask for it too, and only then', async () => {
    const other = (process.pid + 1) % (2 * availableParallelism());
    const isCrowded = () => inKeyTurn('keychain', context, async (crowded) => crowded);
    expect(await isCrowded()).toBe(false);
    const lock = await openLock(lockPath(context.paths, `key keychain ${other}`), context);
    expect(await isCrowded()).toBe(true);
    lock.release();
    expect(await isCrowded()).toBe(false);
  });

  it('is opened without a turn where there is no place for a lock', async () => {
    context = { ...context, paths: { configDir: '/proc', dataDir: '/proc/no-such-place' } };
    expect(await inKeyTurn('keychain', context, async () => 'key')).toBe('key');
  });
});
