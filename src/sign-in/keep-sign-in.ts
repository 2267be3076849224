import { type AccountHead, accountName } from '../accounts/account.ts';
import { accountId } from '../accounts/account-id.ts';
import type { Session } from '../accounts/session.ts';
import type { GrantedSignIn } from '../grants/sign-in-request.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError, ProtocolError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Profile } from '../profile/profile.ts';
import { type SignInProfile, signInProfile } from '../profile/sign-in-profile.ts';
import type { OAuthClient } from '../protocol/client-authentication.ts';
import { foreignAudience } from '../protocol/token-audience.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { Provider, ResolvedProvider } from '../providers/provider.ts';
import { lastingClient } from './complete-client.ts';
import { type ConfirmedIdentity, confirmIdentity } from './confirm-identity.ts';
import { storeOfPerson } from './inherited-store.ts';
import type { SignInPorts } from './ports.ts';
import { storeSignIn } from './sign-in-record.ts';
import type { ReadySignIn } from './stages.ts';

/** A lifetime of more than a month is the provider's business. A shorter one surprises people, so they are told. */
const SHORT_LIFE_SECONDS = 31 * 86_400;

/** What was asked for in a round. */
export interface Round {
  readonly scopes: readonly string[];
  /** The tool's own wish for a refresh token was refused, and left out. */
  readonly isOfflineAccessRefused: boolean;
}

/** A sign-in whose tokens are here, and which is to be kept. */
export interface SignInToKeep extends Pick<GrantedSignIn, 'tokens' | 'facts'> {
  readonly ready: ReadySignIn;
  readonly round: Round;
}

/**
 * Does what has to succeed before the sign-in counts as done: asks the person where that is needed, and writes the
 * account. Throws a `ProtocolError`, an `AuthenticationRequiredError` or a `StoreError`; nothing is kept then.
 */
export async function keepSignIn(
  { ready, round, tokens, facts }: SignInToKeep,
  session: Session,
  { progress, questions }: SignInPorts,
): Promise<AccountHead> {
  const { context, store } = session;
  const { provider, settings, destination } = ready;
  const client = lastingClient(facts.client, settings);
  refuseForeignAudience(provider, tokens);
  if (tokens.clockOffset !== undefined) {
    progress.clockDiffers(tokens.clockOffset);
  }
  const life = refreshTokenLife(tokens);
  if (life < SHORT_LIFE_SECONDS && destination.kind !== 'none') {
    progress.signInEnds(life, provider.refreshTokenEnds);
  }
  const confirmed = await confirmIdentity({ provider, settings, tokens }, context);
  const found: SignInProfile = confirmed ?? (await personOf({ ready, round, tokens, facts }, client));
  if (found.problem !== undefined) {
    progress.profileMissing(found.problem, found.profile);
  }
  requireWanted(ready.wanted, found.profile);
  if (facts.browser === 'unconfirmed' && !(await questions.isSamePerson(found.profile))) {
    throw otherBrowser(provider.label);
  }
  const signIn = {
    ...defined({ redirectUri: facts.redirectUri, binding: ready.binding }),
    settings,
    provider: { ...provider, ...resourceOf(confirmed) },
    client,
    tokens,
    person: found,
    requestedScopes: round.scopes,
    isOfflineAccessRefused: round.isOfflineAccessRefused,
  };
  const { kind, isInherited, ofOthers } = destination;
  if (!isInherited || kind === 'none') {
    return storeSignIn(signIn, kind, session);
  }
  const before = await store.read(
    accountId(provider.name, provider.metadata.issuer, client.clientId, found.profile?.sub),
  );
  const decided = before === undefined ? ofOthers : undefined;
  const chosen = decided ?? (await storeOfPerson(kind, before, questions, context));
  return storeSignIn(signIn, chosen, session);
}

/** Where the token is for, where that is known by now only; such a server is not told. */
function resourceOf({
  resource,
}: Partial<ConfirmedIdentity> = {}): Pick<Provider, 'resource' | 'isResourceUnsent'> {
  return resource === undefined ? {} : { resource, isResourceUnsent: true };
}

/** Who has signed in, as the server says. */
function personOf(
  { ready, tokens, facts }: SignInToKeep,
  { clientId, clientSecret, clientKey }: OAuthClient,
): Promise<SignInProfile> {
  const { provider, fetch } = ready;
  const { accessToken, idTokenClaims, subject, proofKey } = tokens;
  const { signer } = facts;
  return signInProfile(
    provider,
    defined({
      accessToken,
      clientId,
      clientSecret,
      clientKey,
      idTokenClaims,
      subject,
      signer,
      proofKey,
      fetch,
    }),
  );
}

/** A token that says it is for another API is of no use for this one, and would be worth something to it (RFC 9700 §4.9.1). */
function refuseForeignAudience({ resource, label }: ResolvedProvider, { accessToken }: TokenSet): void {
  const origins = resource === undefined ? undefined : foreignAudience(accessToken, resource);
  if (origins === undefined) {
    return;
  }
  throw new ProtocolError(
    'protocol_invalid_response',
    `the server gave a token for ${origins.map((origin) => safeText(origin)).join(', ')}, and not for ${label}`,
    { hint: 'nothing was stored; ask the operator of the API which sign-in server gives tokens for it' },
  );
}

/** Seconds after which the refresh token ends whatever happens. */
function refreshTokenLife({ refreshTokenExpiresAt, issuedAt }: TokenSet): number {
  if (refreshTokenExpiresAt === undefined) {
    return Number.POSITIVE_INFINITY;
  }
  return (refreshTokenExpiresAt.getTime() - issuedAt.getTime()) / 1000;
}

function otherBrowser(label: string): ProtocolError {
  return new ProtocolError(
    'protocol_browser_mismatch',
    `the sign-in to ${label} finished in another browser`,
    {
      hint: 'nothing was stored; run the command again and stay in the browser that opens',
    },
  );
}

/**
 * Throws an `AuthenticationRequiredError` when another person has signed in than the one who was wanted. Where one
 * of them is not known, the sign-in makes its own account and replaces none.
 */
function requireWanted(wanted: AccountHead | undefined, profile: Profile | undefined): void {
  if (wanted?.profile === undefined || profile === undefined) {
    return;
  }
  if (wanted.profile.sub === profile.sub) {
    return;
  }
  const [name, other] = [accountName(wanted), accountName({ profile, clientId: wanted.clientId })];
  throw new AuthenticationRequiredError(
    'account_mismatch',
    `${other} signed in to ${wanted.label} instead of ${name}; nothing was stored`,
    { hint: `sign out of ${wanted.label} in the browser and run this again, or name no account` },
  );
}
