import type { Environment } from '../../ground/context.ts';
import type { HelperOptions } from '../helper.ts';

/** Where the other program runs, and whose files it has. */
export interface Surroundings {
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
}

/** What a person can say besides the account. */
export interface InstallOptions extends HelperOptions {
  /** aws: the profile that gets the credentials. */
  readonly profile?: string;
  /** gcp: the provider of the workload identity pool. */
  readonly audience?: string;
  /** The program, where one kind serves several. */
  readonly for?: string;
}

/** What is to be installed. */
export interface InstallWish {
  /**
   * The origins whose credentials the program is to ask for. Absent for an account that nobody is signed in to any more:
   * then all entries of its words are removed.
   */
  readonly origins?: readonly string[] | undefined;
  /** The words of the command line behind the kind: the target, `--account` and its name. */
  readonly words: readonly string[];
  /** Of the account: its provider, and its address for programs that want a user name. */
  readonly provider?: string | undefined;
  readonly email?: string | undefined;
  readonly options: InstallOptions;
  readonly surroundings: Surroundings;
}

/** A link to one of this tool's programs in a directory of the other program. */
export interface ProgramLink {
  readonly path: string;
  /** The program that it leads to; `undefined` where it was not found. */
  readonly to: string | undefined;
}

/** How another program is told to ask this one: a change of one of its own files. Each function may throw a `UsageError`. */
export interface Installation {
  /** What the change is of, for a person: the configuration of git. */
  readonly what: string;
  /** The file; `undefined` where there is no home directory. */
  file(wish: InstallWish): string | undefined;
  /** What to add by hand. */
  snippet(wish: InstallWish): string;
  /** The text with the entries; `undefined` for a text that is not understood, or that has entries of another kind there. */
  readonly add: (text: string, wish: InstallWish) => string | undefined;
  /** The text without them; `undefined` for a text that is not understood. */
  readonly remove: (text: string, wish: InstallWish) => string | undefined;
  /** A link that the program needs besides. */
  link?(wish: InstallWish): ProgramLink | undefined;
  /** What a person does next, in one sentence; `undefined` when nothing is left to do. */
  next?(wish: InstallWish): string | undefined;
}

/** Lines that a person adds by hand, since no file can be changed safely. */
export interface PrintedLines {
  snippet(wish: InstallWish): string;
  /** Why nothing is installed, in one clause. */
  readonly why: string;
}
