import type { AccountHead } from '../accounts/account.ts';
import { openAccountStore } from '../accounts/account-store.ts';
import { chooseStore } from '../accounts/choose-store.ts';
import type { Context } from '../context.ts';
import { AuthenticationRequiredError } from '../errors.ts';
import { authorizationCode } from '../grants/authorization-code.ts';
import { deviceAuthorization } from '../grants/device-authorization.ts';
import { isConsentStanding, offlineAccessRequest } from '../grants/offline-access.ts';
import type { SignInGrant } from '../grants/sign-in-grant.ts';
import { accountDocument, jsonText } from '../output/json.ts';
import { signInEvents } from '../output/sign-in-events.ts';
import { signInWords } from '../output/sign-in-words.ts';
import { person, signedInText } from '../output/text.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { resolveProvider } from '../providers/resolve.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { type LoginFlags, type LoginSettings, loginSettings } from '../settings/login-settings.ts';
import { variableName } from '../settings/variables.ts';
import { isInteractive, isPersonPresent } from '../system/presence.ts';
import { completeClient, requireClientId } from './complete-client.ts';
import { confirmTokenOrigin } from './confirm-token-origin.ts';
import { httpOptions, signalled } from './http-options.ts';
import { keepSignIn } from './keep-sign-in.ts';

/** `oauth-login login`: signs the End-User in, keeps the account and says who it is. */
export async function login(target: string, flags: LoginFlags, context: Context): Promise<void> {
  const store = openAccountStore(context);
  const configuration = await readConfiguration(context.paths);
  const settings = await requireClientId(
    loginSettings(target, flags, context.env, configuration),
    store,
    context,
  );
  requirePerson(settings, context);
  const storeKind = settings.store === 'none' ? 'none' : await chooseStore(settings.store, context);
  const http = await context.openHttp(httpOptions(settings, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    const provider = await resolveProvider(settings.provider, {
      fetch,
      allowHttpLoopback: settings.allowHttpLoopback,
    });
    await confirmTokenOrigin(provider, settings, context);
    const client = await completeClient(settings, provider, store, context);
    const accounts = (await store.list()).accounts.filter(isOfClient(provider, client.clientId));
    const offline = offlineAccessRequest(settings, isConsentStanding(accounts, settings.scopes));
    const grant = {
      provider,
      client,
      settings,
      ...offline,
      fetch,
      progress: settings.events ? signInEvents(context) : signInWords(provider.label, settings, context),
    };
    let signedIn: AccountHead | undefined;
    const conclude: SignInGrant['conclude'] = async (tokens, facts) => {
      signedIn = await keepSignIn({ grant, store, kind: storeKind }, tokens, facts, context);
      return person(signedIn.profile);
    };
    const signIn = usesDevice(provider, settings, context) ? deviceAuthorization : authorizationCode;
    await signIn({ ...grant, conclude }, context);
    if (signedIn === undefined) return;
    grant.progress.signedIn(signedIn);
    answer(signedIn, storeKind, settings, context);
  } finally {
    await http.close();
  }
}

function answer(
  head: AccountHead,
  store: StoreKind | 'none',
  settings: LoginSettings,
  context: Context,
): void {
  const now = context.clock.now();
  const missing = missingScopes(head, settings);
  if (settings.json) {
    const kept = store === 'none' ? { store: null } : {};
    context.stdout.write(jsonText({ ...accountDocument(head, now), missing_scopes: missing, ...kept }));
  } else {
    context.stdout.write(signedInText(head, store === 'none' ? 'not kept' : 'kept', missing, now));
  }
}

/** What was asked for and not granted; scopes that only ask for a refresh token are not echoed by many servers. */
function missingScopes(head: AccountHead, { provider }: LoginSettings): string[] {
  const offline = new Set(head.hasRefreshToken ? provider.offlineAccess.scopes : []);
  const granted = new Set(head.scopes);
  return head.requestedScopes.filter((scope) => {
    const alias = provider.scopeAliases?.[scope];
    return !granted.has(scope) && !offline.has(scope) && (alias === undefined || !granted.has(alias));
  });
}

function requirePerson(settings: LoginSettings, context: Context): void {
  if (isPersonPresent(context)) return;
  const variable = variableName(settings.provider.name, 'TOKEN');
  throw new AuthenticationRequiredError(
    'person_required',
    `nobody is here to sign in to ${settings.provider.label}: there is no terminal, or CI is set`,
    { hint: `sign in at a terminal, or give this job a token in ${variable}` },
  );
}

/**
 * The device grant is used when it was asked for, and without asking only where nothing else is left: no browser
 * can be opened, and there is no terminal to paste an address into.
 */
function usesDevice(provider: ResolvedProvider, settings: LoginSettings, context: Context): boolean {
  if (settings.device) return true;
  const isOffered = provider.metadata.device_authorization_endpoint !== undefined;
  const opensBrowser = settings.openBrowser && context.canOpenBrowser;
  return isOffered && settings.openBrowser && !opensBrowser && !isInteractive(context);
}

function isOfClient(provider: ResolvedProvider, clientId: string): (head: AccountHead) => boolean {
  return (head) => head.issuer === provider.metadata.issuer && head.clientId === clientId;
}
