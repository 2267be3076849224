import { AuthenticationRequiredError, ConfigurationError, UsageError } from '../ground/errors.ts';
import type { AccountHead } from './account.ts';
import { rulesOf } from './applying-account.ts';
import { type ApplyingAccount, chooseAccount } from './choose-account.ts';
import type { Session } from './session.ts';

/** What a provider means in the working directory: an account and why, or why none. */
export type AccountHere = { readonly provider: string } & (ApplyingAccount | NoAccountHere);

/** Why there is none. */
type NoAccountHere =
  | { readonly error: AuthenticationRequiredError | ConfigurationError }
  /** Nothing decides, so the command has to name one. */
  | { readonly isOpen: true };

/** The account that applies in the working directory, for each provider somebody is signed in to. */
export async function accountsHere(
  accounts: readonly AccountHead[],
  session: Session,
): Promise<readonly AccountHere[]> {
  const providers = [...new Set(accounts.map(({ provider }) => provider))];
  const said = await orReason(() => rulesOf(undefined, session));
  const found: AccountHere[] = [];
  for (const provider of providers) {
    const here =
      'rules' in said
        ? await orReason(() =>
            chooseAccount(provider, {}, { accounts, problems: [] }, session.configuration, said),
          )
        : said;
    found.push({ provider, ...here });
  }
  return found;
}

/** What the work gives, or why it gives nothing. */
async function orReason<Result>(work: () => Promise<Result>): Promise<Result | NoAccountHere> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UsageError) {
      return { isOpen: true };
    }
    if (error instanceof AuthenticationRequiredError || error instanceof ConfigurationError) {
      return { error };
    }
    throw error;
  }
}
