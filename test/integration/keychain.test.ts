import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KEYRING_PROGRAMS, withKeyring } from '../support/keyring.ts';
import {
  buildProgram,
  type Ended,
  type Program,
  run,
  start,
  temporaryDirectory,
} from '../support/programs.ts';
import { describeWith } from '../support/requirements.ts';

let program: Program;
let directory: ReturnType<typeof temporaryDirectory>;

beforeAll(async () => {
  program = await buildProgram('keychain');
});
afterAll(() => program.remove());
beforeEach(() => {
  directory = temporaryDirectory();
  return () => directory.remove();
});

/** A Unix socket that accepts and says nothing. */
async function silentSocket(path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return server;
}

function expectStoreError(ended: Ended, code: string): void {
  expect({ ...ended, stdout: ended.stdout.split(':')[0] }).toMatchObject({
    code: 8,
    signal: null,
    stdout: code,
  });
  expect(ended.stdout).not.toContain('the address of the bus was changed');
}

describeWith(KEYRING_PROGRAMS, 'the keychain, a real gnome-keyring', () => {
  it('keeps a value between processes and deletes it', async () => {
    await withKeyring(async (env) => {
      const set = await run(program, [directory.path, '10000', 'set:a:first value'], { env });
      expect(set).toMatchObject({ code: 0, stdout: 'done\npending false\n', stderr: '' });
      const get = await run(
        program,
        [directory.path, '10000', 'get:a', 'get:b', 'delete:a', 'get:a', 'delete:a'],
        {
          env,
        },
      );
      expect(get.stdout).toBe(
        'got first value\ngot undefined\ndeleted true\ngot undefined\ndeleted false\ndone\npending false\n',
      );
    });
  });

  it('leaves no socket behind, in the runtime directory or in its own', async () => {
    await withKeyring(async (env) => {
      const before = readdirSync(env.XDG_RUNTIME_DIR ?? '').sort();
      await run(program, [directory.path, '10000', 'set:a:b', 'get:a'], { env });
      expect(readdirSync(env.XDG_RUNTIME_DIR ?? '').sort()).toEqual(before);
      const { XDG_RUNTIME_DIR: _, ...withoutRuntime } = env;
      const get = await run(program, [directory.path, '10000', 'get:a'], { env: withoutRuntime });
      expect(get.stdout).toContain('got b');
      expect(readdirSync(directory.path)).toEqual([]);
    });
  });

  it('says that a locked keyring is locked, in reading and in writing, and ends', async () => {
    await withKeyring(async (env, keyring) => {
      await run(program, [directory.path, '10000', 'set:a:first value'], { env });
      await keyring.lock();
      expectStoreError(await run(program, [directory.path, '3000', 'get:a'], { env }), 'store_locked');
      expectStoreError(await run(program, [directory.path, '3000', 'set:a:second'], { env }), 'store_locked');
    });
  });

  it('stays alive and open when many read from it at once, each over a connection of its own', async () => {
    const reader = await buildProgram('unlocked-keyring');
    await withKeyring(async (env) => {
      await run(program, [directory.path, '10000', 'set:a:the value'], { env });
      // Spoken to in the wrong order, gnome-keyring mostly ends itself within a thousand reads.
      for (let times = 0; times < 4; times += 1) {
        const ended = await run(reader, ['a', '4', '250'], { env });
        expect(ended).toMatchObject({ code: 0, stdout: 'the value\n', stderr: '' });
      }
    }).finally(() => reader.remove());
  });

  it('ends with its exit code when the keyring stops answering in the middle of a call', async () => {
    await withKeyring(async (env, keyring) => {
      keyring.pause();
      const ended = await run(program, [directory.path, '700', 'get:a'], { env });
      keyring.resume();
      expectStoreError(ended, 'store_timeout');
    });
  });
});

describe('T38 a session bus that is absent, wrong, dead or silent', () => {
  const bare = () => ({ PATH: process.env.PATH, HOME: directory.path });

  it.each([
    ['unset', undefined],
    ['empty', ''],
    ['bogus', 'bogus'],
    ['of a socket that is not there', 'unix:path=/nonexistent/bus'],
    ['of an abstract socket that is not there', 'unix:abstract=oauth-login-test-nobody,guid=00'],
    ['of a transport nobody uses', 'tcp:host=127.0.0.1,port=1'],
  ])('an address %s is an absent keychain', async (_, address) => {
    const env = { ...bare(), ...(address !== undefined && { DBUS_SESSION_BUS_ADDRESS: address }) };
    const ended = await run(program, [directory.path, '3000', 'get:a'], { env });
    expectStoreError(ended, 'store_unavailable');
  });

  it('a socket whose owner died is an absent keychain', async () => {
    const path = join(directory.path, 'bus');
    const listener = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 9))`;
    spawnSync(process.execPath, ['-e', listener, path]);
    expect(statSync(path).isSocket()).toBe(true);
    const env = { ...bare(), DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` };
    expectStoreError(await run(program, [directory.path, '3000', 'get:a'], { env }), 'store_unavailable');
  });
});

describeWith(['gnome-keyring-daemon'], 'T38 a session bus that accepts and says nothing', () => {
  it('times out, and the thread that waits does not hold the process', async () => {
    const path = join(directory.path, 'bus');
    const server = await silentSocket(path);
    const env = {
      PATH: process.env.PATH,
      HOME: directory.path,
      XDG_RUNTIME_DIR: directory.path,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}`,
    };
    const running = start(program, [directory.path, '500', 'get:a', 'get:b'], { env });
    await running.printed('store_timeout');
    const ended = await running.ended;
    server.close();
    expectStoreError(ended, 'store_timeout');
    expect(readdirSync(directory.path)).toEqual([]);
    expect(ended.stdout).toContain('pending false');
  });
});
