import type { AccountReason } from '../accounts/choose-account.ts';
import { ACCOUNT_VARIABLE } from '../settings/rules-that-hold.ts';

/** Why an account applies, after "because"; `undefined` where the command line says so, or nobody else could be meant. */
export function whyText(reason: AccountReason): string | undefined {
  switch (reason.kind) {
    case 'variable':
      return `${ACCOUNT_VARIABLE} names it`;
    case 'directory':
      return `${reason.directory} means it`;
    case 'default':
    case 'overall':
      return 'it is the default';
    case 'latest':
      return 'it is the last sign-in to this API';
    case 'named':
    case 'only':
      return undefined;
  }
}

/** The same for a program. */
export function reasonDocument(reason: AccountReason): Record<string, unknown> {
  return reason.kind === 'directory'
    ? { kind: reason.kind, directory: reason.directory }
    : { kind: reason.kind === 'overall' ? 'default' : reason.kind };
}
