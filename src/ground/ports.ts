import type { Secret } from './secret.ts';

/** How requests are to be sent in this run. */
export interface HttpOptions {
  /** Plain http to a literal loopback address or to `localhost` is allowed. */
  readonly allowHttpLoopback: boolean;
  /** A PEM file of certificate authorities, in addition to the built-in ones. */
  readonly caFile?: string;
  /** Who this side is, for servers that ask for a certificate when a connection is opened (RFC 8705). */
  readonly clientCertificate?: ClientCertificateFiles;
  /** Another one, passed over where it cannot be read: what `NODE_EXTRA_CA_CERTS` named at sign-in. */
  readonly extraCaFile?: string;
  /**
   * A host that a person typed: only addresses of the class of its own are connected to (the internet, a private
   * network, this machine), since everything else comes from documents (RFC 9728 §7.7). Absent: any address.
   */
  readonly reachOf?: string;
  /** Receives one line for each exchange (method, origin, path, status, duration): never a query, a header or a body. */
  readonly trace?: (line: string) => void;
  /**
   * The body of a reply arrives as it is read and may be of any length, a redirect is handed out as it is, nothing is
   * tried twice, and silence is limited instead of the whole: for what the End-User asks for, not for the protocol.
   */
  readonly streaming?: boolean;
  /** Deadlines in milliseconds, over the usual ones. */
  readonly deadlines?: Partial<HttpDeadlines>;
}

/** The files of a client certificate, in PEM. */
export interface ClientCertificateFiles {
  /** The certificate, and those between it and its authority. */
  readonly certificateFile: string;
  /** Its private key; absent: it is in the same file. */
  readonly keyFile?: string;
}

/** How long the other side may take, in milliseconds. */
export interface HttpDeadlines {
  /** Until a connection stands, TLS included. */
  readonly connect: number;
  /** From the call to the last byte of the reply, tries and pauses included. */
  readonly total: number;
  /** Longest silence of the other side when a reply is streamed. */
  readonly idle: number;
}

/** The way out to the network. */
export interface HttpClient {
  /** A standard `fetch` that follows no redirect, ends in time and reads no more than the cap (unless it streams). */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  close(): Promise<void>;
}

/** What is known of a browser that was asked to open a page. */
export interface BrowserLaunch {
  /** Resolves once the opener has ended: its exit code, or `null` when it was ended by a signal. */
  readonly exited: Promise<number | null>;
}

/** The operating system's keychain; every call throws a `StoreError` that tells absent, locked, denied and late apart. */
export interface Keychain {
  getPassword(service: string, account: string): Promise<string | undefined>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
  /** The secret that a program written in Go keeps for a user; such items have other names for their parts on Linux. */
  getPasswordOfUser?(service: string, user: string): Promise<string | undefined>;
}

/** A program and everything it gets; no shell has a part in it. */
export interface ChildProgram {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A program that runs on the terminal and the streams of this process. */
export interface ChildProcess {
  /** Its exit code; 128 and the number of the signal when it died of one, as shells have it. */
  readonly exitCode: Promise<number>;
}

/** Asks for a secret; `stop` takes the question back, with its reason. */
export type AskForSecret = (
  question: string,
  options?: { readonly validate?: (text: string) => string | undefined; readonly stop?: AbortSignal },
) => Promise<Secret>;

/** One of the answers that a question offers. */
export interface Choice<Value extends string = string> {
  readonly value: Value;
  readonly label: string;
  /** Shown while it is the one that Enter takes. */
  readonly hint?: string;
}

/** One of many answers, which a person finds by typing a part of its label or of one of its words. */
export interface SearchChoice extends Choice {
  readonly words: readonly string[];
}

/** Questions to a person at a terminal; each rejects with an `AbortedError` on Ctrl-C, an `InputEndedError` on Ctrl-D. */
export interface Prompts {
  text(
    question: string,
    options?: { readonly initial?: string; readonly validate?: (text: string) => string | undefined },
  ): Promise<string>;
  /** What is typed is not shown; `stop` takes the question back, with its reason. */
  secret: AskForSecret;
  /**
   * Runs work that asks for secrets: nothing of what is typed is shown until the work ends, also between and after its
   * questions.
   */
  hidden<Result>(work: (ask: AskForSecret) => Promise<Result>): Promise<Result>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  choose<Value extends string>(question: string, choices: readonly Choice<Value>[]): Promise<Value>;
  /**
   * As `choose`, of many: what is typed narrows the choices. `other` may make a choice of what was typed, which is then
   * offered after those that fit.
   */
  search(
    question: string,
    choices: readonly SearchChoice[],
    other?: (typed: string) => Choice | undefined,
  ): Promise<string>;
}

/**
 * Where this process runs, as far as it concerns a browser: on the person's own machine, or somewhere that a
 * browser's `127.0.0.1` does not lead to.
 */
export type Surroundings = 'local' | 'ssh' | 'wsl' | 'container' | 'headless';
