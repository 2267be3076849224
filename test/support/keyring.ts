import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What a test of the real keyring needs to be installed. */
export const KEYRING_PROGRAMS = ['gnome-keyring-daemon', 'dbus-run-session', 'dbus-send'];

/** The environment of a process that shall see the private keyring, and no display. */
export type KeyringEnvironment = Record<string, string>;

/** What can be done to the keyring from outside. */
export interface Keyring {
  /** Locks the default collection. */
  lock(): Promise<void>;
  /** Stops the daemon in its tracks (SIGSTOP), and lets it go on. */
  pause(): void;
  resume(): void;
}

const SCRIPT = `
printf %s test-password | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
keyring=$!
until dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
  org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'
do sleep 0.05; done
echo "$keyring $DBUS_SESSION_BUS_ADDRESS"
cat >/dev/null
kill -CONT $keyring; kill $keyring; wait $keyring
`;

/** Runs the work with a real, unlocked gnome-keyring on a session bus of its own, in a home of its own. */
export async function withKeyring<T>(
  work: (env: KeyringEnvironment, keyring: Keyring) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(join(tmpdir(), 'keyring-'));
  const env = environment(home);
  const session = spawn('dbus-run-session', ['--', 'sh', '-c', SCRIPT], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  try {
    const [pid, address] = await firstLine(session);
    const keyringEnv = { ...env, DBUS_SESSION_BUS_ADDRESS: address };
    return await work(keyringEnv, {
      lock: () => lockCollection(keyringEnv),
      pause: () => process.kill(pid, 'SIGSTOP'),
      resume: () => process.kill(pid, 'SIGCONT'),
    });
  } finally {
    const ended = new Promise((resolve) => session.once('exit', resolve));
    session.stdin?.end();
    if (session.exitCode === null) {
      await ended;
    }
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function environment(home: string): KeyringEnvironment {
  const runtime = join(home, 'run');
  mkdirSync(runtime);
  chmodSync(runtime, 0o700);
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    XDG_DATA_HOME: join(home, 'share'),
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_CACHE_HOME: join(home, 'cache'),
    XDG_STATE_HOME: join(home, 'state'),
  };
}

async function firstLine(session: ChildProcess): Promise<[number, string]> {
  if (session.stdout === null) {
    throw new Error('the session has no output');
  }
  for await (const line of createInterface({ input: session.stdout })) {
    const [pid = '', address = ''] = line.split(' ');
    return [Number(pid), address];
  }
  throw new Error('the keyring did not start');
}

async function lockCollection(env: KeyringEnvironment): Promise<void> {
  const call = [
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.secrets',
    '/org/freedesktop/secrets',
    'org.freedesktop.Secret.Service.Lock',
    'array:objpath:/org/freedesktop/secrets/collection/login',
  ];
  const child = spawn('dbus-send', call, { env, stdio: 'ignore' });
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) {
    throw new Error(`dbus-send ended with ${code}`);
  }
}
