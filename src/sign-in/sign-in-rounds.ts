import type { AccountHead } from '../accounts/account.ts';
import { accountName } from '../accounts/account-name.ts';
import { authorizationCode } from '../grants/authorization-code.ts';
import { deviceAuthorization } from '../grants/device-authorization.ts';
import {
  isConsentStanding,
  type OfflineAccessWish,
  offlineAccessRequest,
  withAccountChoice,
} from '../grants/offline-access.ts';
import type { SignInFacts, SignInGrant } from '../grants/sign-in-grant.ts';
import type { Context } from '../ground/context.ts';
import { AbortedError, AuthorizationServerError, OAuthLoginError } from '../ground/errors.ts';
import { person, problemText } from '../output/text.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { refusedWithFlags } from './refused-with-flags.ts';

/** A sign-in that is about to begin. */
export interface Rounds {
  readonly grant: Omit<SignInGrant, 'scopes' | 'parameters' | 'conclude' | 'goesOn'>;
  /** Who is signed in there already, with this client. */
  readonly accounts: readonly AccountHead[];
  /** The scopes that the person named on the command line. */
  readonly namedScopes: readonly string[];
  /** Keeps what a round has brought. */
  readonly keep: (round: Round, tokens: TokenSet, facts: SignInFacts) => Promise<AccountHead>;
}

/** What was asked for in a round. */
export interface Round {
  readonly scopes: readonly string[];
  /** The tool's own wish for a refresh token was refused, and left out. */
  readonly isOfflineAccessRefused: boolean;
}

/**
 * Signs in, and gives the account: in one round through the browser where that is enough, in two at most.
 *
 * The second comes when the server refused what this tool asked for by itself, which is left out then; and when the
 * person who came back got no refresh token because consent was not asked for. What failed is thrown, unless the first
 * round brought an account: then it is told as a warning.
 */
export async function signInInRounds(rounds: Rounds, context: Context): Promise<AccountHead> {
  try {
    return await goRounds(rounds, context);
  } catch (error) {
    throw refusedWithFlags(error, rounds.namedScopes, rounds.grant.settings);
  }
}

async function goRounds(rounds: Rounds, context: Context): Promise<AccountHead> {
  const { grant, accounts } = rounds;
  const { settings, progress } = grant;
  if (accounts.length > 0) progress.signedInAlready(accounts);
  const isRefusedBefore = accounts.some(({ isOfflineAccessRefused }) => isOfflineAccessRefused);
  const wish = isRefusedBefore ? 'none' : wishOf(rounds);
  let first: AccountHead;
  try {
    first = await runRound(rounds, { wish, isOfflineAccessRefused: isRefusedBefore }, settings, context);
  } catch (error) {
    if (!isRefusedAddition(error, rounds, wish)) throw error;
    progress.onceMore('offline-access-refused');
    const refused = { wish: 'none', isOfflineAccessRefused: true } as const;
    return runRound(rounds, refused, settings, context);
  }
  if (wish !== 'consent-standing' || first.hasRefreshToken || !isConsentAskable(rounds)) return first;
  progress.onceMore('consent');
  try {
    const loginHint = first.profile?.preferred_username ?? first.profile?.email;
    const again = { ...settings, ...(loginHint === undefined ? {} : { loginHint }) };
    const asking = { wish: 'consent-asked', isOfflineAccessRefused: false } as const;
    return await runRound(rounds, asking, again, context);
  } catch (error) {
    if (!(error instanceof OAuthLoginError) || error instanceof AbortedError) throw error;
    context.stderr.write(problemText('warning', error));
    return first;
  }
}

async function runRound(
  rounds: Rounds,
  { wish, ...refused }: Pick<Round, 'isOfflineAccessRefused'> & { readonly wish: OfflineAccessWish },
  settings: SignInGrant['settings'],
  context: Context,
): Promise<AccountHead> {
  const request = requestOf(rounds, wish);
  let kept: AccountHead | undefined;
  const signIn = settings.device ? deviceAuthorization : authorizationCode;
  await signIn(
    {
      ...rounds.grant,
      ...request,
      settings,
      goesOn: (error) => isRefusedAddition(error, rounds, wish),
      conclude: async (tokens, facts) => {
        kept = await rounds.keep({ scopes: request.scopes, ...refused }, tokens, facts);
        return kept.profile && person(kept.profile);
      },
    },
    context,
  );
  if (kept === undefined) throw new TypeError('the sign-in has ended and was not concluded');
  return kept;
}

function requestOf({ grant, accounts }: Rounds, wish: OfflineAccessWish) {
  const { provider, settings } = grant;
  const { scopes, parameters, isAdded } = offlineAccessRequest(settings, provider, wish);
  const isChoiceLeft = accounts.length > 0 && settings.loginHint === undefined;
  return {
    scopes: settings.device ? withoutBrowserScopes(scopes, provider) : scopes,
    parameters: isChoiceLeft ? withAccountChoice(parameters, settings, provider) : parameters,
    isAdded,
  };
}

/** The person is known where `--account` or `--login-hint` names one who is stored; anybody may come back else. */
function wishOf({ grant, accounts }: Rounds): OfflineAccessWish {
  const { scopes, loginHint } = grant.settings;
  const named = accounts.filter((account) => loginHint === undefined || isNamed(account, loginHint));
  return isConsentStanding(named, scopes) ? 'consent-standing' : 'consent-asked';
}

function isNamed(account: AccountHead, loginHint: string): boolean {
  if (account.profile === undefined) return false;
  const { preferred_username, email, sub } = account.profile;
  const names = [accountName(account), preferred_username, email, sub];
  return names.some((name) => name?.toLowerCase() === loginHint.toLowerCase());
}

/** Whether a request that asks for consent differs from one that does not. */
function isConsentAskable(rounds: Rounds): boolean {
  const { settings } = rounds.grant;
  if (settings.device) return false;
  const asked = requestOf(rounds, 'consent-asked').parameters;
  const standing = requestOf(rounds, 'consent-standing').parameters;
  return JSON.stringify(asked) !== JSON.stringify(standing);
}

/** What a server says where it may be about a scope or a parameter that the tool has added. */
const ABOUT_ADDITIONS: ReadonlySet<string> = new Set(['invalid_scope', 'not_allowed']);

function isRefusedAddition(error: unknown, rounds: Rounds, wish: OfflineAccessWish): boolean {
  return (
    error instanceof AuthorizationServerError &&
    ABOUT_ADDITIONS.has(error.error) &&
    requestOf(rounds, wish).isAdded
  );
}

/** What the provider grants to nobody who comes without a browser. */
function withoutBrowserScopes(scopes: readonly string[], { device }: ResolvedProvider): readonly string[] {
  return scopes.filter((scope) => !device?.withoutScopes?.includes(scope));
}
