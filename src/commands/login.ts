import type { AccountHead, StoreKind } from '../accounts/account.ts';
import { openAccountStore } from '../accounts/account-store.ts';
import { chooseStore } from '../accounts/choose-store.ts';
import { signInRecord } from '../accounts/sign-in-record.ts';
import type { Context } from '../context.ts';
import { AuthenticationRequiredError, ProtocolError } from '../errors.ts';
import { authorizationCode } from '../grants/authorization-code.ts';
import { offlineAccessRequest } from '../grants/offline-access.ts';
import { accountDocument, jsonText } from '../output/json.ts';
import { signInWords } from '../output/sign-in-words.ts';
import { person, signedInText } from '../output/text.ts';
import { fetchProfile } from '../profile/fetch-profile.ts';
import type { ResolvedProvider } from '../providers/resolve.ts';
import { resolveProvider } from '../providers/resolve.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { type LoginFlags, type LoginSettings, loginSettings } from '../settings/login-settings.ts';
import { isInteractive, isPersonPresent } from '../system/presence.ts';
import { completeClient, requireClientId } from './complete-client.ts';
import { confirmTokenOrigin } from './confirm-token-origin.ts';
import { httpOptions, signalled } from './http-options.ts';

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
    const offline = offlineAccessRequest(
      settings,
      accounts.some(({ hasRefreshToken }) => hasRefreshToken),
    );
    let signedIn: AccountHead | undefined;
    await authorizationCode(
      {
        provider,
        client,
        settings,
        ...offline,
        fetch,
        progress: signInWords(provider.label, settings, context),
        canConfirm: isInteractive(context),
        conclude: async (tokens, callback) => {
          const profile = await fetchProfile(provider, {
            accessToken: tokens.accessToken,
            clientId: client.clientId,
            ...(client.clientSecret === undefined ? {} : { clientSecret: client.clientSecret }),
            ...(tokens.idTokenClaims === undefined ? {} : { idTokenClaims: tokens.idTokenClaims }),
            fetch,
          });
          if (callback.browser === 'unconfirmed') await confirmBrowser(person(profile), provider, context);
          const account = await signInRecord(
            {
              settings,
              provider,
              client,
              tokens,
              profile,
              redirectUri: callback.redirectUri,
              requestedScopes: offline.scopes,
            },
            storeKind === 'none' ? 'file' : storeKind,
            store,
            context.clock,
          );
          context.signal.throwIfAborted();
          if (storeKind !== 'none') await store.write(account.head, account.secrets);
          signedIn = account.head;
          return person(profile);
        },
      },
      context,
    );
    if (signedIn !== undefined) answer(signedIn, storeKind, settings, context);
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
  const variable = `OAUTH_LOGIN_${settings.provider.name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_TOKEN`;
  throw new AuthenticationRequiredError(
    'person_required',
    `nobody is here to sign in to ${settings.provider.label}: there is no terminal, or CI is set`,
    { hint: `sign in at a terminal, or give this job a token in ${variable}` },
  );
}

async function confirmBrowser(name: string, provider: ResolvedProvider, context: Context): Promise<void> {
  const prompts = await context.openPrompts();
  const question = `The sign-in came back from another browser than the one that was opened, as ${name}. Was that you?`;
  if (await prompts.confirm(question, false)) return;
  throw new ProtocolError(
    'protocol_browser_mismatch',
    `the sign-in to ${provider.label} came from another browser`,
    {
      hint: 'nothing was stored; run the command again and stay in the browser that opens',
    },
  );
}

function isOfClient(provider: ResolvedProvider, clientId: string): (head: AccountHead) => boolean {
  return (head) =>
    head.issuer === provider.metadata.issuer && head.clientId === clientId && head.needsLogin === undefined;
}
