import type { Session } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { ConfigurationError, OAuthLoginError, ProtocolError } from '../ground/errors.ts';
import { httpOptions, signalled } from '../ground/http-options.ts';
import { isInteractive } from '../ground/presence.ts';
import { safeText } from '../ground/safe-text.ts';
import {
  type FoundAtAddress,
  findProtectedResource,
  type ProtectedResource,
} from '../protocol/protected-resource.ts';
import { presetOfHost } from '../providers/catalogue.ts';
import { checkEndpoint } from '../providers/endpoint.ts';
import { isSameButLastSlash, issuerOfAddress } from '../providers/issuer-spelling.ts';
import { isWithinResource, resourceLabel } from '../providers/resource-identifier.ts';
import type { Configuration } from '../settings/configuration.ts';
import type { LoginFlags } from '../settings/login-flags.ts';
import { type LoginSettings, loginSettings, settingsOfTarget } from '../settings/login-settings.ts';
import { resourceTarget } from '../settings/resource-target.ts';
import { settingsOfHandle } from './atproto-settings.ts';
import { settingsOfIdentity, settingsOfWebId } from './identity-settings.ts';

/** Asks the person which of several servers to sign in to; all of them are issuers. */
export type ChooseServer = (label: string, issuers: readonly string[]) => Promise<string>;

/** What a target turned out to be. */
export interface AddressSettings {
  readonly settings: LoginSettings;
  /** An error of the sign-in, with what was seen at the address before. */
  explained(error: unknown): unknown;
}

/**
 * The settings of a sign-in, of whatever the target turns out to be: an address that is not known already is asked what
 * it is. A protected resource names the servers that give tokens for it (RFC 9728); every other address is an issuer.
 * Without `chooseServer`, nobody is asked.
 *
 * Throws what `loginSettings` throws, a `ProtocolError` for metadata of a resource that must not be used, and a
 * `NetworkError`.
 */
export async function settingsOfAddress(
  target: string,
  flags: LoginFlags,
  { context, configuration: readConfiguration }: Pick<Session, 'context' | 'configuration'>,
  chooseServer?: ChooseServer,
): Promise<AddressSettings> {
  const configuration = await readConfiguration();
  const { env } = context;
  const address = resourceAddress(target, flags, configuration);
  if (address === undefined) {
    const ofPerson = await settingsOfWebId(target, flags, configuration, context);
    if (ofPerson !== undefined) {
      return { settings: ofPerson, explained: (error) => error };
    }
    const settings = loginSettings(target, flags, env, configuration);
    const { identity } = settings.provider;
    const found =
      identity?.kind === 'atproto' ? await settingsOfHandle(settings, identity, context) : settings;
    return { settings: found, explained: (error) => error };
  }
  const settingsFor = (resource: ProtectedResource, issuer: string) =>
    settingsOfTarget(
      resourceTarget(target, { ...resource, issuer }, flags, configuration),
      flags,
      env,
      configuration,
    );
  const nameless = { identifier: address, authorizationServers: [], scopes: [] };
  // Flags that are wrong are told before anything is sent.
  const network = settingsFor(nameless, flags.issuer ?? address);
  const found = await lookAt(address, network, context);
  if (found.kind === 'unknown') {
    const looked = { target, address: new URL(address).href, settings: network };
    // A certificate is for the host that was typed, which may refuse everybody without; a page leads to any host.
    const isCertified = network.clientCertificate !== undefined;
    const ofPerson =
      flags.issuer === undefined && !isCertified && (found.mayBePage || found.isProtected)
        ? await settingsOfIdentity(looked, flags, configuration, context)
        : undefined;
    if (ofPerson !== undefined) {
      return { settings: ofPerson, explained: (error) => error };
    }
    const settings =
      flags.issuer === undefined
        ? loginSettings(target, flags, env, configuration)
        : settingsFor(nameless, flags.issuer);
    return { settings, explained: (error) => explained(error, address, found.isProtected) };
  }
  const issuer = await chosenServer(found.resource, flags, configuration, context, chooseServer);
  return { settings: settingsFor(found.resource, issuer), explained: (error) => error };
}

/** The address that may be a protected resource; `undefined` for a target that is known to be something else. */
function resourceAddress(
  target: string,
  flags: LoginFlags,
  { providers }: Configuration,
): string | undefined {
  const known = providers.get(target.toLowerCase())?.resource;
  if (known !== undefined) {
    return known;
  }
  const { issuer, allowHttpLoopback = false } = flags;
  const isOther = flags.host !== undefined || flags.tenant !== undefined || flags.oauth1 === true;
  if (!/^https?:\/\//i.test(target) || isOther || /[?#]/.test(target)) {
    return undefined;
  }
  if ('fault' in checkEndpoint(target, { allowHttpLoopback }) || issuerOfAddress(target) !== target) {
    return undefined;
  }
  if (issuer !== undefined) {
    return isSameButLastSlash(issuer, target) ? undefined : target;
  }
  const entries = [...providers.values()];
  if (entries.some(({ resource }) => resource !== undefined && isWithinResource(target, resource))) {
    return target;
  }
  const isIssuer = entries.some(
    ({ issuer: own, resource }) =>
      resource === undefined && own !== undefined && isSameButLastSlash(own, target),
  );
  return isIssuer || presetOfHost(new URL(target).host) !== undefined ? undefined : target;
}

/** It is asked at the host that was typed alone, with the certificate that was given for it. */
async function lookAt(address: string, settings: LoginSettings, context: Context): Promise<FoundAtAddress> {
  const http = await context.openHttp(httpOptions({ ...settings, resource: address }, context));
  try {
    const fetch = signalled(http.fetch, context.signal);
    return await findProtectedResource(address, { fetch, allowHttpLoopback: settings.allowHttpLoopback });
  } finally {
    await http.close();
  }
}

/**
 * The one of its servers that was named, that was signed in to before, or that the person chooses: never the first that
 * answers (RFC 9728 §7.6).
 */
async function chosenServer(
  { identifier, authorizationServers }: ProtectedResource,
  { issuer }: LoginFlags,
  { providers }: Configuration,
  context: Context,
  chooseServer: ChooseServer | undefined,
): Promise<string> {
  const label = resourceLabel(identifier);
  const before = [...providers.values()].find(({ resource }) => resource === identifier)?.issuer;
  const listed = (wanted: string | undefined) =>
    wanted === undefined
      ? undefined
      : authorizationServers.find((server) => isSameButLastSlash(server, wanted));
  const names = authorizationServers.map((server) => safeText(server, 400)).join(', ');
  if (issuer !== undefined) {
    const named = listed(issuer);
    if (named === undefined) {
      throw new ProtocolError('protocol_issuer_mismatch', `${label} takes no tokens of ${issuer}`, {
        hint: `it names ${names}; give one of these with --issuer, or leave --issuer out`,
      });
    }
    return named;
  }
  const [only, ...others] = authorizationServers;
  if (only !== undefined && others.length === 0) {
    return only;
  }
  const again = listed(before);
  if (again !== undefined) {
    return again;
  }
  if (chooseServer !== undefined && isInteractive(context)) {
    return chooseServer(label, authorizationServers);
  }
  throw new ConfigurationError('config_invalid_value', `${label} names several servers to sign in to`, {
    hint: `choose one with --issuer: ${names}`,
  });
}

function explained(error: unknown, address: string, isProtected: boolean): unknown {
  if (!(error instanceof OAuthLoginError) || error.code !== 'config_no_discovery') {
    return error;
  }
  return isProtected
    ? new ConfigurationError(
        'config_no_discovery',
        `${address} wants a token, and does not say whose (RFC 9728)`,
        {
          hint: `name the server that gives its tokens: oauth-login ${address} --issuer URL`,
          cause: error,
        },
      )
    : new ConfigurationError(
        'config_no_discovery',
        `${address} is neither an issuer nor an API that says who gives its tokens: it publishes no metadata`,
        { hint: error.hint, cause: error },
      );
}
