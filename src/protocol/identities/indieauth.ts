import { ProtocolError } from '../../ground/errors.ts';
import type { Fetch } from '../../ground/fetch.ts';
import { parsePlainJson, plainObject } from '../../ground/plain-json.ts';
import { safeText } from '../../ground/safe-text.ts';
import { unlessRedirected } from '../../providers/discovery.ts';
import { checkEndpoint } from '../../providers/endpoint.ts';
import { isWithinResource } from '../../providers/resource-identifier.ts';
import { firstTarget } from './link.ts';
import type { ProfilePage } from './profile-page.ts';

/** The server that a profile page names. */
export interface IndieAuthServer {
  readonly issuer: string;
  /** Its metadata (RFC 8414 §2); of a page that names endpoints and no metadata, those endpoints. */
  readonly document: object;
  /** The page names endpoints alone, as pages did before there were metadata: S256 is not announced. */
  readonly isWithoutMetadata: boolean;
}

/** How the metadata are reached. */
export interface MetadataAccess {
  readonly fetch: Fetch;
  readonly allowHttpLoopback: boolean;
}

/**
 * The authorization server of a profile page: its metadata, or else its two endpoints by their own links. `undefined` for
 * a page that names none.
 *
 * Throws a `ProtocolError` for a server that must not be used, and a `NetworkError`.
 *
 * @see [IndieAuth §4.1](https://indieauth.spec.indieweb.org/#discovery-by-clients)
 */
export async function indieAuthServer(
  { links, address }: ProfilePage,
  access: MetadataAccess,
): Promise<IndieAuthServer | undefined> {
  const metadata = firstTarget(links, 'indieauth-metadata', address);
  if (metadata !== undefined) {
    return publishedServer(address, metadata, access);
  }
  const authorization = firstTarget(links, 'authorization_endpoint', address);
  if (authorization === undefined) {
    return undefined;
  }
  const token = firstTarget(links, 'token_endpoint', address);
  const checked = checkEndpoint(authorization, { ...access, authorization: true });
  if ('fault' in checked) {
    throw unfit(address, `its authorization_endpoint ${checked.fault}`);
  }
  if (token === undefined) {
    throw unfit(address, 'it names an authorization endpoint and no token endpoint');
  }
  const issuer = checked.href.replace(/\?.*$/, '');
  const document = { issuer, authorization_endpoint: checked.href, token_endpoint: token };
  return { issuer, document, isWithoutMetadata: true };
}

/** The issuer has to be a beginning of the address of its metadata, or anybody could publish them for it. */
async function publishedServer(
  page: string,
  metadata: string,
  access: MetadataAccess,
): Promise<IndieAuthServer> {
  const checked = checkEndpoint(metadata, access);
  if ('fault' in checked) {
    throw unfit(page, `its indieauth-metadata ${checked.fault}`);
  }
  const response = await unlessRedirected(access.fetch, checked.href, {
    headers: { accept: 'application/json' },
  });
  if (response?.status !== 200) {
    await response?.body?.cancel();
    throw unfit(page, `there are no metadata at ${safeText(checked.href, 400)}`);
  }
  const document = plainObject(parsePlainJson(await response.text()));
  const issuer: unknown = document?.issuer;
  const fit = checkEndpoint(issuer, access);
  if (document === undefined || typeof issuer !== 'string' || 'fault' in fit || issuer.includes('?')) {
    throw unfit(page, 'its metadata name no issuer that can be used');
  }
  if (!isWithinResource(checked.href, issuer)) {
    throw unfit(page, `the metadata at ${new URL(checked.href).host} are those of another issuer`);
  }
  return { issuer, document, isWithoutMetadata: false };
}

function unfit(page: string, fault: string): ProtocolError {
  return new ProtocolError(
    'protocol_invalid_metadata',
    `${safeText(page, 400)} cannot be signed in to: ${fault}`,
    { hint: 'correct the links of the page (IndieAuth), or name its server: --issuer URL' },
  );
}
