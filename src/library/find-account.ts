import { chooseTokenSource } from '../access/token-source.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { openAccount } from './account.ts';
import type { Account } from './interface.ts';
import { openProgram } from './program.ts';
import * as kind from './read-options.ts';
import { requireTarget } from './require-target.ts';

const kinds = {
  name: kind.text,
  passphrase: kind.text,
  account: kind.text,
  host: kind.text,
  tenant: kind.text,
  issuer: kind.text,
  signal: kind.signal,
};

/**
 * Finds somebody who is signed in: at the target, or the only one or the default one. Gives `undefined` where nobody is.
 * Waits for no person.
 *
 * Throws a `UsageError` where more than one fits, and any other error of the family.
 */
export async function findStoredAccount(target: unknown, given: unknown): Promise<Account | undefined> {
  const { name, passphrase, signal, ...chosen } = kind.readOptions('findAccount', given, kinds);
  const typed = target === undefined ? undefined : requireTarget('findAccount', target);
  const [named, words] = withNamedAccount(typed, chosen);
  const choice = Object.assign(Object.create(null), words);
  const program = openProgram({ ...(name && { name }), ...(passphrase && { passphrase }) });
  try {
    const source = await program.during(signal, (access) => chooseTokenSource(named, choice, access));
    return openAccount(source, named, choice, program);
  } catch (error) {
    if (error instanceof AuthenticationRequiredError && error.code === 'login_required') {
      return undefined;
    }
    throw error;
  }
}
