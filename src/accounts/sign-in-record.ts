import type { Context } from '../context.ts';
import { AuthenticationRequiredError, AuthorizationServerError, ProtocolError } from '../errors.ts';
import type { SignInProfile } from '../profile/sign-in-profile.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { Secret } from '../secrets/secret.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import type { AccountHead } from './account.ts';
import { type AccountStore, accountId } from './account-store.ts';
import type { OpenAccount } from './freshness.ts';

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
}

/**
 * Keeps the account of a finished sign-in and gives its head; with `none` it is made and not kept.
 *
 * No other process refreshes or forgets that account meanwhile: what it would write afterwards comes from the
 * sign-in before. When the server sent no refresh token because an earlier consent still stands, the stored one of
 * the same person is kept. A sign-in with a person replaces the client's account without one. Throws a `StoreError`, or the signal's reason when it was aborted before anything was written.
 */
export async function storeSignIn(
  signIn: SignIn,
  kind: StoreKind | 'none',
  store: AccountStore,
  context: Pick<Context, 'clock' | 'signal'>,
): Promise<AccountHead> {
  if (kind === 'none') return signInRecord(signIn, 'file', signIn.tokens.refreshToken, context).head;
  const { tokens, person, settings } = signIn;
  const id = accountOf(signIn, person.profile?.sub);
  const stored = await store.withLock(id, async () => {
    // Without a person nobody knows whether the stored one is of the same.
    const mayKeep = settings.offlineAccess && person.profile !== undefined;
    const refreshToken = tokens.refreshToken ?? (mayKeep ? await keptRefreshToken(id, store) : undefined);
    const { head, secrets } = signInRecord(signIn, kind, refreshToken, context);
    context.signal.throwIfAborted();
    await store.write(head, secrets);
    return head;
  });
  const nobody = accountOf(signIn, undefined);
  if (id !== nobody && (await store.read(nobody)) !== undefined)
    await store.withLock(nobody, () => store.remove(nobody));
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
  const {
    id_token_signing_alg_values_supported: algorithms,
    userinfo_signing_alg_values_supported: userInfoAlgorithms,
  } = provider.metadata;
  return {
    head: {
      id: accountOf(signIn, person.profile?.sub),
      provider: provider.name,
      ...(settings.preset === undefined ? {} : { preset: settings.preset }),
      label: provider.label,
      target: signInTarget(settings),
      issuer: provider.metadata.issuer,
      clientId: client.clientId,
      clientAuthentication: client.clientAuthentication,
      endpoints: endpointsOf(provider),
      ...(algorithms === undefined ? {} : { idTokenAlgorithms: algorithms }),
      ...(userInfoAlgorithms === undefined ? {} : { userInfoAlgorithms }),
      ...(signIn.redirectUri === undefined ? {} : { redirectUri: signIn.redirectUri }),
      ...(person.profile === undefined ? {} : { profile: person.profile }),
      ...(isProfileUnavailable(person) ? { profileUnavailable: true } : {}),
      scopes: tokens.scopes,
      requestedScopes: signIn.requestedScopes,
      issuedAt: tokens.issuedAt.toISOString(),
      ...(tokens.expiresAt === undefined ? {} : { expiresAt: tokens.expiresAt.toISOString() }),
      verifiedAt: now,
      signedInAt: now,
      hasRefreshToken: refreshToken !== undefined,
      store: kind,
      ...(settings.allowHttpLoopback ? { allowHttpLoopback: true } : {}),
      ...(settings.caFile === undefined ? {} : { caFile: settings.caFile }),
      ...(settings.extraCaFile === undefined ? {} : { extraCaFile: settings.extraCaFile }),
      ...(settings.host === undefined ? {} : { host: settings.host }),
      ...(settings.tenant === undefined ? {} : { tenant: settings.tenant }),
    },
    secrets: {
      accessToken: tokens.accessToken,
      ...(refreshToken === undefined ? {} : { refreshToken }),
      ...(tokens.idToken === undefined ? {} : { idToken: tokens.idToken }),
      ...(client.clientSecret === undefined ? {} : { clientSecret: client.clientSecret }),
    },
  };
}

/** Whether asking once more with this token is of no use; without a person it is tried as long as it is not refused. */
function isProfileUnavailable({ problem, profile }: SignInProfile): boolean {
  const isRefused =
    problem instanceof AuthenticationRequiredError || problem instanceof AuthorizationServerError;
  return isRefused || (problem instanceof ProtocolError && profile !== undefined);
}

async function keptRefreshToken(id: string, store: AccountStore): Promise<Secret | undefined> {
  const before = await store.read(id);
  if (before === undefined || !before.hasRefreshToken || before.needsLogin !== undefined) return undefined;
  return (await store.isOpenable(before)) ? (await store.readSecrets(before)).refreshToken : undefined;
}

function endpointsOf({ metadata }: ResolvedProvider) {
  const { authorization_endpoint, token_endpoint, userinfo_endpoint, revocation_endpoint, jwks_uri } =
    metadata;
  return {
    ...(authorization_endpoint === undefined ? {} : { authorization_endpoint }),
    ...(token_endpoint === undefined ? {} : { token_endpoint }),
    ...(userinfo_endpoint === undefined ? {} : { userinfo_endpoint }),
    ...(revocation_endpoint === undefined ? {} : { revocation_endpoint }),
    ...(jwks_uri === undefined ? {} : { jwks_uri }),
  };
}
