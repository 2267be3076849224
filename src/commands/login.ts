import type { AccountHead } from '../accounts/account.ts';
import type { AccountStore } from '../accounts/account-store.ts';
import { accountsOfClient } from '../accounts/accounts-of-client.ts';
import { openSession } from '../accounts/session.ts';
import { requireDeviceGrant } from '../grants/device-authorization.ts';
import type { Context } from '../ground/context.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { isInteractive, isPersonBehindProgram, isPersonPresent } from '../ground/presence.ts';
import { accountDocument, jsonText } from '../output/json.ts';
import { signInEvents } from '../output/sign-in-events.ts';
import { signInWords } from '../output/sign-in-words.ts';
import { signedInText, signInEndText } from '../output/text.ts';
import type { TokenSet } from '../protocol/token-set.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { requireS256, s256Support } from '../providers/require-s256.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import {
  askedScopes,
  type LoginFlags,
  type LoginSettings,
  loginSettings,
  scopeSetting,
} from '../settings/login-settings.ts';
import { variableName } from '../settings/variables.ts';
import { chooseStore } from '../sign-in/choose-store.ts';
import { clientOfBefore, completeClient, lastingClient, registerClient } from '../sign-in/complete-client.ts';
import { findProvider, requireTarget } from '../sign-in/find-provider.ts';
import type { RegisteredSettings } from '../sign-in/guide-registration.ts';
import { inheritedStore } from '../sign-in/inherited-store.ts';
import { keepSignIn } from '../sign-in/keep-sign-in.ts';
import { signInInRounds } from '../sign-in/sign-in-rounds.ts';
import { flagsFor, wantedAccount } from '../sign-in/wanted-account.ts';

/** Refresh tokens that live longer than a month are a matter of the provider; an end before that surprises people. */
const SHORT_LIFE_SECONDS = 31 * 86_400;

/** `oauth-login login`: signs the End-User in, keeps the account and says who it is. */
export async function login(target: string, flags: LoginFlags, context: Context): Promise<void> {
  const session = openSession(context);
  const { store } = session;
  const configuration = await session.configuration();
  const wanted = await wantedAccount(target, flags, store, configuration);
  const asked = loginSettings(target, flagsFor(flags, wanted), context.env, configuration);
  if (asked.device && asked.provider.discovery === 'none') requireDeviceGrant(asked.provider);
  const before = await clientOfBefore(asked, store);
  if (before !== undefined) requirePerson(asked, context);
  const http = await context.openHttp(httpOptions(asked, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    if (before === undefined) await requireTarget(asked, fetch);
    const provider = await findProvider(asked, fetch, context);
    // In the spelling of its metadata.
    const scopes = scopeSetting(provider, asked.askedScopes);
    const found = { ...asked, scopes, provider: { ...asked.provider, issuer: provider.issuer } };
    const device = usesDevice(provider, found, context);
    if (device) requireDeviceGrant(provider);
    else if (provider.discovery !== 'none') requireS256(provider, provider.metadata);
    const known = before === undefined ? await registerClient(found, context) : withClient(found, before);
    if (before === undefined) requirePerson(known, context);
    const inherited = known.store === undefined ? await storeOfClient(known, store, context) : undefined;
    const storeKind: StoreKind | 'none' =
      known.store === 'none' ? 'none' : (inherited ?? (await chooseStore(known.store, context)));
    const settings = { ...known, device };
    const client = await completeClient(settings, provider, store, context);
    const { issuer } = provider.metadata;
    const accounts = await accountsOfClient({ issuer, clientId: client.clientId }, storeKind, store);
    const progress = settings.events
      ? signInEvents(provider.label, context)
      : signInWords(provider.label, settings, context);
    if (provider.confidence === 'C' && accounts.length === 0) progress.untried();
    if (
      !device &&
      provider.discovery !== 'none' &&
      s256Support(provider, provider.metadata) === 'unannounced'
    )
      progress.note('pkce_not_announced', unannouncedText(provider.label));
    const grant = { provider, client, settings, fetch, progress };
    const signedIn = await signInInRounds(
      {
        grant,
        accounts: accounts.filter((head) => head.provider === provider.name),
        namedScopes: askedScopes(flags.scope ?? []),
        keep: (round, tokens, facts) => {
          if (tokens.clockOffset !== undefined) progress.clockDiffers(tokens.clockOffset);
          const life = refreshTokenLife(tokens);
          if (life < SHORT_LIFE_SECONDS && storeKind !== 'none')
            progress.note('sign_in_ends', signInEndText(provider.label, life, provider.refreshTokenEnds));
          const kept = { ...grant, client: lastingClient(facts.client, settings) };
          const isInherited = inherited !== undefined;
          const keeping = { grant: kept, round, session, kind: storeKind, isInherited, wanted };
          return keepSignIn(keeping, tokens, facts);
        },
      },
      context,
    );
    progress.signedIn(signedIn);
    answer(signedIn, storeKind, settings, context);
  } finally {
    await http.close();
  }
}

/** Seconds after which the refresh token ends whatever happens. */
function refreshTokenLife({ refreshTokenExpiresAt, issuedAt }: TokenSet): number {
  if (refreshTokenExpiresAt === undefined) return Number.POSITIVE_INFINITY;
  return (refreshTokenExpiresAt.getTime() - issuedAt.getTime()) / 1000;
}

function unannouncedText(label: string): string {
  return `${label} does not say whether it checks PKCE; the challenge (S256) is sent all the same`;
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
  const { offlineAccess, shortLived } = provider;
  const forRefreshToken = [...(offlineAccess.scopes ?? []), ...(shortLived?.scopes ?? [])];
  const offline = new Set(head.hasRefreshToken ? forRefreshToken : []);
  const granted = new Set(head.scopes);
  return head.requestedScopes.filter((scope) => {
    const alias = provider.scopeAliases?.[scope];
    return !granted.has(scope) && !offline.has(scope) && (alias === undefined || !granted.has(alias));
  });
}

/** The store of the accounts that this client has signed in before, whoever signs in now. */
async function storeOfClient(
  { provider, clientId }: RegisteredSettings,
  store: AccountStore,
  context: Context,
): Promise<StoreKind | undefined> {
  const { accounts } = await store.list();
  return inheritedStore(
    accounts.filter((head) => head.provider === provider.name && head.clientId === clientId),
    context,
  );
}

/** The settings with the client that is known already; one that only an account names is named in the next command. */
function withClient(settings: LoginSettings, clientId: string): RegisteredSettings {
  const isClientNamed = settings.isClientNamed || settings.clientId === undefined;
  return { ...settings, clientId, isClientNamed };
}

function requirePerson(settings: LoginSettings, context: Context): void {
  if (isPersonPresent(context) || (settings.events && isPersonBehindProgram(context))) return;
  const variable = variableName(settings.provider.name, 'TOKEN');
  throw new AuthenticationRequiredError(
    'person_required',
    `nobody is here to sign in to ${settings.provider.label}: there is no terminal, or CI is set`,
    {
      hint: `sign in at a terminal, let a program show the sign-in to somebody with --events, or give this job a token in ${variable}`,
    },
  );
}

/**
 * The device grant is used when it was asked for, and without asking only where nothing else is left: no browser
 * can be opened, there is no terminal to paste an address into, and the client at hand is one that can use it.
 */
function usesDevice(provider: ResolvedProvider, settings: LoginSettings, context: Context): boolean {
  if (settings.device) return true;
  const isReady =
    provider.metadata.device_authorization_endpoint !== undefined &&
    provider.device?.ownRegistration !== true;
  const opensBrowser = settings.openBrowser && context.canOpenBrowser;
  return isReady && settings.openBrowser && !opensBrowser && !isInteractive(context);
}
