import type { AccessSession } from '../access/access-session.ts';
import { destinationsOf } from '../access/destinations.ts';
import type { TokenSource } from '../access/token-source.ts';
import type { AccountHead } from '../accounts/account.ts';
import { isNamed } from '../accounts/account-words.ts';
import { accountsOfTarget, ofTarget } from '../accounts/accounts-of-target.ts';
import { applyingAmong } from '../accounts/applying-account.ts';
import type { Destinations } from '../accounts/kept-destinations.ts';
import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import { isLoopbackHost } from '../ground/loopback-host.ts';
import { isWithinResource } from '../providers/resource-identifier.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import type { SuppliedToken } from '../settings/supplied-token.ts';
import { tokenVariables } from '../settings/variables.ts';

/** Whose credential is meant for an address. */
export interface Receiver {
  /** Where the credential will be sent. */
  readonly address: URL;
  /** The service of the provider that takes a token there as a password, besides its API. */
  readonly service?: 'git' | 'registry';
  /** As a person types it after `oauth-login token`; absent: every account whose token may go to the address. */
  readonly target?: string | undefined;
  readonly account?: string | undefined;
  /** The user name that the program asks for. */
  readonly username?: string | undefined;
}

/** Where the token for an address comes from. */
export interface ReceivingAccount {
  readonly source: TokenSource;
  /** The user name that the service wants beside the token, if it wants one in particular. */
  readonly username?: string | undefined;
  /** The protected resource that the token is for, and for nothing else at its server. */
  readonly resource?: string | undefined;
}

/** The user name where the server asks for none in particular, as GitLab documents it for OAuth tokens. */
export const SHARED_USER = 'oauth2';

/**
 * Finds the account whose token may be sent to an address: scheme, host and port are exactly those of an origin of its
 * API, or of the service. `undefined` when there is none; nothing sealed has been opened then (T02).
 *
 * Throws what `applyingAmong` throws when more than one account fits, and a `ConfigurationError`.
 */
export async function receivingAccount(
  receiver: Receiver,
  access: AccessSession,
): Promise<ReceivingAccount | undefined> {
  const { service } = receiver;
  const [target, { account }] = withNamedAccount(receiver.target, defined({ account: receiver.account }));
  const { context, store } = access;
  // Most environments supply no token. Then the code that reads one is not loaded.
  const hasVariables = tokenVariables(context.env).length > 0;
  const supply = hasVariables ? await import('../settings/supplied-token.ts') : undefined;
  if (target !== undefined && supply !== undefined) {
    const supplied = await supply.suppliedTokenOf(target, {}, context);
    if (supplied !== undefined) {
      const places = await destinationsOfSupplied(supplied, target, access);
      return mayReceive(receiver, places, false)
        ? { source: { kind: 'supplied', supplied }, ...detailsOf(places, service) }
        : undefined;
    }
  }
  const { accounts, problems } = await store.list(ofTarget(target, {}));
  const meant = await accountsOfTarget(target, {}, accounts, access.configuration);
  const places = meant.length === 0 ? new Map() : await destinationsOf(meant, access);
  const fitting = meant.filter((head) => fits(receiver, head, places.get(head)));
  if (fitting.length === 0) {
    return undefined;
  }
  // A user name that names one of them is as good as a flag.
  const isNamedByUser = receiver.username !== undefined && fitting.every(isNamed(receiver.username));
  const choice = defined({ account: account ?? (isNamedByUser ? receiver.username : undefined) });
  const { head } = await applyingAmong(fitting, choice, { accounts, problems }, access);
  const details = detailsOf(places.get(head), service);
  const supplied = supply?.suppliedToken(head.provider, context);
  return supplied !== undefined && (await mayReceiveSupplied(receiver, supplied, access))
    ? { source: { kind: 'supplied', supplied, account: head }, ...details }
    : { source: { kind: 'account', head }, ...details };
}

async function destinationsOfSupplied(
  supplied: SuppliedToken,
  target: string,
  access: AccessSession,
): Promise<Destinations> {
  const { destinationsOfSource } = await import('../access/find-destinations.ts');
  return destinationsOfSource({ kind: 'supplied', supplied }, target, access);
}

/**
 * Whether the token of a variable may go where that of an account may. Accounts on several servers can share the name
 * of a provider, and the variable belongs to one server alone (T02).
 */
async function mayReceiveSupplied(
  receiver: Receiver,
  supplied: SuppliedToken,
  access: AccessSession,
): Promise<boolean> {
  try {
    return mayReceive(receiver, await destinationsOfSupplied(supplied, supplied.provider, access), false);
  } catch (error) {
    if (error instanceof UsageError) {
      return false;
    }
    throw error;
  }
}

function detailsOf(places: Destinations | undefined, service: Receiver['service']) {
  return { username: userOf(places, service), resource: places?.resource };
}

function fits(receiver: Receiver, head: AccountHead, places: Destinations | undefined): boolean {
  if (places === undefined || head.oauth1 !== undefined) {
    return false;
  }
  return mayReceive(receiver, places, head.allowHttpLoopback ?? false) && isUser(receiver, head, places);
}

function mayReceive(
  { address, service }: Receiver,
  { origins, resource, ...services }: Destinations,
  allowHttpLoopback: boolean,
): boolean {
  const { protocol, hostname, origin } = address;
  const isSafe =
    protocol === 'https:' || (protocol === 'http:' && allowHttpLoopback && isLoopbackHost(hostname));
  if (!isSafe || (resource !== undefined && !isWithinResource(address, resource))) {
    return false;
  }
  const more = service === undefined ? undefined : services[service]?.origins;
  return origins.includes(origin) || more?.includes(origin) === true;
}

/** A user name that every account of the server goes by names none of them. */
function isUser({ username, service }: Receiver, head: AccountHead, places: Destinations): boolean {
  const shared = userOf(places, service) ?? SHARED_USER;
  return username === undefined || username === shared || isNamed(username)(head);
}

function userOf(places: Destinations | undefined, service: Receiver['service']): string | undefined {
  return service === undefined ? undefined : places?.[service]?.username;
}
