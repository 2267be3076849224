/** The entry of the part that the first call loads; `api.ts` has the words. */
export { findStoredAccount } from './find-account.ts';
export { signInAccount } from './sign-in.ts';
