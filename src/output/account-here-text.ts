import type { AccountHead } from '../accounts/account.ts';
import type { AccountHere } from '../accounts/accounts-here.ts';
import { safeText } from '../ground/safe-text.ts';
import { reasonDocument, whyText } from './account-reason-text.ts';

type Words = (head: AccountHead) => string;

/**
 * Whether an account applies in the working directory, and why; `undefined` where it is the only one of its provider
 * and nothing else was said.
 */
export function hereText(head: AccountHead, here: readonly AccountHere[], words: Words): string | undefined {
  const found = here.find(({ provider }) => provider === head.provider);
  if (found === undefined) {
    return undefined;
  }
  if ('error' in found) {
    return `not used: ${safeText(found.error.message, 1000)}`;
  }
  if ('isOpen' in found) {
    return 'used when a command names it';
  }
  const why = whyText(found.reason);
  if (found.head.id === head.id) {
    return why === undefined ? undefined : `used, because ${why}`;
  }
  return `not used: ${safeText(words(found.head))} is, because ${why ?? 'it is named'}`;
}

/** The same for a program, once for each provider. */
export function accountHereDocument(here: AccountHere, words: Words): Record<string, unknown> {
  const { provider } = here;
  if ('error' in here) {
    const { code, message, hint } = here.error;
    return { provider, account: null, error: { code, message, hint } };
  }
  if ('isOpen' in here) {
    return { provider, account: null };
  }
  return {
    provider,
    account: here.head.id,
    target: words(here.head),
    reason: reasonDocument(here.reason),
  };
}
