const REDACTED = '[redacted]';
/** The registered name of `util.inspect.custom`, without the cost of loading `node:util`. */
const inspect = Symbol.for('nodejs.util.inspect.custom');

/**
 * A text that must not be seen: every way of printing it gives `[redacted]`.
 *
 * Only three places may call `reveal()`: the body or header of a request, the sealed store, and the
 * standard output of the commands whose answer is the secret.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** Gives the text itself. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect](): string {
    return REDACTED;
  }
}
