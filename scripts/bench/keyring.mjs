// A private session bus with an unlocked keyring, as a desktop session has it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const script = `
printf %s bench | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 1
# It is in the background before it is on the bus, and the bus would start another one, which is locked.
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus /org/freedesktop/DBus \
  org.freedesktop.DBus.NameHasOwner string:org.freedesktop.secrets 2>/dev/null | grep -q 'boolean true'
do
  tries=$((tries + 1))
  [ $tries -lt 200 ] || exit 1
  sleep 0.05
done
printf '%s\\n' "$DBUS_SESSION_BUS_ADDRESS"
exec cat
`;

/** Gives the variables that lead to it; throws when the programs are missing. */
export async function openKeyring(env) {
  const child = spawn('dbus-run-session', ['--', 'sh', '-c', script], {
    env,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const failed = once(child, 'error').then(([error]) => {
    throw new Error(`the keyring needs dbus and gnome-keyring (${error.code})`);
  });
  const line = once(createInterface({ input: child.stdout }), 'line');
  const ended = once(child, 'exit').then(() => {
    throw new Error('the keyring did not start; it needs dbus and gnome-keyring');
  });
  for (const promise of [failed, ended]) {
    promise.catch(() => undefined);
  }
  const [address] = await Promise.race([line, failed, ended]);
  return {
    env: { DBUS_SESSION_BUS_ADDRESS: address },
    // The session ends with the program that it was started for, and that one with its input.
    close: async () => {
      const gone = once(child, 'exit');
      child.stdin.end();
      await gone;
    },
  };
}
