import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setNativeVariable } from '../ground/bun.ts';
import { SESSION_BUS_VARIABLE } from './session-bus-address.ts';

/** Secret Service API draft 0.2, "Prompts and Prompting". */
const PROMPT = 'org.freedesktop.Secret.Prompt';
/** Milliseconds for a call to notice that its connection is gone, and for a signal to come through. */
const CALL_END = 1_000;
const SIGNAL_ARRIVAL = 50;

/**
 * A way to the session bus that this process can cut.
 *
 * The thread in which libsecret waits cannot be stopped, and Node waits for it before it exits, also in
 * `process.exit`: a keyring that never answers would hold the process for ever. So libsecret is given the address
 * of a socket of ours that passes everything on; once that is cut, its call fails and the thread ends.
 */
export interface SessionBus {
  /** Whether the person was asked to unlock something since the last `lend`. */
  readonly prompted: boolean;
  /** Points libsecret here for its next call; the returned function takes that back. */
  lend(): Promise<() => void>;
  /** Ends the connection, and with it the call that waits; resolves once that call has ended. */
  cut(call: Promise<unknown>): Promise<void>;
}

/** Connects once, to see that somebody listens; rejects with the error of the system. */
export function reachSocket(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

const buses = new Map<string, SessionBus>();

/** The relay to the bus at `target`, one for the process as libsecret's connection is; its socket is made in one of the `directories`. */
export function openSessionBus(target: string, directories: readonly string[]): SessionBus {
  const bus = buses.get(target) ?? newSessionBus(target, directories);
  buses.set(target, bus);
  return bus;
}

function newSessionBus(target: string, directories: readonly string[]): SessionBus {
  const sockets = new Set<Socket>();
  let prompted = false;

  function relay(client: Socket): void {
    const bus = connect(target);
    let tail = '';
    client.on('data', (chunk: Buffer) => {
      const text = tail + chunk.toString('latin1');
      prompted ||= text.includes(PROMPT);
      tail = text.slice(1 - PROMPT.length);
    });
    for (const [from, to] of [
      [client, bus],
      [bus, client],
    ] as const) {
      sockets.add(from);
      from.pipe(to);
      from.unref();
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  }

  return {
    get prompted() {
      return prompted;
    },
    async lend() {
      prompted = false;
      // libsecret keeps its connection; only a new one asks for the address.
      if (sockets.size > 0) {
        return () => {};
      }
      for (const directory of directories) {
        try {
          return await listen(directory, relay);
        } catch {
          // Not every file system has sockets, and not every directory is there.
        }
      }
      return () => {};
    },
    async cut(call) {
      const takeUp = setTerminationAside();
      for (const socket of sockets) {
        socket.destroy();
      }
      await Promise.race([call, sleep(CALL_END, undefined, { ref: false })]);
      await sleep(SIGNAL_ARRIVAL);
      takeUp();
    },
  };
}

/**
 * GDBus sends its own process SIGTERM when it loses the session bus (`exit-on-close`, which `g_bus_get` sets). Here
 * we took the bus away ourselves, and the program is to say so and end with its own exit code.
 */
function setTerminationAside(): () => void {
  const listeners = process.rawListeners('SIGTERM') as NodeJS.SignalsListener[];
  const ignore = () => {};
  process.on('SIGTERM', ignore);
  for (const listener of listeners) {
    process.off('SIGTERM', listener);
  }
  return () => {
    for (const listener of listeners) {
      process.on('SIGTERM', listener);
    }
    process.off('SIGTERM', ignore);
  };
}

async function listen(parent: string, relay: (client: Socket) => void): Promise<() => void> {
  const directory = join(parent, `.bus-${randomBytes(16).toString('hex')}`);
  mkdirSync(directory, { mode: 0o700 });
  // The path of a socket has at most 107 bytes (unix(7)); this one is short wherever the directory is.
  const descriptor = openSync(directory, 'r');
  const path = `/proc/self/fd/${descriptor}/bus`;
  const before = process.env[SESSION_BUS_VARIABLE];
  const server = createServer();
  let ended = false;
  const end = () => {
    if (ended) {
      return;
    }
    ended = true;
    pointLibraryTo(before);
    server.close();
    rmSync(directory, { recursive: true, force: true });
    closeSync(descriptor);
  };
  // libsecret makes one connection only. After it, the socket accepts nobody.
  server.once('connection', (client: Socket) => {
    end();
    relay(client);
  });
  try {
    await bound(server, path);
  } catch (error) {
    end();
    throw error;
  }
  server.unref();
  pointLibraryTo(`unix:path=${path}`);
  return end;
}

/** libsecret looks for the address of the bus in the environment of the process. */
function pointLibraryTo(address: string | undefined): void {
  if (address === undefined) {
    delete process.env[SESSION_BUS_VARIABLE];
  } else {
    process.env[SESSION_BUS_VARIABLE] = address;
  }
  setNativeVariable(SESSION_BUS_VARIABLE, address);
}

function bound(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  });
}
