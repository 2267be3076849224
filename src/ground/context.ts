import type {
  BrowserLaunch,
  ChildProcess,
  ChildProgram,
  HttpClient,
  HttpOptions,
  Keychain,
  Prompts,
  Surroundings,
} from './ports.ts';

/** Environment variables, copied once at the start. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A place words are written to; a terminal tells its size. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** A place bytes are read from. */
export interface Input extends AsyncIterable<Buffer | string> {
  readonly isTTY?: boolean | undefined;
  /** Stops waiting for input, so that it does not keep the process running. */
  destroy?(): unknown;
}

/** The time, as an argument, so that tests can choose it. */
export interface Clock {
  /** The wall clock, for instants that are stored or shown. */
  now(): Date;
  /** Milliseconds that never go back, for durations and deadlines. */
  monotonic(): number;
  /** Resolves after that many milliseconds; rejects with the signal's reason when it is aborted. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

/** The user's own directories; nothing is read from the working directory. */
export interface Paths {
  /** Holds `config.json`: no secrets. */
  readonly configDir: string;
  /** Holds the sealed accounts and, where the user chose so, the key file. */
  readonly dataDir: string;
  /** The machine's own directory, which an administrator fills for all users; absent where nothing protects one. */
  readonly machine?: MachineDirectory;
}

/** A directory with `config.json` and `providers/`, which is read and never written. */
export interface MachineDirectory {
  readonly directory: string;
  /** The numeric id of the user that has to own the directory and its files: 0, root. */
  readonly owner: number;
}

/** The outside world as one value; no other module reaches for it. */
export interface Context {
  /** The name of a program that keeps accounts of its own by the library; absent: the accounts are those of the command. */
  readonly program?: string;
  readonly env: Environment;
  readonly platform: NodeJS.Platform;
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly clock: Clock;
  /** Aborted with an `AbortedError` when the End-User presses Ctrl-C. */
  readonly signal: AbortSignal;
  /**
   * Runs work that must not be left half done. A request to stop, however often it comes, waits for the end of the
   * work, and then aborts `signal`. Rejects with the signal's reason, without starting, when it is aborted already.
   */
  uninterrupted<T>(work: () => Promise<T>): Promise<T>;
  readonly paths: Paths;
  /**
   * The working directory, which may mean an account; `undefined` when it is gone. It is compared with what the user
   * configured, and nothing is read from it.
   */
  workingDirectory(): string | undefined;
  /** A browser can be expected to open: there is a display, or `BROWSER` is set. */
  readonly canOpenBrowser: boolean;
  /** Writes bytes to the standard output; resolves once they are taken, to `false` when nobody reads any more. */
  writeBytes(bytes: Uint8Array): Promise<boolean>;
  /** Where this process runs, as far as it concerns a browser. */
  readonly surroundings: Surroundings;
  openHttp(options: HttpOptions): Promise<HttpClient>;
  /** The TXT records of a name, each with its parts put together; rejects with the error of the system. */
  resolveTxt(name: string): Promise<readonly string[]>;
  openBrowser(uri: string): Promise<BrowserLaunch>;
  /** Starts a program on the streams of this process. */
  startChild(child: ChildProgram): Promise<ChildProcess>;
  /**
   * `isCrowded`: many processes ask it at this moment, so it may take its time. `deadline`: milliseconds for one call,
   * over the usual ones.
   */
  openKeychain(options?: { readonly isCrowded?: boolean; readonly deadline?: number }): Promise<Keychain>;
  openPrompts(): Promise<Prompts>;
}
