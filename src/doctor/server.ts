import type { AccountHead } from '../accounts/account.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { OAuthLoginError } from '../ground/errors.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { requireS256, s256Support } from '../providers/require-s256.ts';
import { resolveProvider } from '../providers/resolve.ts';
import type { LoginSettings } from '../settings/login-settings.ts';
import { settingsOfAddress } from '../sign-in/resource-settings.ts';
import type { Check, Examined } from './check.ts';
import { clientFindings } from './client.ts';
import { examinedSettings } from './examined-settings.ts';
import { type Finding, fine, problem, warning } from './finding.ts';
import { checkOf, reachServer } from './reach-server.ts';
import { redirectFindings } from './redirect.ts';

/** Servers of accounts that are asked at most, where no target is given. */
const MOST_SERVERS = 5;

/** Whether the server of the target can be reached and signed in to; without a target, the servers of the accounts. */
export const serverCheck: Check = {
  name: 'connection',
  // A protected resource is asked first, and then its server for two documents.
  deadline: 60_000,
  run: (examined) =>
    examined.target === undefined ? accountServers(examined) : targetServer(examined, examined.target),
};

async function accountServers({ session: { context, store } }: Examined): Promise<readonly Finding[]> {
  const { accounts } = await store.list();
  const servers = new Map(accounts.map((head) => [originOfAccount(head), head]));
  const asked = [...servers].slice(0, MOST_SERVERS);
  const findings = await Promise.all(
    asked.map(([origin, head]) => reachServer(origin, networkOfAccount(head), context)),
  );
  const left = servers.size - asked.length;
  const rest = left > 0 ? [fine('connection', `${left} more servers of your accounts were not asked`)] : [];
  return servers.size > 0
    ? [...findings.flat(), ...rest]
    : [fine('connection', 'no server was asked; name one, for example: oauth-login doctor github')];
}

function originOfAccount({ endpoints, issuer }: AccountHead): string {
  return new URL(endpoints.token_endpoint ?? endpoints.authorization_endpoint ?? issuer).origin;
}

function networkOfAccount({ allowHttpLoopback, caFile, extraCaFile }: AccountHead) {
  return defined({ allowHttpLoopback, caFile, extraCaFile });
}

async function targetServer(examined: Examined, target: string): Promise<readonly Finding[]> {
  // A configuration that cannot be used is a finding of its own, and then no target means anything.
  if ((await examinedSettings(examined)) === undefined) {
    return [];
  }
  const { session, flags } = examined;
  const { context } = session;
  const firstServer = async (_label: string, [issuer = '']: readonly string[]) => issuer;
  try {
    const { settings } = await settingsOfAddress(target, flags, session, firstServer);
    const reached = await reachServer(originOfSettings(settings), settings, context);
    if (reached.some(({ level }) => level === 'problem')) {
      return [...reached, ...redirectFindings(settings, undefined)];
    }
    return [...reached, ...(await signInFindings(settings, examined))];
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof OAuthLoginError) {
      return [problem(checkOf(error), error)];
    }
    throw error;
  }
}

function originOfSettings({ provider }: LoginSettings): string {
  const { token_endpoint, authorization_endpoint } = provider.endpoints;
  return new URL(token_endpoint ?? authorization_endpoint ?? provider.oauth1?.tokenUri ?? provider.issuer)
    .origin;
}

async function signInFindings(settings: LoginSettings, examined: Examined): Promise<readonly Finding[]> {
  const { context, store } = examined.session;
  const { accounts } = await store.list();
  const before = accounts.find(({ provider }) => provider === settings.provider.name);
  try {
    const provider = await resolve(settings, context);
    return [
      metadataFinding(provider),
      ...(await clientFindings(settings, provider, before, examined.session)),
      ...redirectFindings(settings, before),
    ];
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof OAuthLoginError) {
      return [problem('metadata', error)];
    }
    throw error;
  }
}

async function resolve(settings: LoginSettings, context: Context): Promise<ResolvedProvider> {
  const http = await context.openHttp(httpOptions(settings, context));
  try {
    const { allowHttpLoopback, provider: asked } = settings;
    const fetch = signalled(http.fetch, context.signal);
    const provider = await resolveProvider(asked, { fetch, allowHttpLoopback, withoutCode: true });
    if (provider.discovery !== 'none') {
      requireS256(provider, provider.metadata);
    }
    return provider;
  } finally {
    await http.close();
  }
}

function metadataFinding(provider: ResolvedProvider): Finding {
  if (provider.discovery === 'none') {
    return fine('metadata', `${provider.label} publishes none; its endpoints are known`);
  }
  if (s256Support(provider, provider.metadata) === 'unannounced') {
    return warning('metadata', {
      message: `the metadata of ${provider.label} do not announce PKCE with S256, which is sent all the same`,
      hint: 'ask the operator of the server to list S256 in code_challenge_methods_supported',
    });
  }
  return fine('metadata', `the metadata of ${provider.issuer} can be used`);
}
