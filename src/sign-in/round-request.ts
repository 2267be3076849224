import { type AccountHead, accountName } from '../accounts/account.ts';
import {
  isConsentStanding,
  type OfflineAccessWish,
  offlineAccessRequest,
  withAccountChoice,
} from '../grants/offline-access.ts';
import type { CodeRequest, DeviceRequest } from '../grants/sign-in-request.ts';
import { defined } from '../ground/defined.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import type { SignInPorts } from './ports.ts';
import type { ReadySignIn } from './stages.ts';

/** Errors that may be about a scope or a parameter that the tool has added. */
const aboutAdditions: ReadonlySet<string> = new Set(['invalid_scope', 'not_allowed']);
const none: ReadonlySet<string> = new Set();

/** The request of a round. Another round follows when the server refuses what this tool has added. */
export function requestOf(
  { provider, settings, accounts }: ReadySignIn,
  wish: OfflineAccessWish,
): Pick<CodeRequest, 'scopes' | 'parameters' | 'retriedErrors' | 'isNewClient'> {
  const { scopes, parameters, isAdded } = offlineAccessRequest(settings, provider, wish);
  const isChoiceLeft = accounts.length > 0 && settings.loginHint === undefined;
  return {
    scopes: settings.device ? withoutBrowserScopes(scopes, provider) : scopes,
    parameters: isChoiceLeft ? withAccountChoice(parameters, settings, provider) : parameters,
    retriedErrors: isAdded ? aboutAdditions : none,
    isNewClient: accounts.length === 0,
  };
}

/** All that a grant needs for a round. */
export function grantRequest(
  ready: ReadySignIn,
  wish: OfflineAccessWish,
  { progress, questions }: SignInPorts,
): CodeRequest & DeviceRequest {
  const { settings, provider, client, fetch, binding } = ready;
  const { redirect, openBrowser, allowHttpLoopback, timeoutSeconds, timeoutNamed, pushes, signs } = settings;
  const { loginHint, responseMode } = settings;
  return {
    ...defined({ loginHint, responseMode, binding, clientCertificate: settings.clientCertificate }),
    ...requestOf(ready, wish),
    provider,
    client,
    fetch,
    redirect,
    pushes,
    signs,
    openBrowser,
    allowHttpLoopback,
    timeoutSeconds,
    timeoutNamed,
    progress,
    questions,
  };
}

/**
 * Where `--account` or `--login-hint` names a stored person, that person is expected. Otherwise anybody may come
 * back.
 */
export function wishOf({ settings, accounts }: ReadySignIn): OfflineAccessWish {
  const { scopes, loginHint } = settings;
  const named = accounts.filter((account) => loginHint === undefined || isNamed(account, loginHint));
  return isConsentStanding(named, scopes) ? 'consent-standing' : 'consent-asked';
}

/** Whether a request that asks for consent differs from one that does not. */
export function isConsentAskable(ready: ReadySignIn): boolean {
  if (ready.settings.device || ready.settings.backchannel !== undefined) {
    return false;
  }
  const asked = requestOf(ready, 'consent-asked').parameters;
  const standing = requestOf(ready, 'consent-standing').parameters;
  return JSON.stringify(asked) !== JSON.stringify(standing);
}

function isNamed(account: AccountHead, loginHint: string): boolean {
  if (account.profile === undefined) {
    return false;
  }
  const { preferred_username, email, sub } = account.profile;
  const names = [accountName(account), preferred_username, email, sub];
  return names.some((name) => name?.toLowerCase() === loginHint.toLowerCase());
}

/** The scopes without those that the provider grants only in a browser. */
function withoutBrowserScopes(scopes: readonly string[], { device }: ResolvedProvider): readonly string[] {
  return scopes.filter((scope) => !device?.withoutScopes?.includes(scope));
}
