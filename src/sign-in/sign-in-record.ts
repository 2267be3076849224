import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import { accountId } from '../accounts/account-id.ts';
import { signatureRuleOf } from '../accounts/account-signer.ts';
import { refreshTokenEnd } from '../accounts/refresh-token-end.ts';
import type { Session } from '../accounts/session.ts';
import type { TokenBinding } from '../credential/dpop/proof-key.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError, AuthorizationServerError, ProtocolError } from '../ground/errors.ts';
import type { Secret } from '../ground/secret.ts';
import type { SignInProfile } from '../profile/sign-in-profile.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import { type TokenSet, tokenTypeOf } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { signInTarget } from '../settings/sign-in-target.ts';
import { secretsWithRefreshToken, tryRefreshToken } from './stored-refresh-token.ts';

/** Everything a finished sign-in knows. */
export interface SignIn {
  readonly settings: LoginSettings;
  readonly provider: ResolvedProvider;
  readonly client: OAuthClient;
  readonly tokens: TokenSet;
  /** The key that the requests for tokens were signed with (RFC 9449). */
  readonly binding?: TokenBinding;
  readonly person: SignInProfile;
  /** Absent where no redirect took place. */
  readonly redirectUri?: string;
  readonly requestedScopes: readonly string[];
  /** The server refused the scope or parameter that asks for a refresh token, so it was left out. */
  readonly isOfflineAccessRefused: boolean;
}

/**
 * Keeps the account of a finished sign-in and gives its head. With `none`, the head is made and not kept. No other
 * process refreshes or deletes the account meanwhile, since it would write what belongs to the earlier sign-in. A
 * sign-in with a person replaces the account of the same client without one.
 *
 * When the server sends no refresh token because an earlier consent still stands, the stored refresh token of the
 * same person is tried, and kept unless the server refuses it: the person may have withdrawn the access. A refresh
 * token that the server has replaced is not revoked, because that may end the new one too (RFC 7009 §2.1).
 *
 * Throws a `StoreError`, or the signal's reason when it was aborted before anything was written.
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
  // Without a person, nobody knows whether the stored refresh token belongs to the same person.
  const mayKeep = tokens.refreshToken === undefined && settings.offlineAccess && person.profile !== undefined;
  // A refresh token is bound to the key that it was asked for with, and each sign-in has a key of its own.
  const isWithoutKey = signIn.binding === undefined;
  const tried = mayKeep && isWithoutKey ? await tryRefreshToken(id, session) : undefined;
  const stored = await store.withLock(id, async () => {
    const kept = tried === undefined ? undefined : await secretsWithRefreshToken(id, store);
    // The refreshes of the sign-in before go on from its own ID Token (OpenID Connect Core §12.2).
    const idToken = tried?.goesWithIdToken === true ? kept?.idToken : undefined;
    const refreshToken = tokens.refreshToken ?? kept?.refreshToken;
    const before = await store.read(id);
    const keptEnd = tokens.refreshToken === undefined ? before?.refreshTokenExpiresAt : undefined;
    const earlier = { alias: settings.alias ?? before?.alias, keptEnd };
    const { head, secrets } = signInRecord(signIn, kind, refreshToken, context, earlier);
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
  { alias, keptEnd }: { readonly alias?: string | undefined; readonly keptEnd?: string | undefined } = {},
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
      alias,
      target: signInTarget(settings),
      issuer: provider.metadata.issuer,
      resource: provider.resource,
      isResourceUnsent: provider.isResourceUnsent,
      clientId: client.clientId,
      clientAuthentication: client.clientAuthentication,
      assertionAudience: client.assertionAudience,
      endpoints: endpointsOf(provider),
      endSessionEndpoint: provider.metadata.end_session_endpoint,
      idTokenAlgorithms: provider.metadata.id_token_signing_alg_values_supported,
      userInfoAlgorithms: provider.metadata.userinfo_signing_alg_values_supported,
      redirectUri: signIn.redirectUri,
      tokenPresentation: provider.tokenPresentation,
      ...tokenTypeOf(tokens),
      oauth1: signatureRuleOf(provider.oauth1),
      profile: person.profile,
      profileUnavailable: provider.identity !== undefined || isProfileUnavailable(person) ? true : undefined,
      scopes: tokens.scopes,
      requestedScopes: signIn.requestedScopes,
      authorizationDetails: tokens.authorizationDetails && JSON.stringify(tokens.authorizationDetails),
      issuedAt: tokens.issuedAt.toISOString(),
      expiresAt: tokens.expiresAt?.toISOString(),
      verifiedAt: now,
      signedInAt: now,
      hasRefreshToken: refreshToken !== undefined,
      refreshTokenExpiresAt:
        refreshToken === undefined ? undefined : (refreshTokenEnd(tokens, provider) ?? keptEnd),
      isOfflineAccessRefused: isRefusedOffline ? true : undefined,
      store: kind,
      allowHttpLoopback: settings.allowHttpLoopback ? true : undefined,
      clientCertificate: settings.clientCertificate,
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
      proofKey: signIn.binding?.key.secret,
      clientKey: client.clientKey,
    }),
  };
}

/** Whether another try with this token is useless. Without a person, it is tried until the server refuses it. */
function isProfileUnavailable({ problem, profile }: SignInProfile): boolean {
  const isRefused =
    problem instanceof AuthenticationRequiredError || problem instanceof AuthorizationServerError;
  return isRefused || (problem instanceof ProtocolError && profile !== undefined);
}

function endpointsOf(provider: ResolvedProvider) {
  const { metadata } = provider;
  const { authorization_endpoint, token_endpoint, userinfo_endpoint, jwks_uri } = metadata;
  return defined({
    authorization_endpoint,
    token_endpoint,
    userinfo_endpoint,
    revocation_endpoint: metadata.revocation_endpoint,
    introspection_endpoint: introspectionEndpointOf(provider),
    jwks_uri,
  });
}

/** The introspection endpoint. Metadata that send tokens to another origin than the one that issues them are not followed. */
function introspectionEndpointOf({ metadata, discovered }: ResolvedProvider): string | undefined {
  const { introspection_endpoint: endpoint, token_endpoint: issuing } = metadata;
  const isElsewhere =
    endpoint !== undefined && issuing !== undefined && new URL(endpoint).origin !== new URL(issuing).origin;
  return isElsewhere && discovered.includes('introspection_endpoint') ? undefined : endpoint;
}
