import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandHome, copyBuiltCommand, openHome } from '../support/built-command.ts';
import { KEYRING_PROGRAMS, type Keyring, type KeyringEnvironment, withKeyring } from '../support/keyring.ts';
import type { Ended, Program } from '../support/programs.ts';
import { describeWith } from '../support/requirements.ts';

let command: Program;
let server: AuthorizationServer;
let home: CommandHome;

beforeAll(async () => {
  [command, server] = await Promise.all([copyBuiltCommand(), startAuthorizationServer()]);
});
afterAll(async () => {
  await server?.close();
  command?.remove();
});
beforeEach(() => {
  home = openHome(command);
  return () => home.close();
});

/** Runs the work with an account that is sealed with a key in the keyring. */
function withAccount(work: (env: Record<string, string>, keyring: Keyring) => Promise<void>): Promise<void> {
  return withKeyring(async (session, keyring) => {
    const env = { ...inHome(session), OAUTH_LOGIN_STORE: 'keychain' };
    const target = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
    expect(await home.signIn(target, { env })).toMatchObject({ code: 0 });
    await work(env, keyring);
  });
}

/** What leads to the keyring, without the home of its own. */
function inHome({ DBUS_SESSION_BUS_ADDRESS = '', XDG_RUNTIME_DIR = '' }: KeyringEnvironment) {
  return { DBUS_SESSION_BUS_ADDRESS, XDG_RUNTIME_DIR };
}

const part = (name: string) => join(dirname(command.path), '../dist', name);

async function tokenWithout(name: string, env: Record<string, string>): Promise<Ended> {
  renameSync(part(name), part(`${name}.away`));
  try {
    return await home.run(['token'], { env });
  } finally {
    renameSync(part(`${name}.away`), part(name));
  }
}

/** The small part cannot do it, and the whole program says of it what it says alone. */
async function expectSameFailure(env: Record<string, string>, message: string): Promise<void> {
  const failed = await home.run(['token'], { env });
  expect(failed).toMatchObject({ code: 8, signal: null, stdout: '' });
  expect(failed.stderr).toContain(message);
  expect(await tokenWithout('quick.js', env)).toMatchObject({
    code: 8,
    signal: null,
    stderr: failed.stderr,
  });
  // A second of its own at most, the three of the whole program, and a slow machine.
  expect(failed.milliseconds).toBeLessThan(60_000);
}

async function silentSocket(path: string): Promise<Server> {
  const listening = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
  });
  await new Promise<void>((resolve) => listening.listen(path, resolve));
  return listening;
}

describeWith(KEYRING_PROGRAMS, 'a token whose key is in the keyring', () => {
  it('is answered alone when the keyring is open, without libsecret', async () => {
    await withAccount(async (env) => {
      const alone = await tokenWithout('main.js', env);
      expect(alone).toMatchObject({ code: 0, stderr: '' });
      expect(alone.stdout).toMatch(/^[\w-]{20,}\n$/);
      expect((await tokenWithout('quick.js', env)).stdout).toBe(alone.stdout);
    });
  });

  it('is answered alone when the keyring holds the keys of other homes too', async () => {
    await withAccount(async (env) => {
      const other = openHome(command);
      try {
        const target = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
        expect(await other.signIn(target, { env })).toMatchObject({ code: 0 });
        const theirs = (await other.run(['token'], { env })).stdout;
        const alone = await tokenWithout('main.js', env);
        expect(alone).toMatchObject({ code: 0, stderr: '' });
        expect(alone.stdout).toBe((await tokenWithout('quick.js', env)).stdout);
        expect(alone.stdout).not.toBe(theirs);
      } finally {
        other.close();
      }
    });
  });
});

describeWith(KEYRING_PROGRAMS, 'T38 a keyring that gives no key to the small part', () => {
  it('is locked', async () => {
    await withAccount(async (env, keyring) => {
      await keyring.lock();
      await expectSameFailure(env, 'the keychain is locked');
    });
  });

  it('stops answering', async () => {
    await withAccount(async (env, keyring) => {
      keyring.pause();
      try {
        await expectSameFailure(env, 'the keychain did not answer');
      } finally {
        keyring.resume();
      }
    });
  });

  it('has lost it', async () => {
    await withAccount(async (env) => {
      await withKeyring((other) =>
        expectSameFailure({ ...env, ...inHome(other) }, 'the keychain no longer has the key'),
      );
    });
  });

  it('has another one only', async () => {
    await withAccount(async (env) => {
      const descriptor = join(home.home, '.local/share/oauth-login/keys/keychain.json');
      const text = readFileSync(descriptor, 'utf8');
      writeFileSync(descriptor, text.replace(/[0-9a-f]{32}/, '0'.repeat(32)));
      await expectSameFailure(env, 'the keychain no longer has the key');
    });
  });

  it('cannot be reached, for its bus accepts and says nothing', async () => {
    await withAccount(async (env) => {
      const path = join(home.home, 'bus');
      const silent = await silentSocket(path);
      await expectSameFailure(
        { ...env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` },
        'the keychain did not answer',
      );
      silent.close();
      rmSync(path, { force: true });
      await expectSameFailure(
        { ...env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` },
        'there is no usable keychain here',
      );
    });
  });
});
