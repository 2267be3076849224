import type { Session } from '../accounts/session.ts';
import type { OAuthLoginError, StoreError } from '../ground/errors.ts';
import type { TokenOriginQuestion } from './confirm-token-origin.ts';
import type { ReleasingCommand } from './release.ts';

/** What the use cases of `access/` work with. */
export interface AccessSession extends Session {
  /** Shows each exchange with a server; absent: they are not shown. */
  readonly trace?: (line: string) => void;
  /** Is told of a note at once, because an error may follow. */
  readonly note: (note: AccessNote) => void;
  /** What hands tokens out, for the release log; absent: the tokens stay here. */
  readonly command?: ReleasingCommand;
  readonly isTokenOriginOfProvider: TokenOriginQuestion;
}

/** What a use case of `access/` finds out besides its answer. A person may want to know it. */
export type AccessNote =
  /** The token of a variable is used. */
  | { readonly kind: 'supplied-token'; readonly variable: string }
  /** The server's clock is that many seconds ahead of the one here. */
  | { readonly kind: 'clock-differs'; readonly seconds: number; readonly label: string }
  /** The server sent a new refresh token, and no place was named to keep it. */
  | { readonly kind: 'refresh-token-lost'; readonly label: string }
  /** The token was issued and could not be kept for the next time. */
  | { readonly kind: 'token-not-kept'; readonly error: StoreError }
  /** There is an answer, and the account could not be changed after it. */
  | { readonly kind: 'account-not-changed'; readonly error: StoreError }
  /** The token is handed out, and the release log has no line about it. */
  | { readonly kind: 'release-not-logged'; readonly error: OAuthLoginError }
  /** Two processes may spend the refresh token of one file, since it cannot be locked. */
  | { readonly kind: 'file-not-locked'; readonly error: StoreError };
