import type { AccountHead } from '../accounts/account.ts';
import { clientOfAccount, providerOfAccount } from '../accounts/account-provider.ts';
import { type AccountStore, openAccountStore } from '../accounts/account-store.ts';
import {
  type AccountFlags,
  accountsOfTarget,
  chooseAccount,
  unreadableAccounts,
} from '../accounts/choose-account.ts';
import { openGrantTokens } from '../accounts/grant-tokens.ts';
import type { Context } from '../context.ts';
import { AbortedError, OAuthLoginError, StoreError } from '../errors.ts';
import { jsonText } from '../output/json.ts';
import { type Forgotten, forgottenGrantsText, forgottenText } from '../output/logout-text.ts';
import { problemText } from '../output/text.ts';
import { revokeTokens } from '../protocol/revocation.ts';
import { type Configuration, readConfiguration } from '../settings/configuration.ts';
import { httpOptions, signalled } from './http-options.ts';

/** The flags of `logout`. */
export interface LogoutFlags extends AccountFlags {
  /** Every account, or every one of the target. */
  readonly all?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/**
 * `oauth-login logout`: takes the tokens back at the provider where it can, forgets them here in any case, and
 * says which of both happened. When the provider did not confirm, or the file of an account cannot be read and
 * stays, the error is told after everything is done.
 */
export async function logout(
  target: string | undefined,
  flags: LogoutFlags,
  context: Context,
): Promise<void> {
  const configuration = await readConfiguration(context.paths);
  const store = openAccountStore(context);
  const stored = await store.list();
  const chosen = flags.all
    ? await accountsOfTarget(target, flags, stored.accounts, async () => configuration)
    : [await chooseAccount(target, flags, stored, async () => configuration)];
  const unreadable = flags.all ? unreadableAccounts(stored.problems) : [];
  const kept = forgetGrantTokens(target, flags, chosen, context);
  const outcomes: Forgotten[] = [];
  for (const head of chosen) {
    const outcome = await store.withLock(head.id, async () => {
      // As it is now: whoever had the lock before may have refreshed it, or signed it out.
      const latest = await store.read(head.id);
      return latest === undefined ? undefined : forget(latest, flags, store, context, configuration);
    });
    if (outcome === undefined) continue;
    outcomes.push(outcome);
    if (!flags.json) context.stdout.write(forgottenText(outcome));
  }
  if (flags.json) {
    context.stdout.write(
      jsonText([
        ...outcomes.map(({ head, revocation, error }) => ({
          account: head.id,
          provider: head.provider,
          revocation,
          ...(error === undefined ? {} : { error: errorMembers(error) }),
          forgotten: true,
        })),
        ...unreadable.map(({ id, error }) => ({ account: id, error: errorMembers(error), forgotten: false })),
      ]),
    );
  } else if (outcomes.length === 0 && unreadable.length === 0) {
    context.stdout.write('Nobody was signed in.\n');
  }
  if (kept > 0 && !flags.json) context.stdout.write(forgottenGrantsText(kept));
  const failed = outcomes.find(({ error }) => error !== undefined)?.error;
  if (failed !== undefined && unreadable.length > 0 && !flags.json) {
    context.stderr.write(problemText('warning', failed));
  }
  if (unreadable.length > 0) throw stillSignedIn(unreadable, flags, context);
  if (failed !== undefined) throw failed;
}

/** Tells of every file but the first, and gives the error that tells of that one. */
function stillSignedIn(
  [first, ...others]: ReturnType<typeof unreadableAccounts>,
  flags: LogoutFlags,
  context: Context,
): StoreError | undefined {
  if (first === undefined) return undefined;
  if (!flags.json) for (const { error } of others) context.stderr.write(problemText('warning', error));
  const count = others.length === 0 ? 'one account was' : `${others.length + 1} accounts were`;
  return new StoreError('store_unreadable_account', `${count} not signed out: ${first.error.message}`, {
    hint: `its tokens may still be good; ${first.error.hint}`,
    cause: first.error,
  });
}

function errorMembers({ code, message, hint }: OAuthLoginError) {
  return { code, message, hint };
}

/** Tokens of the client itself go with the accounts of their issuer; gives how many were still good. */
function forgetGrantTokens(
  target: string | undefined,
  flags: LogoutFlags,
  chosen: readonly AccountHead[],
  context: Context,
): number {
  const kept = openGrantTokens(context);
  const isEveryone = [target, flags.host, flags.tenant, flags.issuer].every((place) => place === undefined);
  if (flags.all && isEveryone) return kept.remove();
  const issuers = new Set(chosen.map(({ issuer }) => issuer));
  return [...issuers].reduce((count, issuer) => count + kept.remove(issuer), 0);
}

async function forget(
  head: AccountHead,
  flags: LogoutFlags,
  store: AccountStore,
  context: Context,
  configuration: Configuration,
): Promise<Forgotten> {
  const provider = providerOfAccount(head, configuration);
  const page = provider.reviewPage?.replace('{client_id}', encodeURIComponent(head.clientId));
  const where = page === undefined ? {} : { reviewPage: page };
  try {
    const revocation = await revoke(head, flags, store, context, configuration);
    await store.remove(head.id);
    return { head, revocation, ...where };
  } catch (error) {
    if (!(error instanceof OAuthLoginError) || error instanceof AbortedError) throw error;
    await store.remove(head.id);
    return { head, revocation: 'failed', error: withReviewPage(error, page), ...where };
  }
}

/** The hint of the failed request would be to try again, but there is nothing left here to try it with. */
function withReviewPage(error: OAuthLoginError, page: string | undefined): OAuthLoginError {
  const hint =
    page === undefined
      ? 'the sign-in is forgotten here; ask the people who run the provider to end its tokens'
      : `the sign-in is forgotten here; withdraw the access at ${page}`;
  return Object.defineProperty(error, 'hint', { value: hint });
}

async function revoke(
  head: AccountHead,
  flags: LogoutFlags,
  store: AccountStore,
  context: Context,
  configuration: Configuration,
): Promise<'revoked' | 'not-offered'> {
  const secrets = await store.readSecrets(head);
  const http = await context.openHttp(httpOptions({ ...head, ...flags }, context));
  try {
    return await revokeTokens(
      {
        provider: providerOfAccount(head, configuration),
        client: clientOfAccount(head, secrets),
        subject: head.profile.sub,
        fetch: signalled(http.fetch, context.signal),
        allowHttpLoopback: head.allowHttpLoopback ?? false,
      },
      secrets,
    );
  } finally {
    await http.close();
  }
}
