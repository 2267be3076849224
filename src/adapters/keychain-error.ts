import { StoreError } from '../ground/errors.ts';

/**
 * The meanings of messages of libsecret, GDBus, the macOS keychain and the Windows credential manager. keytar gives
 * no code, only the message. So this is the only place that reads the words of a library. `keychain.test.ts` holds
 * the real libsecret to them.
 */
const meanings: readonly (readonly [pattern: RegExp, code: 'store_locked' | 'store_denied'])[] = [
  [/locked|interaction is not allowed/i, 'store_locked'],
  [/denied|dismissed|cancel|not permitted|passphrase you entered|not authorized/i, 'store_denied'],
];

/** No keychain on this machine, or none that answers here. */
export function absentKeychain(why: string, cause?: unknown): StoreError {
  return new StoreError('store_unavailable', `there is no usable keychain here: ${why}`, {
    hint: remedy(),
    cause,
  });
}

function remedy(): string {
  return process.platform === 'linux'
    ? 'install libsecret (Debian and Ubuntu: libsecret-1-0) and run a keyring such as gnome-keyring in your session'
    : 'open the keychain of your system and check that it works';
}

/** The keychain is there, and closed. */
export function lockedKeychain(cause?: unknown): StoreError {
  return new StoreError('store_locked', 'the keychain is locked', {
    hint: 'unlock it (in your desktop session, or on a server with: gnome-keyring-daemon --unlock) and run the command again',
    cause,
  });
}

/** The keychain did not answer in time. */
export function lateKeychain(milliseconds: number): StoreError {
  return new StoreError(
    'store_timeout',
    `the keychain did not answer within ${milliseconds / 1000} seconds`,
    {
      hint: 'look for a dialog that asks for your password, or restart the keyring',
    },
  );
}

function deniedKeychain(cause: unknown): StoreError {
  return new StoreError('store_denied', 'the keychain refused access', {
    hint: 'allow it when the system asks, and run the command again',
    cause,
  });
}

/** Turns an error of the native call into the `StoreError` that says who has to act. */
export function keychainError(error: unknown): StoreError {
  const message = error instanceof Error ? error.message : String(error);
  const code = meanings.find(([pattern]) => pattern.test(message))?.[1];
  if (code === 'store_locked') {
    return lockedKeychain(error);
  }
  if (code === 'store_denied') {
    return deniedKeychain(error);
  }
  return absentKeychain(message.replaceAll(/\s+/g, ' ').slice(0, 200), error);
}
