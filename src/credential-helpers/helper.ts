import type { AccessSession } from '../access/access-session.ts';
import type { OAuthLoginError } from '../ground/errors.ts';

/** What a person can say besides the words: flags of `credential`. */
export interface HelperOptions {
  /** The account, by the name that `--account` takes. */
  readonly account?: string;
  /** The user name at the mail server. */
  readonly user?: string;
  /** The role of AWS that is assumed. */
  readonly roleArn?: string;
  readonly region?: string;
  readonly sessionName?: string;
  /** The access token is given, where an ID Token is usual. */
  readonly accessToken?: boolean;
}

/** What another program asks of a credential helper. */
export interface HelperRequest {
  /** The words that follow the kind of the helper: an account's target, and what the program adds. */
  readonly words: readonly string[];
  /** What came on the standard input; empty for a helper that reads none. */
  readonly input: Buffer;
  readonly options: HelperOptions;
}

/** What the program is told: the text that it reads, and the exit code, 0 when absent. */
export interface HelperAnswer {
  readonly text: string;
  readonly exitCode?: number;
}

/** One protocol by which other programs ask for credentials. */
export interface Helper {
  /** What it answers, in a few words, for the help. */
  readonly of: string;
  /** The program waits for this line before it asks, and then writes one line. */
  readonly greeting?: string;
  /** The most bytes that the program writes to the standard input after these words; absent: it writes nothing. */
  reads(words: readonly string[]): number | undefined;
  /** Throws an `OAuthLoginError` where there is no answer. */
  answer(request: HelperRequest, access: AccessSession): Promise<HelperAnswer>;
  /** What the program has to read when there is no answer; nothing, when absent. */
  refusal?(error: OAuthLoginError, words: readonly string[]): string;
}

/** The answer of a helper that has nothing to say. */
export const noAnswer: HelperAnswer = { text: '' };

/** Bytes of a question at most, where the protocol sets no limit. */
export const LONGEST_QUESTION = 65_536;

/** One line of JSON. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
