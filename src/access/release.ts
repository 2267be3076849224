import type { AccountHead } from '../accounts/account.ts';

/** What hands tokens out to other programs, or sends them to an API. */
export type ReleasingCommand =
  | 'token'
  | 'exec'
  | 'keep'
  | 'request'
  | 'proxy'
  | `credential ${string}`
  | 'library';

/** A token that is about to be handed out, without the token. */
export interface Release {
  readonly token: 'access_token' | 'id_token';
  /** Absent: the token belongs to no account here. */
  readonly account?: AccountHead;
  /** The name of its provider. */
  readonly provider: string;
  /** The grant that it was asked for with, where no person signed in. */
  readonly grant?: string;
  /** The environment variable that supplied it. */
  readonly variable?: string;
  /** Absent: nobody knows, or the token has none. */
  readonly scopes?: readonly string[];
}
