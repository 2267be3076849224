import type { AccountHead } from '../accounts/account.ts';
import type { OAuthLoginError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import { accountPerson, storeText } from './text.ts';

/** What `export` says of the file that it has written. */
export function exportedText(head: AccountHead, file: string): string {
  const both = head.hasRefreshToken
    ? '  note:    it is signed in here too; if the provider replaces refresh tokens, only one of the two goes on\n'
    : '';
  return `Exported ${accountPerson(head)} at ${safeText(head.label)}\n  file:    ${file}, which only the passphrase opens\n${both}  next:    oauth-login import FILE, on the other machine\n`;
}

/** What `import` says of an account that it has taken in. */
export function importedText(head: AccountHead, lostAlias?: string): string {
  return [
    `Imported ${accountPerson(head)} at ${safeText(head.label)}`,
    `  server:  ${safeText(head.issuer, 400)}`,
    `  stored:  ${storeText(head.store)}`,
    ...(lostAlias === undefined
      ? []
      : [
          `  note:    its name ${safeText(lostAlias, 64)} is in use here or cannot be used, and was left out; to give it a name: oauth-login ${safeText(head.target)} --as NAME`,
        ]),
    '',
  ].join('\n');
}

/** What `import` says where the entry of the provider cannot stand in the configuration here. */
export function notConfiguredText({ provider }: AccountHead, { message }: OAuthLoginError): string {
  const name = safeText(provider, 100);
  return `note: the account is kept, but the settings of its provider were not taken over: ${message}\nto set the provider up here: oauth-login setup ${shellQuoted(name)}\n`;
}
