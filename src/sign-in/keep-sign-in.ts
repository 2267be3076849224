import type { AccountHead } from '../accounts/account.ts';
import { accountId } from '../accounts/account-store.ts';
import type { Session } from '../accounts/session.ts';
import type { SignInFacts } from '../grants/sign-in-grant.ts';
import type { Context } from '../ground/context.ts';
import { ProtocolError } from '../ground/errors.ts';
import { person, profileProblemText } from '../output/text.ts';
import { type SignInProfile, signInProfile } from '../profile/sign-in-profile.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { storeOfPerson } from './inherited-store.ts';
import { storeSignIn } from './sign-in-record.ts';
import type { Round, Rounds } from './sign-in-rounds.ts';
import { requireWanted } from './wanted-account.ts';

/** A sign-in whose tokens are here, and where it is to be kept. */
export interface Keeping {
  readonly grant: Rounds['grant'];
  readonly round: Round;
  readonly session: Session;
  readonly kind: StoreKind | 'none';
  /** Nobody chose it for this sign-in: accounts of the same client are there. */
  readonly isInherited: boolean;
  /** Who has to have signed in, where that is not left open. */
  readonly wanted: AccountHead | undefined;
}

/** What has to succeed before anybody is told of a success: the person's word where it is needed, and the store. */
export async function keepSignIn(
  { grant, round, session, kind, isInherited, wanted }: Keeping,
  tokens: TokenSet,
  facts: SignInFacts,
): Promise<AccountHead> {
  const { context, store } = session;
  const { provider, client, settings } = grant;
  const found = await signInProfile(provider, {
    accessToken: tokens.accessToken,
    clientId: client.clientId,
    ...(client.clientSecret === undefined ? {} : { clientSecret: client.clientSecret }),
    ...(tokens.idTokenClaims === undefined ? {} : { idTokenClaims: tokens.idTokenClaims }),
    fetch: grant.fetch,
  });
  if (found.problem !== undefined)
    grant.progress.note('profile', profileProblemText(found, found.problem, provider.label));
  const subject = found.profile?.sub;
  requireWanted(wanted, found.profile);
  if (facts.browser === 'unconfirmed') await confirmBrowser(found, provider, context);
  const signIn = {
    settings,
    provider,
    client,
    tokens,
    person: found,
    ...(facts.redirectUri === undefined ? {} : { redirectUri: facts.redirectUri }),
    requestedScopes: round.scopes,
    isOfflineAccessRefused: round.isOfflineAccessRefused,
  };
  if (!isInherited || kind === 'none') return storeSignIn(signIn, kind, session);
  const before = await store.read(
    accountId(provider.name, provider.metadata.issuer, client.clientId, subject),
  );
  return storeSignIn(signIn, await storeOfPerson(kind, before, context), session);
}

async function confirmBrowser(
  { profile }: SignInProfile,
  provider: ResolvedProvider,
  context: Context,
): Promise<void> {
  const prompts = await context.openPrompts();
  const who = profile === undefined ? '' : `, as ${person(profile)}`;
  const question = `The sign-in came back from another browser than the one that was opened${who}. Was that you?`;
  if (await prompts.confirm(question, false)) return;
  throw new ProtocolError(
    'protocol_browser_mismatch',
    `the sign-in to ${provider.label} came from another browser`,
    {
      hint: 'nothing was stored; run the command again and stay in the browser that opens',
    },
  );
}
