import { AuthenticationRequiredError, StoreError } from '../ground/errors.ts';
import type { AccountHead } from './account.ts';

/** A file among the accounts that is none of ours. */
export function foreignFile(file: string): StoreError {
  return new StoreError('store_corrupt', `the file ${file} does not belong among the accounts`, {
    hint: 'move it somewhere else',
  });
}

/** The account was there when the command began. */
export function notStored(head: AccountHead): AuthenticationRequiredError {
  return new AuthenticationRequiredError(
    'login_required',
    `the account at ${head.label} is no longer stored`,
    {
      hint: `sign in again with: oauth-login ${head.target}`,
    },
  );
}

/** The lock of the account was taken over: this process was paused for too long. */
export function lostLock(): StoreError {
  return new StoreError('store_busy', 'another process took over this account while this one was paused', {
    hint: 'run the command again',
  });
}
