import type { AccessSession } from '../access/access-session.ts';
import { refuseBoundToken } from '../access/bound-token.ts';
import { freshIdToken } from '../access/fresh-id-token.ts';
import { type FreshToken, freshToken } from '../access/fresh-token.ts';
import type { FreshIdToken } from '../access/stored-id-token.ts';
import type { TokenSource } from '../access/token-source.ts';
import type { AccountHead } from '../accounts/account.ts';
import { applyingAccount } from '../accounts/applying-account.ts';
import { bearerCredential, headersShown } from '../credential/credential.ts';
import { defined } from '../ground/defined.ts';
import type { HelperOptions } from './helper.ts';
import { type Receiver, type ReceivingAccount, receivingAccount } from './receiving-account.ts';

/** Seconds for which a token that is handed to another program is good, so that it does not end on its way. */
const MIN_VALIDITY = 60;

const freshness = { minValiditySeconds: MIN_VALIDITY, isJustListed: true };

/** The access token of a source that is valid now. Throws a `UsageError` for one that is bound to a key. */
export async function tokenOf(source: TokenSource, access: AccessSession): Promise<FreshToken> {
  await refuseBoundToken(source);
  const fresh = await freshToken(source, freshness, access);
  await refuseBoundToken(fresh);
  return fresh;
}

/** When the token ends; `undefined` where nobody knows. */
export function endOf(fresh: FreshToken): Date | undefined {
  const end = fresh.kind === 'supplied' ? undefined : fresh.head.expiresAt;
  return end === undefined ? undefined : new Date(end);
}

/** The access token for an address, with the user name that goes with it; `undefined` where no account's may go. */
export async function tokenFor(
  receiver: Receiver,
  access: AccessSession,
): Promise<(Omit<ReceivingAccount, 'source'> & { readonly fresh: FreshToken }) | undefined> {
  const found = await receivingAccount(receiver, access);
  if (found === undefined) {
    return undefined;
  }
  const { source, ...details } = found;
  return { fresh: await tokenOf(source, access), ...details };
}

/** The headers of a request to the address, as the API takes the token; `undefined` where no account's token may go. */
export async function headersFor(
  receiver: Receiver,
  access: AccessSession,
): Promise<
  | {
      readonly headers: Readonly<Record<string, string>>;
      readonly end?: Date;
      readonly resource?: string;
    }
  | undefined
> {
  const found = await receivingAccount(receiver, access);
  if (found === undefined) {
    return undefined;
  }
  const { source, resource } = found;
  const fresh = await tokenOf(source, access);
  const head = source.kind === 'account' ? source.head : undefined;
  const headers = headersShown(bearerCredential(fresh.accessToken, head?.tokenPresentation));
  return { headers, ...defined({ end: endOf(fresh), resource }) };
}

/** The account that a target names, or that applies here. Throws what `applyingAccount` throws. */
export async function accountOf(
  target: string | undefined,
  { account }: HelperOptions,
  access: AccessSession,
): Promise<AccountHead> {
  return (await applyingAccount(target, defined({ account }), access)).head;
}

/** The ID Token of an account that is valid now. */
export function idTokenOf(head: AccountHead, access: AccessSession): Promise<FreshIdToken> {
  return freshIdToken(head, freshness, access);
}
