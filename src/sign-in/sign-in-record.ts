import { refreshAccount } from '../access/refresh-account.ts';
import type { AccountHead, AccountSecrets, OpenAccount } from '../accounts/account.ts';
import { accountId } from '../accounts/account-id.ts';
import { signatureRuleOf } from '../accounts/account-signer.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import type { Session } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import {
  AbortedError,
  AuthenticationRequiredError,
  AuthorizationServerError,
  OAuthLoginError,
  ProtocolError,
} from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import type { SignInProfile } from '../profile/sign-in-profile.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import { readIdTokenPayload } from '../protocol/id-token.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { signInTarget } from '../settings/sign-in-target.ts';

/** Everything a finished sign-in knows. */
export interface SignIn {
  readonly settings: LoginSettings;
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  readonly tokens: TokenSet;
  readonly person: SignInProfile;
  /** Absent where no redirect took place. */
  readonly redirectUri?: string;
  readonly requestedScopes: readonly string[];
  /** What asks for a refresh token was refused, and left out. */
  readonly isOfflineAccessRefused: boolean;
}

/**
 * Keeps the account of a finished sign-in and gives its head; with `none` it is made and not kept.
 *
 * No other process refreshes or forgets that account meanwhile: what it would write afterwards comes from the
 * sign-in before. When the server sent no refresh token because an earlier consent still stands, the stored one of
 * the same person is kept, unless the server refuses it: it is tried first, since the access may have been withdrawn
 * there. One that the server has replaced is left to end there by itself: revoking it ends the new one too where both
 * are of one grant (RFC 7009 §2.1). A sign-in with a person replaces the client's account without one. Throws a
 * `StoreError`, or the signal's reason when it was aborted before anything was written.
 */
export async function storeSignIn(
  signIn: SignIn,
  kind: StoreKind | 'none',
  session: Session,
): Promise<AccountHead> {
  const { context, store } = session;
  if (kind === 'none') {
    return signInRecord(signIn, 'file', signIn.tokens.refreshToken, context).head;
  }
  const { tokens, person, settings } = signIn;
  const id = accountOf(signIn, person.profile?.sub);
  // Without a person nobody knows whether the stored one is of the same.
  const mayKeep = tokens.refreshToken === undefined && settings.offlineAccess && person.profile !== undefined;
  const tried = mayKeep ? await tryRefreshToken(id, session) : undefined;
  const stored = await store.withLock(id, async () => {
    const kept = tried === undefined ? undefined : await secretsWithRefreshToken(id, store);
    // The refreshes of the sign-in before go on from its own ID Token (OpenID Connect Core §12.2).
    const idToken = tried?.goesWithIdToken === true ? kept?.idToken : undefined;
    const refreshToken = tokens.refreshToken ?? kept?.refreshToken;
    const { head, secrets } = signInRecord(signIn, kind, refreshToken, context);
    context.signal.throwIfAborted();
    await store.write(head, idToken === undefined ? secrets : { ...secrets, idToken });
    return head;
  });
  const nobody = accountOf(signIn, undefined);
  if (id !== nobody && (await store.read(nobody)) !== undefined) {
    await store.withLock(nobody, () => store.remove(nobody));
  }
  return stored;
}

/** The name of the account that the sign-in of this subject makes. */
function accountOf({ provider, client }: SignIn, subject: string | undefined): string {
  return accountId(provider.name, provider.metadata.issuer, client.clientId, subject);
}

function signInRecord(
  signIn: SignIn,
  kind: StoreKind,
  refreshToken: Secret | undefined,
  { clock }: Pick<Context, 'clock'>,
): OpenAccount {
  const { settings, provider, client, tokens, person } = signIn;
  const now = clock.now().toISOString();
  const isRefusedOffline = signIn.isOfflineAccessRefused && refreshToken === undefined;
  return {
    head: defined({
      id: accountOf(signIn, person.profile?.sub),
      provider: provider.name,
      preset: settings.preset,
      label: provider.label,
      target: signInTarget(settings),
      issuer: provider.metadata.issuer,
      clientId: client.clientId,
      clientAuthentication: client.clientAuthentication,
      endpoints: endpointsOf(provider),
      idTokenAlgorithms: provider.metadata.id_token_signing_alg_values_supported,
      userInfoAlgorithms: provider.metadata.userinfo_signing_alg_values_supported,
      redirectUri: signIn.redirectUri,
      tokenPresentation: provider.tokenPresentation,
      oauth1: signatureRuleOf(provider.oauth1),
      profile: person.profile,
      profileUnavailable: isProfileUnavailable(person) ? true : undefined,
      scopes: tokens.scopes,
      requestedScopes: signIn.requestedScopes,
      issuedAt: tokens.issuedAt.toISOString(),
      expiresAt: tokens.expiresAt?.toISOString(),
      verifiedAt: now,
      signedInAt: now,
      hasRefreshToken: refreshToken !== undefined,
      isOfflineAccessRefused: isRefusedOffline ? true : undefined,
      store: kind,
      allowHttpLoopback: settings.allowHttpLoopback ? true : undefined,
      caFile: settings.caFile,
      extraCaFile: settings.extraCaFile,
      host: settings.host,
      tenant: settings.tenant,
    }),
    secrets: defined({
      accessToken: tokens.accessToken,
      tokenSecret: provider.oauth1?.isSecretTheKey ? undefined : tokens.tokenSecret,
      refreshToken,
      idToken: tokens.idToken,
      clientSecret: client.clientSecret,
    }),
  };
}

/** Whether asking once more with this token is of no use; without a person it is tried as long as it is not refused. */
function isProfileUnavailable({ problem, profile }: SignInProfile): boolean {
  const isRefused =
    problem instanceof AuthenticationRequiredError || problem instanceof AuthorizationServerError;
  return isRefused || (problem instanceof ProtocolError && profile !== undefined);
}

/**
 * Spends the stored refresh token once, and tells whether the ID Token that is stored beside it is to be kept too, as
 * the one its refreshes go on from; one that has expired although it was just refreshed is never renewed. `undefined` when there is no refresh token, or the server refuses it. One that the server does not answer
 * for now is not known to be dead.
 */
async function tryRefreshToken(
  id: string,
  session: Session,
): Promise<{ readonly goesWithIdToken: boolean } | undefined> {
  const { context, store } = session;
  const head = await store.read(id);
  const before = await secretsWithRefreshToken(id, store);
  if (head === undefined || before === undefined) {
    return undefined;
  }
  try {
    const freshness = { minValiditySeconds: 0, force: true };
    const { secrets } = await refreshAccount(head, freshness, { ...session, ...silentAccess });
    return { goesWithIdToken: isCurrent(secrets.idToken, context) };
  } catch (error) {
    if (!(error instanceof OAuthLoginError) || error instanceof AbortedError) {
      throw error;
    }
    return error instanceof AuthenticationRequiredError ? undefined : { goesWithIdToken: true };
  }
}

/** This refresh could tell of the server's clock only, of which the sign-in has told; and it asks no question. */
const silentAccess = { note: () => {}, isTokenOriginOfProvider: async () => false };

function isCurrent(idToken: Secret | undefined, { clock }: Pick<Context, 'clock'>): boolean {
  const exp = idToken === undefined ? undefined : readIdTokenPayload(idToken.reveal())?.exp;
  return typeof exp === 'number' && exp * 1000 > clock.now().getTime();
}

async function secretsWithRefreshToken(id: string, store: AccountStore): Promise<AccountSecrets | undefined> {
  const before = await store.read(id);
  if (before === undefined || !before.hasRefreshToken || before.needsLogin !== undefined) {
    return undefined;
  }
  return (await store.isOpenable(before)) ? store.readSecrets(before) : undefined;
}

function endpointsOf({ metadata }: ResolvedProvider) {
  const { authorization_endpoint, token_endpoint, userinfo_endpoint, revocation_endpoint, jwks_uri } =
    metadata;
  return defined({
    authorization_endpoint,
    token_endpoint,
    userinfo_endpoint,
    revocation_endpoint,
    jwks_uri,
  });
}
