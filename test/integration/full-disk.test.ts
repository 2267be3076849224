import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { signInAt } from '../support/sign-in.ts';

/** Calls of the file system that change something, counted; the one with the number `failAt` fails. */
const calls = vi.hoisted(() => ({ count: 0, failAt: 0, failed: '' }));

vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const spoilt = <Call extends (...parts: never[]) => unknown>(name: string, call: Call) =>
    ((...parts: Parameters<Call>) => {
      calls.count += 1;
      if (calls.count !== calls.failAt) {
        return call(...parts);
      }
      calls.failed = name;
      throw Object.assign(new Error(`${name} failed`), { code: 'ENOSPC' });
    }) as Call;
  const openSync = spoilt('openSync', fs.openSync);
  return {
    ...fs,
    openSync: (...parts: Parameters<typeof fs.openSync>) =>
      (Number(parts[1]) & fs.constants.O_CREAT) === 0 ? fs.openSync(...parts) : openSync(...parts),
    linkSync: spoilt('linkSync', fs.linkSync),
    fchmodSync: spoilt('fchmodSync', fs.fchmodSync),
    writeSync: spoilt('writeSync', fs.writeSync),
    ftruncateSync: spoilt('ftruncateSync', fs.ftruncateSync),
    fsyncSync: spoilt('fsyncSync', fs.fsyncSync),
    renameSync: spoilt('renameSync', fs.renameSync),
  };
});

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server?.close());
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
});
afterEach(() => {
  calls.failAt = 0;
  server.restore();
  line.close();
});

const works = async () => {
  const outcome = await line.run('token', '--refresh');
  expect([outcome.exitCode, outcome.stderr]).toEqual([0, '']);
};

describe('T28 a refresh on a disk that is full', () => {
  it('loses nothing, whichever call of the file system fails', async () => {
    await signInAt(server, line);
    const failed: string[] = [];
    let afterRequest = 0;
    for (let failAt = 1; ; failAt += 1) {
      const requests = server.hits('token');
      Object.assign(calls, { count: 0, failAt, failed: '' });
      const { exitCode, stdout } = await line.run('token', '--refresh');
      calls.failAt = 0;
      if (calls.failed === '') {
        break;
      }
      failed.push(calls.failed);
      if (server.hits('token') > requests) {
        afterRequest += 1;
      }
      // Before the request it is refused and nothing was sent; afterwards the room that was taken helps out.
      if (exitCode !== 0) {
        expect([calls.failed, exitCode, stdout, server.hits('token')]).toEqual([
          calls.failed,
          8,
          '',
          requests,
        ]);
      }
      await works();
    }
    expect(failed.length).toBeGreaterThan(20);
    expect(afterRequest).toBeGreaterThan(7);
    expect(new Set(failed).size).toBe(7);
  });

  const isRoot = process.geteuid?.() === 0 && process.platform === 'linux';
  if (!isRoot) {
    console.warn('skipped: a file system with a few pages free (needs root on Linux)');
  }
  it.runIf(isRoot || process.env.OAUTH_LOGIN_TEST_NO_SKIP === '1')(
    'sends nothing that it has no room for: a file system with so many pages free',
    async () => {
      await signInAt(server, line);
      const { dataDir } = line.context.paths;
      const kept = join(line.directory, 'kept');
      execFileSync('cp', ['-a', dataDir, kept]);
      rmSync(dataDir, { recursive: true });
      mkdirSync(dataDir, { mode: 0o700 });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', dataDir]);
      try {
        execFileSync('cp', ['-a', `${kept}/.`, dataDir]);
        for (let free = 0; free <= 12; free += 1) {
          const { bavail, bsize } = statfsSync(dataDir);
          writeFileSync(join(dataDir, 'filler'), Buffer.alloc((bavail - free) * bsize));
          const requests = server.hits('token');
          const { exitCode, stderr } = await line.run('token', '--refresh');
          const sent = server.hits('token') - requests;
          expect([free, exitCode, sent]).toEqual(
            free < 8 ? [free, 8, 0] : [free, expect.any(Number), expect.any(Number)],
          );
          if (exitCode === 8) {
            expect([sent, stderr]).toEqual([0, expect.stringContaining('(no space left on the disk)')]);
          }
          rmSync(join(dataDir, 'filler'));
          await works();
        }
      } finally {
        execFileSync('umount', [dataDir]);
      }
    },
  );
});
