import { type AccountHead, accountName } from '../accounts/account.ts';
import { ambiguousAccountError, notSignedInError } from '../accounts/account-errors.ts';
import { accountWords, isNamed } from '../accounts/account-words.ts';
import { accountsOfTarget } from '../accounts/accounts-of-target.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import { openSession, type Session } from '../accounts/session.ts';
import { orNameOfAccount } from '../accounts/unknown-target.ts';
import type { Context } from '../ground/context.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import { isInteractive } from '../ground/presence.ts';
import { safeText } from '../ground/safe-text.ts';
import { whyText } from '../output/account-reason-text.ts';
import { jsonText } from '../output/json.ts';
import { writeWords } from '../output/write-words.ts';
import { readOwnRules } from '../settings/account-rules.ts';
import { writeDefaultAccount, writeOverallDefault } from '../settings/configuration-change.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { removeDefault } from './remove-default.ts';

/** The flags of `switch`. */
export interface SwitchFlags {
  readonly everywhere?: boolean;
  readonly remove?: boolean;
  readonly json?: boolean;
}

/**
 * `oauth-login switch`: makes an account the default one of its provider. In a terminal, a person chooses where several
 * fit. It says so when another account applies here all the same.
 *
 * Throws a `UsageError` that lists the choices, and an `AuthenticationRequiredError` when nobody is signed in there.
 */
export async function switchAccount(
  typed: string | undefined,
  flags: SwitchFlags,
  context: Context,
): Promise<void> {
  const session = openSession(context);
  if (flags.remove) {
    return removeDefault(typed, flags, session);
  }
  const { accounts, problems } = await session.store.list();
  const head = await chosenAccount(typed, accounts, session);
  const words = accountWords(head, accounts);
  const isOnlyOne = accounts.length === 1 && problems.length === 0;
  if (typed === undefined && flags.everywhere !== true && isOnlyOne && !hasDefault(head, context)) {
    return tellOnlyOne(head, words, flags, context);
  }
  await writeDefaultAccount(context, head.provider, words.slice(head.provider.length + 1));
  if (flags.everywhere) {
    await writeOverallDefault(context, words);
  }
  if (flags.json) {
    const { provider, id } = head;
    const everywhere = flags.everywhere ?? false;
    context.stdout.write(jsonText({ provider, account: id, target: words, everywhere }));
    return tellOther(head, openSession(context));
  }
  const where = flags.everywhere ? `, and is the default where no provider is named` : '';
  writeWords(
    context,
    `${safeText(head.label)} now means ${accountName(head)} (${safeText(words)})${where}\n`,
    'done',
  );
  await tellOther(head, openSession(context));
}

/** Whether the user's configuration says which account of its provider is the default one. */
function hasDefault({ provider }: AccountHead, { paths }: Context): boolean {
  return readOwnRules(paths)?.defaults.has(provider) === true;
}

/** Nothing was named, and there is nothing to choose from: a rule that nobody asked for would only be in the way later. */
function tellOnlyOne(head: AccountHead, words: string, { json }: SwitchFlags, context: Context): void {
  const { provider, id } = head;
  if (json) {
    context.stdout.write(jsonText({ provider, account: id, target: words, everywhere: false }));
  }
  const told = `${accountName(head)} (${safeText(words)}) is the only account, and needs no default; nothing was changed\n`;
  context.stderr.write(json ? `note: ${told}` : told);
}

async function chosenAccount(
  typed: string | undefined,
  accounts: readonly AccountHead[],
  { context, configuration, store }: Session,
): Promise<AccountHead> {
  const [target, { account }] = withNamedAccount(typed, {} as { readonly account?: string });
  const candidates = await accountsOfTarget(target, {}, accounts, configuration).catch(
    async (error: unknown) => {
      throw await orNameOfAccount(error, account === undefined ? target : undefined, () => store.list());
    },
  );
  const named = account === undefined ? candidates : candidates.filter(isNamed(account));
  const [only, ...others] = named;
  if (only === undefined) {
    throw notSignedInError(target, account === undefined ? {} : { account }, candidates);
  }
  if (others.length === 0) {
    return only;
  }
  if (!isInteractive(context)) {
    throw ambiguousAccountError(named);
  }
  const prompts = await context.openPrompts();
  const id = await prompts.choose(
    'Which account should be the default?',
    named.map((head) => ({
      value: head.id,
      label: `${accountName(head)} at ${safeText(head.label)}`,
      hint: accountWords(head, accounts),
    })),
  );
  return named.find((head) => head.id === id) ?? only;
}

/** A directory or a variable wins over the default, which is no surprise only when it is said. */
async function tellOther({ id, provider }: AccountHead, session: Session): Promise<void> {
  const { stderr } = session.context;
  try {
    const { head, reason } = await applyingAccount(provider, {}, session);
    if (head.id !== id) {
      stderr.write(`note: here ${accountName(head)} applies, because ${whyText(reason)}\n`);
    }
  } catch (error) {
    if (!(error instanceof OAuthLoginError)) {
      throw error;
    }
    stderr.write(`note: here no account applies: ${error.message}\n`);
  }
}
