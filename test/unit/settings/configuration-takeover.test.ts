import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/host/clock.ts';
import { openConfigurationLock } from '../../../src/settings/configuration-lock.ts';

/** What another process does while this one is stopped, just before it opens its lock to write. */
const stopped = vi.hoisted(() => ({ meanwhile: (): void => {} }));

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  return {
    ...fs,
    openSync: (...call: Parameters<typeof fs.openSync>) => {
      if (typeof call[1] === 'number' && (call[1] & fs.constants.O_RDWR) !== 0) {
        stopped.meanwhile();
      }
      return fs.openSync(...call);
    },
  };
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-login-takeover-'));
});
afterEach(() => {
  stopped.meanwhile = () => {};
  rmSync(directory, { recursive: true, force: true });
});

it('writes nothing into the lock that another process took while this one was stopped', async () => {
  const file = join(directory, 'config.json');
  const lock = await openConfigurationLock(file, {
    clock: systemClock,
    signal: new AbortController().signal,
  });
  const other = JSON.stringify({ token: 'f'.repeat(32) });
  stopped.meanwhile = () => {
    rmSync(`${file}.lock`);
    writeFileSync(`${file}.lock`, other, { mode: 0o600 });
  };
  expect(() => lock.replace('{"store":"keychain"}')).toThrow(/another process has been changing/);
  expect(readdirSync(directory)).toEqual(['config.json.lock']);
  expect(readFileSync(`${file}.lock`, 'utf8')).toBe(other);
});
