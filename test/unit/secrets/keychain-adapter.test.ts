import { beforeEach, describe, expect, it } from 'vitest';
import { isKeychainCallPending, type NativeKeychain, openKeychain } from '../../../src/adapters/keychain.ts';
import { sessionBusSocket } from '../../../src/adapters/session-bus-address.ts';
import { AbortedError } from '../../../src/ground/errors.ts';

let native: NativeKeychain;

beforeEach(() => {
  native = {
    getPassword: async () => null,
    setPassword: async () => {},
    deletePassword: async () => true,
  };
});

/** As on a system without a session bus. */
function open(options: { readonly signal?: AbortSignal } = {}) {
  return openKeychain({ platform: 'darwin', deadline: 40, load: async () => native, ...options });
}

describe('T38 the errors of the native call', () => {
  it.each([
    ['Cannot create an item in a locked collection', 'store_locked'],
    ['User interaction is not allowed.', 'store_locked'],
    ['User canceled the operation.', 'store_denied'],
    ['The user name or passphrase you entered is not correct.', 'store_denied'],
    ['Prompt was dismissed', 'store_denied'],
    ['The name org.freedesktop.secrets was not provided by any .service files', 'store_unavailable'],
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'store_unavailable'],
    ['No keychain is available. You may need to restart your computer.', 'store_unavailable'],
  ])('%s: %s', async (message, code) => {
    native.getPassword = () => Promise.reject(new Error(message));
    const keychain = await open();
    await expect(keychain.getPassword('service', 'account')).rejects.toMatchObject({ code, exitCode: 8 });
    expect(isKeychainCallPending()).toBe(false);
  });

  it('a library that cannot be loaded is an absent keychain', async () => {
    const load = () => Promise.reject(new Error('libsecret-1.so.0: cannot open shared object file'));
    await expect(openKeychain({ platform: 'darwin', load })).rejects.toMatchObject({
      code: 'store_unavailable',
    });
  });

  it('an absent item is undefined', async () => {
    expect(await (await open()).getPassword('service', 'account')).toBeUndefined();
  });
});

describe('T38 a native call that never ends', () => {
  it('is late after the deadline, and known to be pending', async () => {
    let finish: (password: string) => void = () => {};
    native.getPassword = () =>
      new Promise((resolve) => {
        finish = resolve;
      });
    const keychain = await open();
    await expect(keychain.getPassword('service', 'account')).rejects.toMatchObject({ code: 'store_timeout' });
    expect(isKeychainCallPending()).toBe(true);
    finish('late');
    await new Promise((resolve) => setImmediate(resolve));
    expect(isKeychainCallPending()).toBe(false);
  });

  it('is left on Ctrl-C', async () => {
    native.getPassword = () => new Promise((resolve) => setTimeout(resolve, 60, null));
    const interruption = new AbortController();
    const keychain = await open({ signal: interruption.signal });
    const waiting = keychain.getPassword('service', 'account');
    interruption.abort(new AbortedError());
    await expect(waiting).rejects.toBeInstanceOf(AbortedError);
  });
});

describe('the address of the session bus', () => {
  it.each([
    [{}, undefined],
    [{ XDG_RUNTIME_DIR: '/run/user/1' }, '/run/user/1/bus'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus' }, '/run/bus'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:guid=00,path=/tmp/a%2cb' }, '/tmp/a,b'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:abstract=/tmp/dbus-x,guid=00' }, '\0/tmp/dbus-x'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'tcp:host=x,port=1;unix:path=/run/bus' }, '/run/bus'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:runtime=yes', XDG_RUNTIME_DIR: '/run/user/1' }, '/run/user/1/bus'],
    [{ DBUS_SESSION_BUS_ADDRESS: 'autolaunch:' }, undefined],
    [{ DBUS_SESSION_BUS_ADDRESS: 'unix:path=%zz' }, undefined],
    [{ DBUS_SESSION_BUS_ADDRESS: '', XDG_RUNTIME_DIR: '/run/user/1' }, undefined],
  ])('%j is at %j', (env, socket) => {
    expect(sessionBusSocket(env)).toBe(socket);
  });
});
