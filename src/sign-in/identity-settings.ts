import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError } from '../ground/errors.ts';
import { namelessHttpOptions, signalled } from '../ground/http-options.ts';
import { type IndieAuthServer, indieAuthServer } from '../protocol/identities/indieauth.ts';
import type { ProfilePage } from '../protocol/identities/profile-page.ts';
import { readWebId, solidAnswer, TURTLE } from '../protocol/identities/solid.ts';
import { presetOfHost } from '../providers/catalogue.ts';
import { indieAuthProvider } from '../providers/indieauth.ts';
import type { Configuration } from '../settings/configuration.ts';
import { withConfiguration } from '../settings/configured-provider.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { type LoginSettings, settingsOfTarget } from '../settings/login-settings.ts';
import { nameOfResource, resourceTarget } from '../settings/resource-target.ts';
import type { Target } from '../settings/target.ts';
import { pageAt } from './identity-pages.ts';
import { settingsOfSolid } from './solid-settings.ts';

/** An address that is looked at, and the settings that lead there. */
export interface LookedAt {
  readonly target: string;
  /** As the URL parser writes it. */
  readonly address: string;
  readonly settings: LoginSettings;
}

/** HTML, since a page that people read names the server. */
const PAGE = 'text/html, application/xhtml+xml;q=0.9, */*;q=0.1';

/** An address with the name of a part, as a WebID is; an address of an application in a browser has other characters. */
const WEB_ID = /^https?:\/\/[^?#]+#[\w.-]+$/i;

/**
 * The settings of a sign-in to a WebID with a fragment: Solid. `undefined` for every other target.
 *
 * Throws as `settingsOfSolid` does.
 */
export async function settingsOfWebId(
  target: string,
  flags: LoginFlags,
  configuration: Configuration,
  context: Context,
): Promise<LoginSettings | undefined> {
  const address = WEB_ID.test(target)
    ? readWebId(target, { allowHttpLoopback: flags.allowHttpLoopback ?? false })
    : undefined;
  if (address === undefined || presetOfHost(new URL(address).host) !== undefined) {
    return undefined;
  }
  // Flags that are wrong are told before anything is sent.
  const { origin } = new URL(address);
  const nobody = { identifier: `${origin}/`, issuer: `${origin}/`, scopes: [] };
  const chosen = resourceTarget(target, nobody, flags, configuration);
  const settings = settingsOfTarget(chosen, flags, context.env, configuration);
  return settingsOfSolid({ target, address, settings }, flags, configuration, context);
}

/**
 * The settings of a sign-in at the server that the page of a person names: IndieAuth; or, for an answer of a server of Solid,
 * that of Solid. `undefined` for a page that names none.
 *
 * Throws a `ProtocolError` for a page, or a server, that must not be used, and a `NetworkError`.
 */
export async function settingsOfIdentity(
  looked: LookedAt,
  flags: LoginFlags,
  configuration: Configuration,
  context: Context,
): Promise<LoginSettings | undefined> {
  const { address, settings } = looked;
  const page = await pageAt(address, PAGE, settings, context);
  const server = page?.status === 200 ? await serverOf(page, settings, context) : undefined;
  if (page === undefined || server === undefined) {
    const isSolid = page !== undefined && (page.mediaType === TURTLE || solidAnswer(page).isSolid);
    return isSolid ? settingsOfSolid(looked, flags, configuration, context) : undefined;
  }
  const target = indieAuthTarget(looked, page, server, configuration);
  return withClientUrl(settingsOfTarget(target, flags, context.env, configuration));
}

/**
 * The settings with the client, which is a URL: the one that is given, else the document about this tool, else the place
 * that it listens at. A server fetches none of the last kind, and compares the redirect URI with it.
 *
 * Throws a `ConfigurationError` for a client identifier that is no URL.
 *
 * @see [IndieAuth §3.3](https://indieauth.spec.indieweb.org/#client-identifier)
 */
function withClientUrl(settings: LoginSettings): LoginSettings {
  const { clientMetadataUrl, redirect } = settings;
  const [port = 0] = 'elsewhere' in redirect ? [] : redirect.ports;
  const own = 'elsewhere' in redirect || port === 0 ? undefined : `http://${redirect.host}:${port}/`;
  const clientId = settings.clientId ?? clientMetadataUrl ?? own;
  if (clientId !== undefined && !/^https?:\/\//.test(clientId)) {
    throw new ConfigurationError(
      'config_invalid_value',
      'a client ID of IndieAuth is the address of a page',
      {
        hint: 'give one such as --client-id https://example.com/oauth-login/, or leave --client-id out',
      },
    );
  }
  return { ...settings, ...defined({ clientId }) };
}

/** The server that a page names by IndieAuth; throws as `indieAuthServer` does. */
export async function serverOf(
  page: ProfilePage,
  settings: LoginSettings,
  context: Context,
): Promise<IndieAuthServer | undefined> {
  const http = await context.openHttp(namelessHttpOptions(settings, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    return await indieAuthServer(page, { ...settings, fetch });
  } finally {
    await http.close();
  }
}

/** What is configured for the profile URL is its own, as that of a resource is. */
function indieAuthTarget(
  { target, address }: LookedAt,
  { addresses }: ProfilePage,
  { issuer, document, isWithoutMetadata }: IndieAuthServer,
  configuration: Configuration,
): Target {
  const configured = [...configuration.providers].find(([, { resource }]) => resource === address);
  const name = configured?.[0] ?? nameOfResource(address, configuration);
  const entry = configured?.[1].issuer === issuer ? configured[1] : {};
  const own = { ...entry, issuer, resource: address };
  const server = { issuer, published: document, isWithoutMetadata, addresses };
  return {
    target,
    provider: withConfiguration(indieAuthProvider(name, address, server), own),
    configuration: own,
    issuerNamed: false,
  };
}
