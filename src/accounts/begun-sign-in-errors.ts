import { AbortedError, AuthenticationRequiredError } from '../ground/errors.ts';
import type { BegunSignInHead } from './begun-sign-in.ts';

/** The error for an identifier that stands for no sign-in here. */
export function unknownSignIn(id: string): AuthenticationRequiredError {
  return new AuthenticationRequiredError('sign_in_unknown', `no sign-in ${id} was begun here`, {
    hint: 'oauth-login status lists those that wait; --no-wait at a sign-in begins one',
  });
}

/** The error for a sign-in that another key has sealed, or another version of this tool. */
export function foreignSignIn({ id, label, target }: BegunSignInHead): AuthenticationRequiredError {
  return new AuthenticationRequiredError(
    'sign_in_foreign',
    `the sign-in ${id} to ${label} was begun with another key, or another version of oauth-login`,
    { hint: `begin again: ${beginCommand(target)}` },
  );
}

/** The error for a sign-in that nobody has finished in time. */
export function expiredSignIn({ label, target }: BegunSignInHead): AuthenticationRequiredError {
  return new AuthenticationRequiredError(
    'sign_in_expired',
    `the sign-in to ${label} was not finished in time`,
    {
      hint: `begin again: ${beginCommand(target)}`,
    },
  );
}

/** The error for a sign-in that has ended without an account, or whose account is not here any more. */
export function finishedSignIn({ label, target, ended }: BegunSignInHead): AuthenticationRequiredError {
  const how =
    ended?.account !== undefined
      ? 'has ended, and its account is not here any more'
      : `has ended without an account: ${ended?.message ?? 'it was cut off after the answer had come'}`;
  return new AuthenticationRequiredError('sign_in_finished', `the sign-in to ${label} ${how}`, {
    hint: `begin again: ${beginCommand(target)}`,
  });
}

/** The error for a call that was stopped while the sign-in waits for the person. */
export function stoppedWaiting({ id, label }: BegunSignInHead): AbortedError {
  return new AbortedError(
    `interrupted; the sign-in to ${label} still waits`,
    `go on with: oauth-login login --resume ${id}`,
  );
}

function beginCommand(target: string): string {
  return `oauth-login ${target} --no-wait`;
}
