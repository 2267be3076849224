import type { Socket } from 'node:net';

/** Sockets held at a time; far more than a browser opens to one host. */
const MAXIMUM = 32;

/**
 * The sockets of the listener, so that somebody who only holds them open cannot keep others out, and so
 * that none outlives the listener.
 */
export class Connections {
  readonly #sockets = new Set<Socket>();
  readonly #kept = new Set<Socket>();
  readonly #maximum: number;

  constructor(maximum = MAXIMUM) {
    this.#maximum = maximum;
  }

  /** Adds a new socket. Above the limit, the oldest socket without a waiting request is destroyed. */
  admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#kept.delete(socket);
    });
    socket.on('error', () => socket.destroy());
    if (this.#sockets.size > this.#maximum) {
      const oldest = [...this.#sockets].find((candidate) => !this.#kept.has(candidate));
      (oldest ?? socket).destroy();
      this.#sockets.delete(oldest ?? socket);
    }
  }

  /** Spares a socket on which a browser waits for its page. */
  keep(socket: Socket): void {
    this.#kept.add(socket);
  }

  /** Ends the sparing of a socket. */
  release(socket: Socket): void {
    this.#kept.delete(socket);
  }

  destroyAll(): void {
    for (const socket of this.#sockets) {
      socket.destroy();
    }
  }
}
