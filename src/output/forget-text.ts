import { accountName } from '../accounts/account.ts';
import { type OAuthLoginError, StoreError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Everything, ForgetStep } from '../setup/forget-everything.ts';
import { forgottenText, toldSignOut } from './logout-text.ts';
import { removedRegistrationText } from './removed-registration-text.ts';

/** The command that does it all, for an error about a part of it. */
const AGAIN = 'oauth-login forget --everything --yes';

/** What `forget --everything` is about to remove, before it asks. */
export function everythingText(everything: Everything): string {
  const { accounts, unreadable, clients, keptTokens, signIns, hasKeychainKey, directories } = everything;
  const own = clients.filter(({ isMadeByTool }) => isMadeByTool);
  const others = clients.length - own.length;
  const lines = [
    ...accounts.map((head) => `${accountName(head)} at ${safeText(head.label)}, signed out there too`),
    ...unreadable.map(({ file }) => `${file}, which cannot be read: its tokens may stay valid`),
    ...own.map(
      ({ clientId, provider }) =>
        `the client ${safeText(clientId, 400)} at ${safeText(provider)}, deleted there too`,
    ),
    ...(others === 0 ? [] : [`${counted(others, 'client secret')} of clients that you registered`]),
    ...(keptTokens === 0 ? [] : [`${counted(keptTokens, 'token')} of --grant`]),
    ...(signIns === 0 ? [] : [`${counted(signIns, 'sign-in')} that ${signIns === 1 ? 'waits' : 'wait'}`]),
    ...(hasKeychainKey ? ['the key in the keychain'] : []),
    ...directories.map((directory) => `the directory ${directory}`),
  ];
  return `This removes:\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

/** One truthful sentence or two for each step. */
export function forgetStepText(step: ForgetStep): string {
  switch (step.kind) {
    case 'account':
      return forgottenText(step.outcome);
    case 'unreadable':
      return `${step.file.file} cannot be read, so its tokens were not revoked and may stay valid.\n`;
    case 'client':
      return removedRegistrationText(step.removed);
    case 'keychain':
      return step.error === undefined ? 'Removed the key from the keychain.\n' : '';
    case 'directory':
      return step.error === undefined ? directoryText(step.directory, step.foreign) : '';
  }
}

function directoryText(directory: string, foreign: readonly string[]): string {
  const names = foreign.map((name) => safeText(name)).join(', ');
  return foreign.length === 0
    ? `Removed the directory ${directory}.\n`
    : `Cleaned the directory ${directory}; what is not of this tool stays there: ${names}.\n`;
}

/** Whether the step did all that there was to do, the server offers no way to do it, or something is still alive. */
export function resultOf(step: ForgetStep): 'done' | 'not-offered' | 'failed' {
  if (step.kind === 'account') {
    const { kind } = step.outcome.revocation;
    return kind === 'revoked'
      ? 'done'
      : kind === 'not-offered' || kind === 'access-token-left'
        ? 'not-offered'
        : 'failed';
  }
  if (step.kind === 'client') {
    const { registration } = step.removed;
    return registration === 'deleted' ? 'done' : registration === 'not-offered' ? 'not-offered' : 'failed';
  }
  return step.kind === 'unreadable' || step.error !== undefined ? 'failed' : 'done';
}

/** The error of a step that failed. */
export function forgetError(step: ForgetStep): OAuthLoginError | undefined {
  switch (step.kind) {
    case 'account':
      return toldSignOut(step.outcome, AGAIN).error;
    case 'unreadable':
      return new StoreError(
        'store_unreadable_account',
        `one account was not signed out: ${step.file.error.message}`,
        {
          hint: 'its tokens may still be valid; withdraw the access on the pages of the provider',
          cause: step.file.error,
        },
      );
    case 'client':
      return step.removed.error;
    case 'keychain':
    case 'directory':
      return step.error;
  }
}

/** One step as `forget --everything --json` answers it. */
export function forgetStepDocument(step: ForgetStep): Record<string, unknown> {
  const error = forgetError(step);
  return {
    ...subjectOf(step),
    result: resultOf(step),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message, hint: error.hint } }),
  };
}

function subjectOf(step: ForgetStep): Record<string, unknown> {
  switch (step.kind) {
    case 'account': {
      const { head } = step.outcome;
      return { step: 'account', account: head.id, provider: head.provider };
    }
    case 'unreadable':
      return { step: 'account', file: step.file.file };
    case 'client': {
      const { provider, clientId } = step.removed.client;
      return { step: 'client', provider, client_id: clientId };
    }
    case 'keychain':
      return { step: 'keychain' };
    case 'directory':
      return { step: 'directory', directory: step.directory, left: step.foreign };
  }
}

function counted(count: number, thing: string): string {
  return `${count} ${thing}${count === 1 ? '' : 's'}`;
}
