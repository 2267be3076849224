import { ConfigurationError, OAuthLoginError, ProtocolError } from '../../ground/errors.ts';
import { parsePlainJson, plainObject } from '../../ground/plain-json.ts';
import { safeText } from '../../ground/safe-text.ts';
import { checkEndpoint } from '../../providers/endpoint.ts';
import type { AtprotoPerson } from '../../providers/identity.ts';
import { documentAddress, isDid, readDid, readHandle } from './atproto-names.ts';
import { type PageAccess, type ProfilePage, readProfilePage } from './profile-page.ts';

/** How names and documents are reached. */
export interface AtprotoAccess extends PageAccess {
  /** The TXT records of a name. */
  resolveTxt(name: string): Promise<readonly string[]>;
  /** The directory of `did:plc`. */
  readonly directory: string;
}

/** No handle has more records, and no document more names and services; the rest is not read. */
const MOST_ENTRIES = 100;
const SERVICE_TYPE = 'AtprotoPersonalDataServer';

/**
 * Finds the person that a handle or a DID names, and the server that speaks for that person: handle, DID, the document of
 * the DID, the server of the data, its authorization server. A handle counts only where the document names it too.
 *
 * Throws a `ConfigurationError` for a name that nobody has, a `ProtocolError` for an answer that must not be used, and a
 * `NetworkError`.
 *
 * @see https://atproto.com/specs/oauth#identity-authentication
 */
export async function findPerson(name: string, access: AtprotoAccess): Promise<AtprotoPerson> {
  const named = readDid(name);
  if (named !== undefined) {
    return personOfDid(named, access);
  }
  const handle = readHandle(name);
  if (handle === undefined) {
    throw new ConfigurationError('config_invalid_value', `${JSON.stringify(name)} is no handle and no DID`, {
      hint: 'a handle looks like alice.bsky.social, a DID like did:plc:z72i7hdynmk6r22z27h6tvur',
    });
  }
  const did = await didOfHandle(handle, access);
  if (did === undefined) {
    throw new ConfigurationError('config_invalid_value', `nobody has the handle ${handle}`, {
      hint: `check the spelling; a handle is a domain with a TXT record _atproto.${handle}, or a page https://${handle}/.well-known/atproto-did`,
    });
  }
  const { claimed, pds } = await readDocument(did, access);
  if (claimed !== handle) {
    throw untrusted(`the handle ${handle} leads to ${did}, which does not have this handle`);
  }
  return { did, handle, pds, issuer: await issuerOf(pds, access) };
}

/**
 * The person of a DID. A handle that does not lead back is left out: it is a label, and the DID is the name.
 *
 * Throws as `findPerson` does.
 */
export async function personOfDid(did: string, access: AtprotoAccess): Promise<AtprotoPerson> {
  const { claimed, pds } = await readDocument(did, access);
  const issuer = await issuerOf(pds, access);
  const back = claimed === undefined ? undefined : await didOfHandle(claimed, access).catch(unlessStopped);
  return { did, ...(claimed === undefined || back !== did ? {} : { handle: claimed }), pds, issuer };
}

function unlessStopped(error: unknown): undefined {
  if (!(error instanceof OAuthLoginError) || error.code === 'aborted') {
    throw error;
  }
  return undefined;
}

/**
 * The DID of a handle: by DNS, else by a page of its host. `undefined`: there is none.
 *
 * @see https://atproto.com/specs/handle#handle-resolution
 */
async function didOfHandle(handle: string, access: AtprotoAccess): Promise<string | undefined> {
  // A name without such a record, and a network without a name server, are no reason not to look at the page.
  const records = await access.resolveTxt(`_atproto.${handle}`).catch(() => []);
  const named = records.slice(0, MOST_ENTRIES).filter((record) => record.startsWith('did='));
  const dids = [...new Set(named.map((record) => record.slice('did='.length)))];
  const [did] = dids;
  if (did !== undefined) {
    if (dids.length > 1 || !isDid(did)) {
      throw untrusted(`the TXT records of _atproto.${handle} name more than one DID, or none that is known`);
    }
    return did;
  }
  const page = await readProfilePage(`https://${handle}/.well-known/atproto-did`, 'text/plain', access).catch(
    (error: unknown) => {
      if (error instanceof OAuthLoginError && error.code === 'network_unreachable') {
        return undefined;
      }
      throw error;
    },
  );
  const text = page?.status === 200 ? page.text.trim() : '';
  return isDid(text) ? text : undefined;
}

/**
 * What the document of a DID says: the first handle, and the server of the data.
 *
 * @see https://atproto.com/specs/did#did-documents
 */
async function readDocument(
  did: string,
  access: AtprotoAccess,
): Promise<{ readonly claimed: string | undefined; readonly pds: string }> {
  const address = documentAddress(did, access.directory);
  const checked = checkEndpoint(address, access);
  if ('fault' in checked) {
    throw untrusted(`the document of ${did} is at an address that ${checked.fault}`);
  }
  const page = await readProfilePage(checked.href, 'application/did+ld+json, application/json', access);
  if (page?.status === 404 || page?.status === 410) {
    throw new ConfigurationError('config_invalid_value', `there is no ${did}`, {
      hint: 'check the spelling; an account that was deleted has no document any more',
    });
  }
  const document = documentOf(page);
  if (document?.id !== did) {
    throw untrusted(`${new URL(checked.href).host} has no document of ${did}`);
  }
  const names = listOf(document.alsoKnownAs).filter((name) => typeof name === 'string');
  const first = names.find((name) => name.startsWith('at://'));
  const service = listOf(document.service)
    .map(plainObject)
    .find((one) => one?.type === SERVICE_TYPE && isPdsOf(one.id, did));
  const pds = originOf(service?.serviceEndpoint, access);
  if (pds === undefined) {
    throw untrusted(`the document of ${did} names no server for its data that can be used`);
  }
  return { claimed: first === undefined ? undefined : readHandle(first.slice('at://'.length)), pds };
}

function isPdsOf(id: unknown, did: string): boolean {
  return id === '#atproto_pds' || id === `${did}#atproto_pds`;
}

/**
 * The authorization server of the server that holds the data: exactly one.
 *
 * @see https://atproto.com/specs/oauth#authorization-servers
 */
async function issuerOf(pds: string, access: AtprotoAccess): Promise<string> {
  const address = `${pds}/.well-known/oauth-protected-resource`;
  const page = await readProfilePage(address, 'application/json', access);
  const document = page?.address === address ? documentOf(page) : undefined;
  const servers = listOf(document?.authorization_servers);
  const issuer = servers.length === 1 ? originOf(servers[0], access) : undefined;
  if (document?.resource !== pds || issuer === undefined) {
    throw untrusted(`${pds} does not say who signs its people in, or names another server as itself`);
  }
  return issuer;
}

/** An address that is an origin and nothing more, without a slash at its end. */
function originOf(value: unknown, rules: PageAccess): string | undefined {
  const checked = checkEndpoint(value, rules);
  const url = 'fault' in checked ? undefined : new URL(checked.href);
  return url !== undefined && url.pathname === '/' && url.search === '' ? url.origin : undefined;
}

function documentOf(page: ProfilePage | undefined): Readonly<Record<string, unknown>> | undefined {
  return page?.status === 200 ? plainObject(parsePlainJson(page.text)) : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, MOST_ENTRIES) : [];
}

function untrusted(what: string): ProtocolError {
  return new ProtocolError('protocol_invalid_metadata', safeText(what, 600), {
    hint: 'nothing was sent there; the person has to correct the handle, or the operator of the server its metadata',
  });
}
