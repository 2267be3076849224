import type { AccessSession } from '../access/access-session.ts';
import type { OAuthLoginError } from '../ground/errors.ts';

/** What another program asks of a credential helper. */
export interface HelperRequest {
  /** The words that follow the kind of the helper: an account's target, and what the program adds. */
  readonly words: readonly string[];
  /** What came on the standard input; empty for a helper that reads none. */
  readonly input: Buffer;
  /** The account, by the name that `--account` takes. */
  readonly account?: string;
  /** The user name at the mail server. */
  readonly user?: string;
}

/** What the program is told: the text that it reads, and the exit code, 0 when absent. */
export interface HelperAnswer {
  readonly text: string;
  readonly exitCode?: number;
}

/** One protocol by which other programs ask for credentials. */
export interface Helper {
  /** Whether the words make the program write its question to the standard input, of so many bytes at most. */
  reads(words: readonly string[]): number | undefined;
  /** Throws an `OAuthLoginError` where there is no answer. */
  answer(request: HelperRequest, access: AccessSession): Promise<HelperAnswer>;
  /** What the program has to read when there is no answer; nothing, when absent. */
  refusal?(error: OAuthLoginError, words: readonly string[]): string;
}

/** The answer of a helper that has nothing to say. */
export const noAnswer: HelperAnswer = { text: '' };
