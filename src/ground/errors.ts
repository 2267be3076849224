import { defined } from './defined.ts';
import type {
  AuthenticationRequiredCode,
  ConfigurationCode,
  ErrorCode,
  NetworkCode,
  ProtocolCode,
  StoreCode,
  UsageCode,
} from './error-code.ts';

/** The exit codes of the command; scripts rely on them, so a number never changes its meaning. */
export const ExitCode = {
  done: 0,
  internal: 1,
  usage: 2,
  configuration: 3,
  authenticationRequired: 4,
  refused: 5,
  untrustedReply: 6,
  network: 7,
  store: 8,
  interrupted: 130,
} as const;

/** What every error of the family says besides its message. */
export interface ErrorOptionsWithHint {
  /** One line that says what to do next: a command to run, a page to open, a variable to set. */
  readonly hint: string;
  readonly cause?: unknown;
  /** The part of the message that quotes a server, exactly as it stands there. A hint never quotes one. */
  readonly serverWords?: string;
  /** What was not given, where a program that uses the library gives it by an option and not by a flag. */
  readonly missing?: MissingSetting;
}

/** A setting of a sign-in that was not given. */
export type MissingSetting = 'client-id' | 'client-secret' | 'http-loopback';

/** The one error family: what happened, a stable code, what to do next, and the exit code. */
export abstract class OAuthLoginError extends Error {
  abstract readonly exitCode: number;
  readonly code: ErrorCode;
  readonly hint: string;
  readonly serverWords: string | undefined;
  readonly missing: MissingSetting | undefined;

  constructor(code: ErrorCode, message: string, options: ErrorOptionsWithHint) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.serverWords = options.serverWords;
    this.missing = options.missing;
  }

  /** The message without what it quotes of a server, for a place where nobody else's words may stand. */
  get ownMessage(): string {
    return this.serverWords === undefined ? this.message : this.message.replace(this.serverWords, () => '');
  }
}

/** The command line is wrong. */
export class UsageError extends OAuthLoginError {
  override readonly name = 'UsageError';
  readonly exitCode = ExitCode.usage;
  constructor(code: UsageCode, message: string, options: ErrorOptionsWithHint) {
    super(code, message, options);
  }
}

/** A file, a variable or the registration of the client is missing or wrong. */
export class ConfigurationError extends OAuthLoginError {
  override readonly name = 'ConfigurationError';
  readonly exitCode = ExitCode.configuration;
  constructor(code: ConfigurationCode, message: string, options: ErrorOptionsWithHint) {
    super(code, message, options);
  }
}

/** The End-User has to sign in first, or again. */
export class AuthenticationRequiredError extends OAuthLoginError {
  override readonly name = 'AuthenticationRequiredError';
  readonly exitCode = ExitCode.authenticationRequired;
  constructor(code: AuthenticationRequiredCode, message: string, options: ErrorOptionsWithHint) {
    super(code, message, options);
  }
}

/** The authorization server, or the End-User there, said no (RFC 6749 §4.1.2.1, §5.2). */
export class AuthorizationServerError extends OAuthLoginError {
  override readonly name = 'AuthorizationServerError';
  readonly exitCode = ExitCode.refused;
  /** The server's `error`, of the grammar of RFC 6749 appendix A.7. */
  readonly error: string;
  /** HTTP status of the reply; absent when the error came with the authorization response. */
  readonly status: number | undefined;
  /** Seconds between two polls from now on, where a `slow_down` says so (RFC 8628 §3.5 leaves it out). */
  readonly interval: number | undefined;
  /** What is known of this provider that most likely led to the error: a clause for the End-User. */
  readonly likelyReason: string | undefined;

  constructor(error: string, message: string, options: RefusalOptions) {
    super(`as_${error}`, message, options);
    this.error = error;
    this.status = options.status;
    this.interval = options.interval;
    this.likelyReason = options.likelyReason;
  }

  /** The same refusal with another next step, or with more that is known of it; this one is its cause. */
  with(changes: Partial<RefusalOptions>): AuthorizationServerError {
    const { hint, status, interval, likelyReason, serverWords } = this;
    const options = {
      ...defined({ hint, status, interval, likelyReason, serverWords }),
      cause: this,
      ...changes,
    };
    return new AuthorizationServerError(this.error, this.message, options);
  }
}

/** What is known of a refusal besides its `error`. */
export interface RefusalOptions extends ErrorOptionsWithHint {
  readonly status?: number;
  readonly interval?: number;
  readonly likelyReason?: string;
}

/** A reply that must not be trusted: wrong state or issuer, malformed, unsigned. */
export class ProtocolError extends OAuthLoginError {
  override readonly name = 'ProtocolError';
  readonly exitCode = ExitCode.untrustedReply;
  constructor(code: ProtocolCode, message: string, options: ErrorOptionsWithHint) {
    super(code, message, options);
  }
}

/** The other side could not be reached, or not in time. */
export class NetworkError extends OAuthLoginError {
  override readonly name = 'NetworkError';
  readonly exitCode = ExitCode.network;
  /** No connection stood, so the other side has seen nothing of the request. */
  readonly neverSent: boolean;
  /** Seconds after which the server wants to be asked again, where it says so (RFC 9110 §10.2.3). */
  readonly retryAfter: number | undefined;
  /** The code of the system or of the HTTP library, such as `ECONNREFUSED`, for `--debug`. */
  readonly systemCode: string | undefined;
  constructor(
    code: NetworkCode,
    message: string,
    options: ErrorOptionsWithHint & {
      readonly neverSent?: boolean;
      readonly retryAfter?: number;
      readonly systemCode?: string;
    },
  ) {
    super(code, message, options);
    this.neverSent = options.neverSent ?? false;
    this.retryAfter = options.retryAfter;
    this.systemCode = options.systemCode;
  }
}

/** The keychain or a stored file cannot be used. */
export class StoreError extends OAuthLoginError {
  override readonly name = 'StoreError';
  readonly exitCode = ExitCode.store;
  constructor(code: StoreCode, message: string, options: ErrorOptionsWithHint) {
    super(code, message, options);
  }
}

/** A resource server refused a request that carried a valid access token (RFC 6750 §3.1). */
export class ResourceServerError extends OAuthLoginError {
  override readonly name = 'ResourceServerError';
  readonly exitCode = ExitCode.refused;
  constructor(message: string, options: ErrorOptionsWithHint) {
    super('resource_refused', message, options);
  }
}

/** An error told by what it means for something larger, such as an account; code and exit code are those of its cause. */
export class ConsequenceError extends OAuthLoginError {
  override readonly name = 'ConsequenceError';
  readonly exitCode: number;
  constructor(
    cause: OAuthLoginError,
    { message, hint }: { readonly message: string; readonly hint: string },
  ) {
    super(cause.code, message, { hint, cause });
    this.exitCode = cause.exitCode;
  }
}

/** A program could not be started; the exit codes are those of a POSIX shell (XCU §2.8.2). */
export class ProgramStartError extends OAuthLoginError {
  override readonly name = 'ProgramStartError';
  readonly exitCode: number;
  constructor(
    code: 'program_not_found' | 'program_not_executable',
    message: string,
    options: ErrorOptionsWithHint,
  ) {
    super(code, message, options);
    this.exitCode = code === 'program_not_found' ? 127 : 126;
  }
}

/** The End-User pressed Ctrl-C, or the process was asked to stop. */
export class AbortedError extends OAuthLoginError {
  override readonly name = 'AbortedError';
  readonly exitCode = ExitCode.interrupted;
  constructor(
    message = 'interrupted',
    hint = 'run the command again when you are ready',
    options: { readonly cause?: unknown } = {},
  ) {
    super('aborted', message, { ...options, hint });
  }
}

/** The End-User pressed Ctrl-D at a question, or the terminal is gone: no answer will come. */
export class InputEndedError extends AbortedError {
  constructor() {
    super('the question was closed without an answer');
  }
}
