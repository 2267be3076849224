import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import { proofKeyOfToken } from '../accounts/account-binding.ts';
import { clientOfAccount, providerOfAccount } from '../accounts/account-provider.ts';
import { signerOfAccount } from '../accounts/account-signer.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { idOf } from '../accounts/stored-head.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError, ProtocolError, StoreError } from '../ground/errors.ts';
import { networkOf, signalled } from '../ground/http-options.ts';
import type { Secret } from '../ground/secret.ts';
import { fetchProfile } from '../profile/fetch-profile.ts';
import type { Profile } from '../profile/profile.ts';
import { readIdTokenPayload } from '../protocol/id-token.ts';
import type { IdTokenClaims } from '../protocol/token-set.ts';
import type { AccessSession } from './access-session.ts';
import { freshAccess } from './fresh-token.ts';
import { signInAgain } from './refresh-account.ts';
import { markRefusedToken } from './refused-token.ts';

/** Seconds a token has to be good for to be worth a question to the provider. */
const MINIMUM_VALIDITY_SECONDS = 10;

/** The result of a question to the provider. */
export interface AskedAccount {
  readonly head: AccountHead;
  /** `false`: the server has no way to tell who signed in, or showed no profile at sign-in. */
  readonly wasAsked: boolean;
}

/**
 * Asks the provider who the account is, and keeps the answer with its time. When the answer names a person for the
 * first time, the account becomes the account of that person.
 *
 * A token that the provider rejects is refreshed once. When that does not help, the function throws an
 * `AuthenticationRequiredError` with the reason that the provider gives.
 */
export async function askProvider(head: AccountHead, access: AccessSession): Promise<AskedAccount> {
  const { context, store } = access;
  const fresh = (force: boolean, account: AccountHead) =>
    freshAccess(account, { minValiditySeconds: MINIMUM_VALIDITY_SECONDS, force }, access);
  let account = await fresh(false, head);
  if (account.head.profileUnavailable) {
    return { head: account.head, wasAsked: false };
  }
  let profile: Profile | undefined;
  try {
    profile = await fetchWith(account, access);
  } catch (error) {
    if (!isRejectedToken(error)) {
      throw error;
    }
    if (!account.head.hasRefreshToken) {
      throw await endSignIn(account.head, error.message, store);
    }
    await markRefusedToken(account.head, access);
    account = await fresh(true, account.head);
    profile = await fetchWith(account, access).catch(async (again: unknown) => {
      if (!isRejectedToken(again)) {
        throw again;
      }
      await markRefusedToken(account.head, access);
      throw signInAgain(account.head, again.message);
    });
  }
  if (profile === undefined) {
    return { head: account.head, wasAsked: false };
  }
  if (head.profile !== undefined && profile.sub !== head.profile.sub) {
    throw new ProtocolError(
      'protocol_invalid_response',
      `${head.label} now says that this token belongs to somebody else`,
      {
        hint: `sign in again with: oauth-login ${head.target}`,
      },
    );
  }
  const verifiedAt = context.clock.now().toISOString();
  const verified = { ...account.head, profile, verifiedAt };
  try {
    return { head: await keepProfile(verified, head.id, store), wasAsked: true };
  } catch (error) {
    if (!(error instanceof StoreError)) {
      throw error;
    }
    // The answer is there; only the account could not be changed.
    access.note({ kind: 'account-not-changed', error });
    return { head: verified, wasAsked: true };
  }
}

/** Keeps a profile with the account that had this name; a first one gives the account the name of its person. */
async function keepProfile(verified: AccountHead, before: string, store: AccountStore): Promise<AccountHead> {
  const { profile, verifiedAt } = verified;
  const id = idOf(verified);
  return store.withLock(before, async () => {
    const latest = await store.read(before);
    if (latest === undefined || profile === undefined) {
      return verified;
    }
    const kept = { ...latest, id, profile, verifiedAt };
    const secrets = await store.readSecrets(latest);
    if (id === before) {
      await store.write(kept, secrets);
    } else {
      // No other code takes these locks in the other order, so no process waits for ever.
      await store.withLock(id, () => store.write(kept, secrets));
      await store.remove(before);
    }
    return kept;
  });
}

/** Marks the token as useless, unless the account has another one now. Gives the error that tells this. */
async function endSignIn(
  head: AccountHead,
  reason: string,
  store: AccountStore,
): Promise<AuthenticationRequiredError> {
  await store.withLock(head.id, async () => {
    const latest = await store.read(head.id);
    if (latest === undefined || latest.issuedAt !== head.issuedAt) {
      return;
    }
    await store.write({ ...latest, needsLogin: reason }, await store.readSecrets(latest));
  });
  return signInAgain(head, reason);
}

async function fetchWith(
  { head, secrets }: OpenAccount,
  { context, configuration, trace }: AccessSession,
): Promise<Profile | undefined> {
  const http = await context.openHttp(networkOf(head, trace));
  try {
    const { clientId, clientSecret, clientKey } = clientOfAccount(head, secrets);
    const provider = providerOfAccount(head, await configuration());
    return await fetchProfile(provider, {
      accessToken: secrets.accessToken,
      ...claimsOfStored(head, secrets.idToken),
      clientId,
      ...defined({
        clientSecret,
        clientKey,
        signer: signerOfAccount({ head, secrets }, context),
        proofKey: proofKeyOfToken({ head, secrets }, context),
      }),
      fetch: signalled(http.fetch, context.signal),
    });
  } finally {
    await http.close();
  }
}

/**
 * The UserInfo response may leave claims out. They are in the ID Token, which was verified before it was stored.
 */
function claimsOfStored(
  { issuer, profile }: AccountHead,
  idToken: Secret | undefined,
): { readonly idTokenClaims?: IdTokenClaims } {
  if (idToken === undefined || profile === undefined) {
    return {};
  }
  return { idTokenClaims: { ...readIdTokenPayload(idToken.reveal()), iss: issuer, sub: profile.sub } };
}

function isRejectedToken(error: unknown): error is AuthenticationRequiredError {
  return error instanceof AuthenticationRequiredError && error.code === 'token_rejected';
}
