import { type AccountHead, accountName } from '../accounts/account.ts';
import type { Session } from '../accounts/session.ts';
import { authorizationCode } from '../grants/authorization-code.ts';
import { backchannelAuthentication } from '../grants/backchannel-authentication.ts';
import { deviceAuthorization } from '../grants/device-authorization.ts';
import type { OfflineAccessWish } from '../grants/offline-access.ts';
import { redirectionBasedAuthorization } from '../grants/redirection-based-authorization.ts';
import {
  type CodeRequest,
  type DeviceRequest,
  type GrantedSignIn,
  isRetried,
} from '../grants/sign-in-request.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { AbortedError, AuthorizationServerError, OAuthLoginError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { keepSignIn } from './keep-sign-in.ts';
import type { SignInPorts } from './ports.ts';
import { grantRequest, isConsentAskable, requestOf, wishOf } from './round-request.ts';
import type { ReadySignIn } from './stages.ts';

/**
 * Signs in, and gives the account. One round through the browser is usual, and two are the most. The second round
 * comes when the server refused what this tool asked for by itself, and leaves that out. It also comes when the
 * person got no refresh token because consent was not asked for.
 *
 * Throws the error of the failed round. When the first round brought an account, the error of the second is told as
 * a warning instead.
 */
export async function signInInRounds(
  ready: ReadySignIn,
  session: Session,
  ports: SignInPorts,
): Promise<AccountHead> {
  try {
    return await goRounds(ready, session, ports);
  } catch (error) {
    throw refusedWithFlags(error, ready.settings);
  }
}

async function goRounds(ready: ReadySignIn, session: Session, ports: SignInPorts): Promise<AccountHead> {
  const { accounts } = ready;
  const { progress } = ports;
  if (accounts.length > 0) {
    progress.signedInAlready(accounts);
  }
  const isOfflineAccessRefused = accounts.some((account) => account.isOfflineAccessRefused);
  const wish = isOfflineAccessRefused ? 'none' : wishOf(ready);
  let first: AccountHead;
  try {
    first = await runRound(ready, { wish, isOfflineAccessRefused }, session, ports);
  } catch (error) {
    if (!isRetried(error, requestOf(ready, wish).retriedErrors)) {
      throw error;
    }
    progress.onceMore('offline-access-refused');
    return runRound(ready, { wish: 'none', isOfflineAccessRefused: true }, session, ports);
  }
  if (wish !== 'consent-standing' || first.hasRefreshToken || !isConsentAskable(ready)) {
    return first;
  }
  progress.onceMore('consent');
  try {
    const loginHint = first.profile?.preferred_username ?? first.profile?.email;
    const asking = {
      wish: 'consent-asked',
      isOfflineAccessRefused: false,
      ...defined({ loginHint }),
    } as const;
    return await runRound(ready, asking, session, ports);
  } catch (error) {
    if (!(error instanceof OAuthLoginError) || error instanceof AbortedError) {
      throw error;
    }
    progress.onceMoreFailed(error);
    return first;
  }
}

interface RoundWish {
  readonly wish: OfflineAccessWish;
  readonly isOfflineAccessRefused: boolean;
  /** The person whom the provider should offer first, instead of the one that the settings name. */
  readonly loginHint?: string;
}

async function runRound(
  ready: ReadySignIn,
  { wish, isOfflineAccessRefused, loginHint }: RoundWish,
  session: Session,
  ports: SignInPorts,
): Promise<AccountHead> {
  const request = { ...grantRequest(ready, wish, ports), ...defined({ loginHint }) };
  const granted = await grantTo(request, ready, session.context);
  const round = { scopes: request.scopes, isOfflineAccessRefused };
  const keep = () => keepSignIn({ ...granted, ready, round }, session, ports);
  return finished(granted, ready, session.context, keep);
}

function grantTo(
  request: CodeRequest & DeviceRequest,
  { provider, settings }: ReadySignIn,
  context: Context,
): Promise<GrantedSignIn> {
  if (provider.oauth1 !== undefined) {
    return redirectionBasedAuthorization(request, provider.oauth1, context);
  }
  if (settings.backchannel !== undefined) {
    return backchannelAuthentication(request, settings.backchannel, context);
  }
  const grant = settings.device ? deviceAuthorization : authorizationCode;
  return grant(request, context);
}

/** Keeps the account, and has the grant show how that ended, in success and in failure. Throws what `keep` throws. */
export async function finished(
  { finish }: GrantedSignIn,
  ready: ReadySignIn,
  context: Context,
  keep: () => Promise<AccountHead>,
): Promise<AccountHead> {
  let account: AccountHead;
  try {
    account = await keep();
  } catch (error) {
    await finish({ kind: 'failed', error });
    throw error;
  }
  await finish({ kind: 'signed-in', account, command: tokenCommand(account, ready, context) });
  return account;
}

/** The error with a hint that says where the refused scopes came from: a flag that was used, a file, or this tool. */
function refusedWithFlags(
  error: unknown,
  { namedScopes, configuration, provider }: Pick<LoginSettings, 'namedScopes' | 'configuration' | 'provider'>,
): unknown {
  if (!(error instanceof AuthorizationServerError) || error.error !== 'invalid_scope') {
    return error;
  }
  const member = `"scopes" of ${provider.name} in config.json`;
  const hint =
    namedScopes.length > 0
      ? 'with --scope, name only scopes that the registration of the client allows'
      : configuration.scopes === undefined
        ? `in ${member}, name the scopes that the registration of the client allows`
        : `in ${member}, name only scopes that the registration of the client allows`;
  return error.with({ hint });
}

/** The command that gives the token of that account; nothing where it was not kept, or is of another program. */
function tokenCommand(
  account: AccountHead,
  { accounts, destination }: ReadySignIn,
  { program }: Context,
): string | undefined {
  if (destination.kind === 'none' || program !== undefined) {
    return undefined;
  }
  const isOnly = accounts.every(({ id }) => id === account.id);
  const command = `oauth-login token ${account.target}`;
  return isOnly ? command : `${command} --account ${shellQuoted(accountName(account))}`;
}
