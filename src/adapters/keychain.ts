import type { Environment } from '../ground/context.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import type { Keychain } from '../ground/ports.ts';
import { absentKeychain, keychainError, lateKeychain, lockedKeychain } from './keychain-error.ts';
import type { SessionBus } from './session-bus.ts';
import { sessionBusSocket } from './session-bus-address.ts';

/** The three functions of keytar that are used; its searches are not, since they match prefixes on Windows. */
export interface NativeKeychain {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

/** The surroundings of the keychain; those of this process unless told. */
export interface KeychainOptions {
  readonly env?: Environment;
  readonly platform?: NodeJS.Platform;
  /** A directory of the user's own, for a socket when there is no XDG_RUNTIME_DIR. */
  readonly directory?: string;
  /** Milliseconds for one call: 60,000 with a terminal (a person may have to unlock), 3,000 without. */
  readonly deadline?: number;
  /** Many processes ask it at once: without a terminal a call then has 30,000 milliseconds too. */
  readonly isCrowded?: boolean;
  /** Whether a person may be asked to unlock it; unless told, where there is a terminal. */
  readonly isAttended?: boolean;
  readonly signal?: AbortSignal;
  readonly load?: () => Promise<NativeKeychain>;
}

const DEADLINE_WITH_PERSON = 60_000;
const DEADLINE_WITHOUT = 3_000;
const DEADLINE_IN_A_CROWD = 30_000;

let pending = 0;

/**
 * Whether a call still waits in a thread that nothing can stop (macOS: a dialog). Node would wait for it at the
 * exit, so a program that is done has to end itself by a signal.
 */
export function isKeychainCallPending(): boolean {
  return pending > 0;
}

async function loadKeytar(): Promise<NativeKeychain> {
  // keytar is a CommonJS module, and Node finds no named exports in it.
  return (await import('keytar')).default;
}

async function loadNative(load = loadKeytar): Promise<NativeKeychain> {
  try {
    return await load();
  } catch (error) {
    throw absentKeychain('its library cannot be loaded', error);
  }
}

/** Opens the keychain. Throws `StoreError` `store_unavailable` when there is none on this machine. */
export async function openKeychain(options: KeychainOptions = {}): Promise<Keychain> {
  const bus = await reachSessionBus(options);
  const native = await loadNative(options.load);
  const unattended = options.isCrowded === true ? DEADLINE_IN_A_CROWD : DEADLINE_WITHOUT;
  const deadline =
    options.deadline ?? ((options.isAttended ?? isTerminal()) ? DEADLINE_WITH_PERSON : unattended);
  const bounded = <T>(call: () => Promise<T>) => callWithin(deadline, call, bus, options.signal);

  return {
    async getPassword(service, account) {
      const password = await bounded(async () => native.getPassword(service, account));
      // libsecret also says "not found" when the person did not, or could not, unlock the keychain.
      if (password === null && bus?.prompted === true) {
        throw lockedKeychain();
      }
      return password ?? undefined;
    },
    setPassword: (service, account, password) =>
      bounded(async () => native.setPassword(service, account, password)),
    deletePassword: (service, account) => bounded(async () => native.deletePassword(service, account)),
    async getPasswordOfUser(service, user) {
      const socket = sessionBusSocket(options.env ?? process.env);
      if (bus === undefined || socket === undefined) {
        return (await bounded(async () => native.getPassword(service, user))) ?? undefined;
      }
      const { openUnlockedKeyring } = await import('./secret-service.ts');
      return openUnlockedKeyring(socket, service, deadline, 'username')
        .then((keyring) => keyring.read(user))
        .catch(() => undefined);
    },
  };
}

function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

async function reachSessionBus(options: KeychainOptions): Promise<SessionBus | undefined> {
  if ((options.platform ?? process.platform) !== 'linux') {
    return undefined;
  }
  const env = options.env ?? process.env;
  const socket = sessionBusSocket(env);
  if (socket === undefined) {
    throw absentKeychain('there is no D-Bus session');
  }
  const { openSessionBus, reachSocket } = await import('./session-bus.ts');
  try {
    await reachSocket(socket);
  } catch (error) {
    throw absentKeychain('the D-Bus session does not answer', error);
  }
  const directories = [env.XDG_RUNTIME_DIR, options.directory].filter((directory) => directory !== undefined);
  return openSessionBus(socket, directories);
}

async function callWithin<T>(
  deadline: number,
  call: () => Promise<T>,
  bus: SessionBus | undefined,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const takeBack = await bus?.lend();
  pending += 1;
  const answer = call().finally(() => {
    pending -= 1;
  });
  const patience = waitFor(deadline, signal);
  try {
    const first = await Promise.race([answer.then((value) => ({ value })), patience.over]);
    if (first !== 'over') {
      return first.value;
    }
    const prompted = bus?.prompted === true;
    await bus?.cut(answer.catch(() => {}));
    signal?.throwIfAborted();
    throw prompted ? lockedKeychain() : lateKeychain(deadline);
  } catch (error) {
    throw error instanceof OAuthLoginError ? error : keychainError(error);
  } finally {
    patience.end();
    takeBack?.();
  }
}

/** Gives `over` after the deadline, or when the signal is aborted. */
function waitFor(deadline: number, signal: AbortSignal | undefined): { over: Promise<'over'>; end(): void } {
  let end = () => {};
  const over = new Promise<'over'>((resolve) => {
    const stop = () => resolve('over');
    const timer = setTimeout(stop, deadline);
    signal?.addEventListener('abort', stop, { once: true });
    end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
  });
  return { over, end: () => end() };
}
