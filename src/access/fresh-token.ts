import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import { signerOfAccount } from '../accounts/account-signer.ts';
import type { UnattendedTokenHead } from '../accounts/unattended-tokens.ts';
import type { ProofKey } from '../credential/dpop/proof-key.ts';
import type { OAuth1Signer } from '../credential/oauth1/signed-request.ts';
import { defined } from '../ground/defined.ts';
import type { Secret } from '../ground/secret.ts';
import type { AccessSession } from './access-session.ts';
import { type Freshness, isFresh, isJustIssued } from './freshness.ts';
import { noteRelease } from './note-release.ts';
import type { Release } from './release.ts';
import { providerNameOf, type TokenSource } from './token-source.ts';

/** An access token that can be used now, and what is known of it. */
export type FreshToken = SuppliedFreshToken | AccountFreshToken | UnattendedFreshToken;

interface AnyFreshToken {
  readonly accessToken: Secret;
  /** The key that the token is bound to, which signs a proof for each request (RFC 9449). */
  readonly proofKey?: ProofKey;
  /** The source of another token, in case the server refuses this one. */
  readonly replacement?: TokenSource;
}

interface SuppliedFreshToken extends AnyFreshToken {
  readonly kind: 'supplied';
  readonly variable: string;
}

interface AccountFreshToken extends AnyFreshToken {
  readonly kind: 'account';
  readonly head: AccountHead;
  /** The secret of the client that the account was signed in with. */
  readonly clientSecret?: Secret;
  /** Of an account of OAuth 1.0a, whose requests are signed. */
  readonly signer?: OAuth1Signer;
}

interface UnattendedFreshToken extends AnyFreshToken {
  readonly kind: 'unattended';
  readonly head: UnattendedTokenHead;
}

/**
 * Gives the access token of a source, and notes in the release log that it is handed out. It asks the server only when
 * the stored token is not good enough.
 */
export async function freshToken(
  source: TokenSource,
  freshness: Freshness,
  access: AccessSession,
): Promise<FreshToken> {
  const fresh = await tokenOf(source, freshness, access);
  await noteRelease(releaseOf(fresh, source), access);
  return fresh;
}

/** What the release log says of an access token. */
export function releaseOf(fresh: FreshToken, source: TokenSource): Release {
  const token = 'access_token';
  const provider = providerNameOf(source);
  switch (fresh.kind) {
    case 'account':
      return { token, provider, account: fresh.head, scopes: fresh.head.scopes };
    case 'unattended':
      return { token, provider, grant: fresh.head.grant, scopes: fresh.head.scopes };
    case 'supplied':
      return { token, provider, variable: fresh.variable };
  }
}

async function tokenOf(
  source: TokenSource,
  freshness: Freshness,
  access: AccessSession,
): Promise<FreshToken> {
  switch (source.kind) {
    case 'account': {
      const { head, secrets } = await freshAccess(source.head, freshness, access);
      const { accessToken, clientSecret } = secrets;
      const replacement = head.hasRefreshToken ? { kind: 'account' as const, head } : undefined;
      const signer = signerOfAccount({ head, secrets }, access.context);
      const proofKey = await proofKeyOf({ head, secrets }, access);
      return {
        kind: 'account',
        accessToken,
        head,
        ...defined({ clientSecret, signer, proofKey, replacement }),
      };
    }
    case 'unattended': {
      const { unattendedToken } = await import('./unattended-token.ts');
      const { accessToken, head, proofKey, wasKept } = await unattendedToken(source, freshness, access);
      const replacement = wasKept ? source : undefined;
      return { kind: 'unattended', accessToken, head, ...defined({ proofKey, replacement }) };
    }
    case 'supplied': {
      const { token, variable } = source.supplied;
      return { kind: 'supplied', accessToken: token, variable };
    }
  }
}

/** The code that signs proofs is loaded for bound tokens alone. */
async function proofKeyOf(account: OpenAccount, { context }: AccessSession): Promise<ProofKey | undefined> {
  if (account.head.tokenType === undefined) {
    return undefined;
  }
  const { proofKeyOfToken } = await import('../accounts/account-binding.ts');
  return proofKeyOfToken(account, context);
}

/**
 * Gives an access token that is valid long enough, refreshing it first when needed.
 *
 * Refreshing is single-flight across processes: the lock is taken, the account read again, one request sent,
 * and the answer is on disk before anybody gets it. Throws an `AuthenticationRequiredError` when only signing
 * in again helps; any other failure leaves what is stored as it is.
 *
 * @see [RFC 9700 §4.14](https://www.rfc-editor.org/rfc/rfc9700.html#section-4.14)
 */
export async function freshAccess(
  head: AccountHead,
  freshness: Freshness,
  access: AccessSession,
): Promise<OpenAccount> {
  const { context, store } = access;
  if (!freshness.force && (isFresh(head, freshness, context) || isJustIssued(head, freshness, context))) {
    const secrets = await (freshness.isJustListed ? store.openSecrets(head) : store.readSecrets(head));
    return { head, secrets };
  }
  const { refreshAccount } = await import('./refresh-account.ts');
  return refreshAccount(head, freshness, access);
}
