import { resolve } from 'node:path';
import type { Environment } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { variableText } from '../ground/environment.ts';
import type { ClientCertificateFiles } from '../ground/ports.ts';
import type { Secret } from '../ground/secret.ts';
import type { ResponseMode } from '../providers/response-mode.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import { accountAlias } from './account-alias.ts';
import { authorizationDetailsOfFile } from './authorization-details.ts';
import { backchannelSetting } from './backchannel.ts';
import { clientMetadataUrl, clientSecretSetting, validClientId } from './client-settings.ts';
import type { Configuration } from './configuration.ts';
import type { LoginFlags } from './login-flags.ts';
import { parameterSetting } from './parameter-setting.ts';
import { type RedirectSettings, redirectSetting } from './redirect-uri.ts';
import { askedScopes, scopeSetting } from './scope.ts';
import { secondsSetting } from './seconds.ts';
import { shortLivedScopes, withAuthentication, withBoundTokens, withCertificate } from './sign-in-flags.ts';
import { storeSetting } from './store-setting.ts';
import { chooseTarget, type Target } from './target.ts';
import { providerVariable } from './variables.ts';

/** Everything a sign-in has to know, folded once from flags, environment, configuration and preset. */
export interface LoginSettings extends Target {
  readonly clientId?: string;
  /** Without the command line, or an account of this client, the next command would not find this client. */
  readonly isClientNamed: boolean;
  readonly clientSecretFile?: string;
  /** The private key that signs with RSA-SHA1 (RFC 5849 §3.4.3), in PEM. */
  readonly keyFile?: string;
  readonly clientSecret?: Secret;
  readonly scopes: readonly string[];
  /** Those of them that were named with `--scope`. */
  readonly namedScopes: readonly string[];
  /** Those of them that any flag asks for. */
  readonly askedScopes: readonly string[];
  readonly redirect: RedirectSettings;
  /** The redirect URI was said by flag or configuration. */
  readonly isRedirectUriNamed: boolean;
  /** The address of the document that is the client, where a server reads such documents. */
  readonly clientMetadataUrl?: string;
  /** The name that the account gets. */
  readonly alias?: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly loginHint?: string;
  /** The authorization request is signed with the key of the client, although nothing else demands it (RFC 9101). */
  readonly signs: boolean;
  /** How the server is to answer; absent: as its file, the configuration or its metadata say. */
  readonly responseMode?: ResponseMode;
  /** The authorization request is pushed to the server, although nothing else demands it (RFC 9126). */
  readonly pushes: boolean;
  readonly offlineAccess: boolean;
  readonly timeoutSeconds: number;
  /**
   * The time was given with `--timeout`. Then it also ends the wait for a device, which otherwise lasts as long as
   * its code.
   */
  readonly timeoutNamed: boolean;
  /** `none`: nothing is kept; absent: not decided yet. */
  readonly store?: StoreKind | 'none';
  readonly openBrowser: boolean;
  /** The device authorization grant was asked for. */
  readonly device: boolean;
  /** The server is to ask that person on a device of theirs (CIBA Core §7.1). */
  readonly backchannel?: { readonly loginHint: string; readonly bindingMessage?: string };
  readonly allowHttpLoopback: boolean;
  /** Absolute: it is remembered with the account, whose commands may be run anywhere. */
  readonly caFile?: string;
  /** What the client shows to servers that ask for a certificate, with absolute paths (RFC 8705). */
  readonly clientCertificate?: ClientCertificateFiles;
  /** What `NODE_EXTRA_CA_CERTS` names, absolute: the variable may not be set for the later commands. */
  readonly extraCaFile?: string;
  readonly json: boolean;
  /** The person agrees to the server that the resource names, once it is shown. */
  readonly agrees: boolean;
  /** The protected resource that is signed in to (RFC 8707 §2). */
  readonly resource?: string;
  /** The host that decides which networks the sign-in may reach, where the target has none. */
  readonly reachOf?: string;
  /** Progress is told to a program, as lines of JSON on standard error. */
  readonly events: boolean;
  /** This call waits for the person; otherwise it only begins the sign-in. */
  readonly waits: boolean;
  readonly debug: boolean;
}

/** Seconds a sign-in may take by default: long enough for a password manager and a second factor. */
const DEFAULT_TIMEOUT_SECONDS = 300;

/** Seconds it may take at most: no longer than the mark of the browser lives. */
const LONGEST_TIMEOUT_SECONDS = 3600;

/**
 * Folds flags > environment > configuration > preset into the settings of a sign-in.
 *
 * Throws a `UsageError` or a `ConfigurationError`.
 */
export function loginSettings(
  target: string,
  flags: LoginFlags,
  env: Environment,
  configuration: Configuration,
): LoginSettings {
  return settingsOfTarget(chooseTarget(target, flags, configuration), flags, env, configuration);
}

/** The same for a target that is known already. */
export function settingsOfTarget(
  target: Target,
  flags: LoginFlags,
  env: Environment,
  configuration: Configuration,
): LoginSettings {
  const authenticated = withAuthentication(target, flags.clientAuthentication);
  const { clientCertificate, ...chosen } = withCertificate(withBoundTokens(authenticated, flags.dpop), flags);
  const { provider, configuration: entry } = chosen;
  const clientId = flags.clientId ?? providerVariable(env, provider.name, 'CLIENT_ID') ?? entry.client_id;
  const secret = flags.clientSecretFile === undefined ? clientSecretSetting(provider, env) : undefined;
  const named = askedScopes(flags.scope ?? []);
  const asked = [...named, ...shortLivedScopes(provider, flags)];
  const extraCaFile = variableText(env, 'NODE_EXTRA_CA_CERTS');
  return defined({
    ...chosen,
    clientId: clientId === undefined ? undefined : validClientId(clientId, provider),
    isClientNamed: flags.clientId !== undefined && flags.clientId !== entry.client_id,
    clientSecretFile: flags.clientSecretFile,
    keyFile: flags.keyFile,
    clientSecret: secret,
    scopes: scopeSetting(provider, asked),
    namedScopes: named,
    askedScopes: asked,
    redirect: redirectSetting(provider, flags, entry.redirect_uri),
    isRedirectUriNamed: (flags.redirectUri ?? entry.redirect_uri) !== undefined,
    clientMetadataUrl: clientMetadataUrl(flags.clientMetadataUrl ?? configuration.client_metadata_url),
    parameters: {
      ...provider.authorizationParameters,
      ...parameterSetting(flags.param ?? []),
      ...(flags.authorizationDetails === undefined
        ? {}
        : { authorization_details: authorizationDetailsOfFile(flags.authorizationDetails) }),
    },
    alias: flags.as === undefined ? undefined : accountAlias(flags.as, configuration),
    loginHint: flags.loginHint,
    pushes: flags.par ?? false,
    signs: flags.signedRequest ?? false,
    responseMode: flags.responseMode,
    offlineAccess: flags.offlineAccess ?? true,
    timeoutSeconds: secondsSetting('--timeout', flags.timeout, {
      standard: DEFAULT_TIMEOUT_SECONDS,
      least: 1,
      most: LONGEST_TIMEOUT_SECONDS,
    }),
    timeoutNamed: flags.timeout !== undefined,
    store: storeSetting(flags.store, env, configuration),
    openBrowser: flags.browser ?? true,
    device: flags.device ?? false,
    backchannel: flags.ciba ? backchannelSetting(flags) : undefined,
    allowHttpLoopback: flags.allowHttpLoopback ?? false,
    clientCertificate,
    caFile: flags.caFile === undefined ? undefined : resolve(flags.caFile),
    extraCaFile: extraCaFile === undefined ? undefined : resolve(extraCaFile),
    // A program that reads events wants the answer as JSON too.
    json: (flags.json ?? false) || (flags.events ?? false),
    agrees: flags.yes ?? false,
    resource: provider.resource,
    events: flags.events ?? false,
    waits: flags.wait ?? true,
    debug: flags.debug ?? false,
  });
}
