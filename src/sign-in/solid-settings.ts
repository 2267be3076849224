import type { Context } from '../ground/context.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { safeText } from '../ground/safe-text.ts';
import type { ProfilePage } from '../protocol/identities/profile-page.ts';
import {
  readWebId,
  readWebIds,
  solidAnswer,
  TURTLE,
  untrustedSolid,
  withoutFragment,
} from '../protocol/identities/solid.ts';
import type { IdTokenClaims } from '../protocol/token-set.ts';
import { checkEndpoint } from '../providers/endpoint.ts';
import type { SolidIdentity } from '../providers/identity.ts';
import { isSameButLastSlash } from '../providers/issuer-spelling.ts';
import type { ResolvedProvider } from '../providers/provider.ts';
import { solidProvider } from '../providers/solid.ts';
import type { Configuration } from '../settings/configuration.ts';
import { withConfiguration } from '../settings/configured-provider.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { type LoginSettings, settingsOfTarget } from '../settings/login-settings.ts';
import { nameOfResource } from '../settings/resource-target.ts';
import { pageAt } from './identity-pages.ts';

/** An address that is looked at, and the settings that lead there. */
interface SolidTarget {
  readonly target: string;
  /** A WebID, or the address of a storage or of something in it. */
  readonly address: string;
  readonly settings: LoginSettings;
}

/**
 * The settings of a sign-in to a WebID, whose profile names the server; or to a storage, whose owner does, or which is of
 * the server itself. `undefined` for an address that is none of these.
 *
 * Throws a `ConfigurationError` where a profile names nobody, or several, and what `pageAt` throws.
 *
 * @see [Solid-OIDC §5](https://solidproject.org/TR/oidc#discovery)
 */
export async function settingsOfSolid(
  looked: SolidTarget,
  flags: LoginFlags,
  configuration: Configuration,
  context: Context,
): Promise<LoginSettings | undefined> {
  const { address, settings } = looked;
  const page = await pageAt(withoutFragment(address), TURTLE, settings, context);
  if (page === undefined) {
    return undefined;
  }
  const { isSolid, owner } = solidAnswer(page);
  if (address.includes('#') && !isSolid && page.mediaType !== TURTLE) {
    return undefined;
  }
  const webId = address.includes('#') ? address : (onlyWebId(page) ?? ownerOf(owner, settings));
  if (webId === undefined) {
    // A server that keeps the storages of its own people.
    const issuer = `${new URL(address).origin}/`;
    return isSolid ? settingsAt(issuer, undefined, looked, flags, configuration, context) : undefined;
  }
  const issuers = await issuersOf(webId, settings, context, page);
  const issuer = chosenIssuer(webId, issuers, flags);
  const checked = checkEndpoint(issuer, settings);
  if ('fault' in checked) {
    throw untrustedSolid(`the profile of ${webId} names a server whose address ${checked.fault}`);
  }
  return settingsAt(issuer, webId, looked, flags, configuration, context);
}

/**
 * The person whom a verified ID Token names, as the profile of the WebID confirms it.
 *
 * Throws a `ProtocolError` for another person than was named, and for one whose profile names another server.
 *
 * @see [Solid-OIDC §5.2](https://solidproject.org/TR/oidc#webid-validation)
 */
export async function webIdOfToken(
  claims: IdTokenClaims | undefined,
  identity: SolidIdentity,
  { metadata }: ResolvedProvider,
  settings: LoginSettings,
  context: Context,
): Promise<string> {
  const webId = readWebId(claims?.webid ?? claims?.sub, settings);
  if (webId === undefined) {
    throw untrustedSolid(`${metadata.issuer} did not say who signed in: there is no WebID in its answer`);
  }
  if (identity.webId !== undefined && identity.webId !== webId) {
    throw untrustedSolid(`${webId} signed in, and not ${identity.webId}`);
  }
  const issuers = await issuersOf(webId, settings, context);
  if (!issuers.some((issuer) => isSameButLastSlash(issuer, metadata.issuer))) {
    throw untrustedSolid(`${metadata.issuer} does not speak for ${webId}, whose profile names other servers`);
  }
  return webId;
}

/** The issuers that the profile of a WebID names. */
async function issuersOf(
  webId: string,
  settings: LoginSettings,
  context: Context,
  seen?: ProfilePage,
): Promise<readonly string[]> {
  const document = withoutFragment(webId);
  const page = seen?.address === document ? seen : await pageAt(document, TURTLE, settings, context);
  // A profile that moved is one of another address, and speaks for that one alone.
  return page?.status === 200 ? (readWebIds(page).get(webId) ?? []) : [];
}

function onlyWebId(page: ProfilePage): string | undefined {
  const [only, ...others] = page.status === 200 ? readWebIds(page).keys() : [];
  return others.length === 0 ? only : undefined;
}

function ownerOf(owner: string | undefined, settings: LoginSettings): string | undefined {
  return owner === undefined ? undefined : readWebId(owner, settings);
}

/** The only issuer, or the one that was named. */
function chosenIssuer(webId: string, issuers: readonly string[], { issuer }: LoginFlags): string {
  const [only, ...others] = issuers;
  const named = issuers.find((one) => issuer !== undefined && isSameButLastSlash(one, issuer));
  if (named !== undefined) {
    return named;
  }
  const names = issuers.map((one) => safeText(one, 400)).join(', ');
  if (only === undefined) {
    throw new ConfigurationError(
      'config_no_discovery',
      `the profile of ${safeText(webId, 400)} names no server`,
      {
        hint: 'write solid:oidcIssuer into the profile, or check the spelling of the WebID',
      },
    );
  }
  if (others.length > 0 || issuer !== undefined) {
    throw new ConfigurationError(
      'config_invalid_value',
      `the profile of ${safeText(webId, 400)} names ${others.length > 0 ? 'several servers' : 'another server'}`,
      { hint: `choose one with --issuer: ${names}` },
    );
  }
  return only;
}

/** What is configured for the storage is its own, as that of a resource is. */
function settingsAt(
  issuer: string,
  webId: string | undefined,
  { target, address }: SolidTarget,
  flags: LoginFlags,
  configuration: Configuration,
  { env }: Context,
): LoginSettings {
  const storage = `${new URL(address).origin}/`;
  const configured = [...configuration.providers].find(([, { resource }]) => resource === storage);
  const name = configured?.[0] ?? nameOfResource(storage, configuration);
  const isOfIssuer = configured?.[1].issuer !== undefined && isSameButLastSlash(configured[1].issuer, issuer);
  const entry = isOfIssuer && configured !== undefined ? configured[1] : {};
  const own = { ...entry, issuer, resource: storage, resource_parameter: 'none' as const };
  const provider = solidProvider(name, issuer, webId === undefined ? { storage } : { storage, webId });
  const chosen = {
    target,
    provider: withConfiguration(provider, own),
    configuration: own,
    issuerNamed: flags.issuer !== undefined,
  };
  return settingsOfTarget(chosen, flags, env, configuration);
}
