import { defined } from '../ground/defined.ts';
import { NetworkError, ProtocolError } from '../ground/errors.ts';
import type { Fetch } from '../ground/fetch.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { safeText } from '../ground/safe-text.ts';
import { unlessRedirected } from '../providers/discovery.ts';
import { checkEndpoint } from '../providers/endpoint.ts';
import { isWithinResource } from '../providers/resource-identifier.ts';
import { readAuthenticationChallenges } from './authentication-challenge.ts';
import { isScope } from './scope-token.ts';

/** A protected resource as its metadata describe it, each member checked. */
export interface ProtectedResource {
  /** Its resource identifier (RFC 8707 §2), in the spelling of its metadata. */
  readonly identifier: string;
  /** The issuers whose tokens it takes; never empty. */
  readonly authorizationServers: readonly string[];
  /** The scopes of the challenge, else all that the metadata list. */
  readonly scopes: readonly string[];
  /** It takes tokens only that are bound to a key (RFC 9728 §2, RFC 9449). */
  readonly dpop?: 'required';
}

/**
 * What stands at an address: a protected resource, or nobody knows what. `isProtected`: it wanted a token; `mayBePage`: it
 * answered, or redirected, as a page does that people read.
 */
export type FoundAtAddress =
  | { readonly kind: 'resource'; readonly resource: ProtectedResource }
  | { readonly kind: 'unknown'; readonly isProtected: boolean; readonly mayBePage: boolean };

/** How the resource is reached. */
export interface ResourceAccess {
  readonly fetch: Fetch;
  readonly allowHttpLoopback: boolean;
}

/** What stands between the host and the path of a resource at the address of its metadata (RFC 9728 §3.1). */
const WELL_KNOWN = '/.well-known/oauth-protected-resource';
/** A call that changes nothing, for servers of JSON-RPC that know no other request than a POST. */
const harmlessCall: RequestInit = {
  method: 'POST',
  headers: { accept: 'application/json, text/event-stream', 'content-type': 'application/json' },
  body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' }),
};
/** No resource names more servers; the rest of the list is not read. */
const MOST_SERVERS = 20;
const MOST_SCOPES = 200;

/**
 * Finds out what an address is, with a request without a token: the metadata that its challenge names, else those at
 * the address made from its path, else, where it wants a token, those of its host.
 *
 * Throws a `ProtocolError` for metadata that must not be used, and a `NetworkError`.
 *
 * @see [RFC 9728 §3](https://www.rfc-editor.org/rfc/rfc9728.html#section-3)
 * @see [RFC 9728 §5](https://www.rfc-editor.org/rfc/rfc9728.html#section-5)
 */
export async function findProtectedResource(
  address: string,
  access: ResourceAccess,
): Promise<FoundAtAddress> {
  const { isProtected, mayBePage, metadata, scopes, dpop } = await challengeOf(address, access);
  const { origin, pathname } = new URL(address);
  const path = pathname.replace(/\/$/, '');
  const places = [
    ...(metadata === undefined ? [] : [metadata]),
    `${origin}${WELL_KNOWN}${path}`,
    ...(isProtected && path !== '' ? [`${origin}${WELL_KNOWN}`] : []),
  ];
  for (const place of new Set(places)) {
    // An issuer answers nothing about resources, and one that fails there may be in good order otherwise.
    const document = await documentAt(place, access).catch((error: unknown) => {
      if (isProtected || !(error instanceof ProtocolError || error instanceof NetworkError)) {
        throw error;
      }
      return undefined;
    });
    if (document !== undefined) {
      const resource = readResource(document, { address, place }, access);
      return {
        kind: 'resource',
        resource: { ...resource, scopes: scopes ?? resource.scopes, ...defined({ dpop }) },
      };
    }
  }
  return { kind: 'unknown', isProtected, mayBePage };
}

interface Challenge {
  readonly isProtected: boolean;
  readonly mayBePage: boolean;
  readonly metadata?: string;
  readonly scopes?: readonly string[];
  /** It names no other way than a token that is bound to a key (RFC 9449 §7.1). */
  readonly dpop?: 'required';
}

/** What the address answers to a request without a token; a reply that is of no use says nothing. */
async function challengeOf(address: string, access: ResourceAccess): Promise<Challenge> {
  const response = await replyWithoutToken(address, access);
  if (response?.status !== 401) {
    return { isProtected: false, mayBePage: response === undefined || response.ok };
  }
  const challenges = readAuthenticationChallenges(response.headers.get('www-authenticate') ?? '').filter(
    ({ scheme }) => scheme === 'bearer' || scheme === 'dpop',
  );
  const isBoundOnly = challenges.length > 0 && challenges.every(({ scheme }) => scheme === 'dpop');
  const named = challenges.map(({ parameters }) => parameters.get('resource_metadata')).find(Boolean);
  const scope = challenges.map(({ parameters }) => parameters.get('scope')).find(Boolean);
  return {
    isProtected: true,
    mayBePage: false,
    ...(named === undefined ? {} : { metadata: metadataAddress(named, address, access) }),
    ...(scope === undefined ? {} : { scopes: scopesOf(scope.split(/\s+/)) }),
    ...(isBoundOnly ? { dpop: 'required' as const } : {}),
  };
}

/** The reply to a request without a token, its body left unread; `undefined` for one that is of no use. */
async function replyWithoutToken(address: string, { fetch }: ResourceAccess): Promise<Response | undefined> {
  const send = async (init: RequestInit) => {
    const response = await unlessRedirected(fetch, address, init);
    await response?.body?.cancel();
    return response;
  };
  try {
    const reply = await send({ headers: { accept: 'application/json' } });
    const isPostOnly = reply?.status === 405 || (reply?.status === 404 && new URL(address).pathname !== '/');
    return isPostOnly ? await send(harmlessCall) : reply;
  } catch (error) {
    if (error instanceof ProtocolError && error.code !== 'protocol_insecure_uri') {
      return undefined;
    }
    throw error;
  }
}

/** Throws a `ProtocolError` for metadata on another origin: that origin could name any server (RFC 9728 §7.6). */
function metadataAddress(named: string, address: string, rules: ResourceAccess): string {
  const checked = checkEndpoint(named, rules);
  if ('fault' in checked) {
    throw unfit(address, `the resource_metadata of its challenge ${checked.fault}`);
  }
  const [{ origin }, { origin: own }] = [new URL(checked.href), new URL(address)];
  if (origin !== own) {
    throw unfit(address, `its challenge names metadata at ${origin}, and not at ${own}`);
  }
  return checked.href;
}

async function documentAt(place: string, { fetch }: ResourceAccess): Promise<object | undefined> {
  const response = await unlessRedirected(fetch, place, { headers: { accept: 'application/json' } });
  if (response?.status !== 200) {
    await response?.body?.cancel();
    return undefined;
  }
  const document = plainObject(parsePlainJson(await response.text()));
  // Some servers answer every address of this kind with a document about something else.
  const isAboutResource = document?.resource !== undefined || document?.authorization_servers !== undefined;
  return isAboutResource ? document : undefined;
}

/**
 * Throws a `ProtocolError` for metadata of another resource. An address below the resource is part of it, as far as
 * both are of one origin: many servers describe themselves once, for all their paths. That has to stand at a
 * well-known address of the host: at any other one, somebody who has a path there could speak for all of the host,
 * and would then be given its tokens.
 *
 * @see [RFC 9728 §3.3](https://www.rfc-editor.org/rfc/rfc9728.html#section-3.3)
 */
function readResource(
  document: object,
  { address, place }: { readonly address: string; readonly place: string },
  rules: ResourceAccess,
): ProtectedResource {
  const member = (name: string): unknown => Object.getOwnPropertyDescriptor(document, name)?.value;
  const identifier = member('resource');
  const checked = checkEndpoint(identifier, rules);
  if (typeof identifier !== 'string' || 'fault' in checked) {
    throw unfit(address, `"resource" ${'fault' in checked ? checked.fault : 'is not a string'}`);
  }
  const { origin, search } = new URL(checked.href);
  const speaksForHost = isWithinResource(place, `${origin}${WELL_KNOWN}`);
  const isOwn = speaksForHost || isWithinResource(identifier, address);
  if (search !== '' || !isOwn || !isWithinResource(address, identifier)) {
    throw unfit(address, `the metadata belong to ${safeText(identifier, 400)}`);
  }
  const servers = member('authorization_servers');
  if (!Array.isArray(servers) || servers.length === 0) {
    throw unfit(address, 'the metadata name no authorization server');
  }
  const authorizationServers = servers.slice(0, MOST_SERVERS).map((server: unknown) => {
    const issuer = checkEndpoint(server, rules);
    if (typeof server !== 'string' || 'fault' in issuer) {
      const fault = 'fault' in issuer ? issuer.fault : 'is not a string';
      throw unfit(address, `an entry of "authorization_servers" ${fault}`);
    }
    return server;
  });
  const listed = member('scopes_supported');
  return {
    identifier,
    authorizationServers: [...new Set(authorizationServers)],
    scopes: Array.isArray(listed) ? scopesOf(listed) : [],
    ...(member('dpop_bound_access_tokens_required') === true ? { dpop: 'required' as const } : {}),
  };
}

/** The scopes among the values; what is none is left out, since it could not be asked for (RFC 6749 §3.3). */
function scopesOf(values: readonly unknown[]): readonly string[] {
  const scopes = values.filter((value) => typeof value === 'string').filter(isScope);
  return [...new Set(scopes)].slice(0, MOST_SCOPES);
}

function unfit(address: string, fault: string): ProtocolError {
  return new ProtocolError('protocol_invalid_metadata', `${address} cannot be signed in to: ${fault}`, {
    hint: `check the spelling of the address; if it is right, its operator has to correct the metadata, or name its sign-in server yourself: oauth-login ${address} --issuer URL`,
  });
}
