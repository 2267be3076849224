import type { Session } from '../accounts/session.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import type { CheckName, Finding } from './finding.ts';

/** The flags that say which sign-in is examined. */
export type ExaminedFlags = Pick<
  LoginFlags,
  | 'host'
  | 'tenant'
  | 'issuer'
  | 'clientId'
  | 'redirectUri'
  | 'port'
  | 'caFile'
  | 'allowHttpLoopback'
  | 'debug'
>;

/** What is examined. */
export interface Examined {
  readonly session: Session;
  /** The target of a sign-in; absent: this machine, and the servers of the accounts. */
  readonly target: string | undefined;
  readonly flags: ExaminedFlags;
}

/** One thing that is looked at. */
export interface Check {
  /** What a failure is told under, where the check does not say. */
  readonly name: CheckName;
  /** Milliseconds until the check is given up; 10,000 unless told. */
  readonly deadline?: number;
  /** Looks, and leaves no change behind. An error of the family is a problem. */
  readonly run: (examined: Examined) => Promise<readonly Finding[]> | readonly Finding[];
}
