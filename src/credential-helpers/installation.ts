import type { Environment } from '../ground/context.ts';

/** Where the other program runs, and whose files it has. */
export interface Surroundings {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
}

/** What is to be installed. */
export interface InstallWish {
  /** The origins whose credentials the program is to ask for. */
  readonly origins: readonly string[];
  /** The words of the command line behind the kind: the target, `--account` and its name. */
  readonly words: readonly string[];
}

/** How another program is told to ask this one: a change of one of its own files. */
export interface Installation {
  /** What the change is of, for a person: the configuration of git. */
  readonly what: string;
  /** The file; `undefined` where there is no home directory. */
  file(surroundings: Surroundings): string | undefined;
  /** What to add by hand. */
  snippet(wish: InstallWish): string;
  /** The text with the entries; `undefined` for a text that is not understood, or that has entries of another kind there. */
  readonly add: (text: string, wish: InstallWish) => string | undefined;
  /** The text without them; `undefined` for a text that is not understood. */
  readonly remove: (text: string, wish: InstallWish) => string | undefined;
}
