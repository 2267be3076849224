import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import type { ClientCertificateFiles } from '../ground/ports.ts';
import type { Secret } from '../ground/secret.ts';
import { isReservedInTokenRequest } from '../protocol/reserved-parameters.ts';
import { resourceParameter } from '../protocol/resource-parameter.ts';
import type { RequestParameter } from '../protocol/token-endpoint.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { LoginFlags } from './login-flags.ts';
import type { LoginSettings } from './login-settings.ts';
import { askedScopes } from './scope.ts';
import { refuseTwoInputs } from './standard-input.ts';
import { type SubjectTokenSource, subjectTokenSource } from './subject-token-source.ts';
import type { Target } from './target.ts';
import {
  authenticationSetting,
  type UnattendedClientAuthentication,
} from './unattended-client-authentication.ts';
import { readUnattendedGrant, type UnattendedFlags, type UnattendedGrant } from './unattended-grant-flags.ts';

/** All settings of a token request that needs no person. */
export interface UnattendedSettings extends Target {
  readonly grant: UnattendedGrant;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly clientSecret?: Secret;
  /** Absent: what the metadata and the credential at hand suggest. */
  readonly clientAuthentication?: UnattendedClientAuthentication;
  readonly keyFile?: string;
  readonly keyId?: string;
  /** Only those of `--scope`: a provider's standard scopes are about a person. */
  readonly scopes: readonly string[];
  readonly audiences: readonly string[];
  readonly resources: readonly string[];
  readonly parameters: readonly RequestParameter[];
  /** Whom the assertion speaks of (RFC 7523 §3). */
  readonly subject?: string;
  readonly refreshTokenFile?: string;
  readonly rotateTo?: string;
  readonly subjectToken: SubjectTokenSource;
  readonly subjectTokenType?: string;
  /** The account, or the identity provider, whose ID Token is exchanged for an ID-JAG. */
  readonly identity?: string;
  /** Whom the CI job's identity is made out to, when it is not `audiences`. */
  readonly subjectAudience?: string;
  readonly requestedTokenType?: string;
  /** `none`: nothing is kept; absent: not decided. */
  readonly store?: StoreKind | 'none';
  readonly allowHttpLoopback: boolean;
  readonly caFile?: string;
  /** What the client shows to servers that ask for a certificate (RFC 8705). */
  readonly clientCertificate?: ClientCertificateFiles;
  /** The protected resource that the token is for (RFC 8707 §2). */
  readonly resource?: string;
}

/**
 * The target of a grant, and the flags that say more about it. What is wrong with the flags is found before any server
 * is asked what the target is. Throws a `UsageError`.
 */
export function unattendedTarget(
  target: string | undefined,
  flags: UnattendedFlags & { readonly grant: string },
): { readonly named: string; readonly loginFlags: LoginFlags } {
  const grant = readUnattendedGrant(flags);
  const named = target ?? flags.issuer;
  if (named === undefined) {
    throw new UsageError('usage_invalid', `--grant ${grant} needs a provider`, {
      hint: `for example oauth-login token https://issuer.example --grant ${grant}`,
    });
  }
  refuseTwoInputs(flags);
  if (grant === 'jwt-bearer' && (flags.audience ?? []).length > 1) {
    throw new UsageError('usage_conflict', 'an assertion can have only one audience', {
      hint: 'give --audience once, or leave it out to use the server itself',
    });
  }
  if (grant === 'id-jag' && flags.identity === undefined) {
    throw new UsageError(
      'usage_invalid',
      '--grant id-jag needs the account of the company that signs you in',
      {
        hint: `sign in there first, and name it: --identity NAME`,
      },
    );
  }
  // The text of a wrong flag is told before the network is used.
  authenticationSetting(flags);
  subjectTokenSource(flags);
  (flags.resource ?? []).map(resourceSetting);
  (flags.param ?? []).map(parameterSetting);
  // The name after `--as` is that of a variable here, and not of an account.
  const {
    scope: _scope,
    param: _param,
    clientAuthentication: _method,
    as: _variable,
    ...loginFlags
  }: UnattendedFlags & { readonly as?: unknown } = flags;
  return { named, loginFlags };
}

/**
 * Folds the flags of a grant and the settings of its target into the settings of a token request.
 *
 * Throws a `UsageError`.
 */
export function unattendedSettings(
  flags: UnattendedFlags & { readonly grant: string },
  login: LoginSettings,
): UnattendedSettings {
  const grant = readUnattendedGrant(flags);
  const { scope, param } = flags;
  const method = authenticationSetting(flags);
  const own = resourceParameter(login.provider);
  return {
    target: login.target,
    provider: login.provider,
    configuration: login.configuration,
    issuerNamed: login.issuerNamed,
    ...defined({ host: login.host, tenant: login.tenant }),
    grant,
    ...defined({
      clientId: login.clientId,
      clientSecretFile: login.clientSecretFile,
      clientSecret: login.clientSecret,
      clientAuthentication: method,
      keyFile: flags.keyFile,
      keyId: flags.keyId,
    }),
    // Those that a protected resource asks for are about no person.
    scopes:
      scope === undefined && login.resource !== undefined ? login.provider.scopes : askedScopes(scope ?? []),
    audiences: flags.audience ?? [],
    resources: [
      ...new Set([...(own === undefined ? [] : [own]), ...(flags.resource ?? []).map(resourceSetting)]),
    ],
    parameters: (param ?? []).map(parameterSetting),
    ...defined({
      subject: flags.subject,
      refreshTokenFile: flags.refreshTokenFile,
      rotateTo: flags.rotateTo,
    }),
    subjectToken: subjectTokenSource(flags),
    ...defined({ identity: flags.identity }),
    ...(flags.subjectTokenType === undefined
      ? {}
      : { subjectTokenType: tokenTypeSetting('--subject-token-type', flags.subjectTokenType) }),
    ...defined({ subjectAudience: flags.subjectAudience }),
    ...(flags.requestedTokenType === undefined
      ? {}
      : { requestedTokenType: tokenTypeSetting('--requested-token-type', flags.requestedTokenType) }),
    ...defined({ store: login.store }),
    allowHttpLoopback: login.allowHttpLoopback,
    ...defined({
      caFile: login.caFile,
      clientCertificate: login.clientCertificate,
      resource: login.resource,
    }),
  };
}

/** RFC 8707 §2: an absolute URI without fragment. */
function resourceSetting(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text) && !text.includes('#') && URL.canParse(text)) {
    return text;
  }
  throw new UsageError('usage_invalid', `${JSON.stringify(text)} is not a resource`, {
    hint: 'a resource is an absolute URI without fragment, such as --resource https://api.example.com/ (RFC 8707)',
  });
}

function parameterSetting(pair: string): RequestParameter {
  const at = pair.indexOf('=');
  if (at < 1) {
    // The text is not repeated: it may be a secret whose name was forgotten.
    throw new UsageError('usage_invalid', '--param takes NAME=VALUE', {
      hint: 'for example --param organization=octo',
    });
  }
  const name = pair.slice(0, at);
  if (!isReservedInTokenRequest(name)) {
    return [name, pair.slice(at + 1)];
  }
  throw new UsageError('usage_reserved_parameter', `the parameter ${name} cannot be set with --param`, {
    hint: 'it has a flag of its own, or is a secret: secrets come from files and variables, never from the command line',
  });
}

/**
 * The token type identifier that a flag means: the registered ones by their last word, or any URI (RFC 8693 §3).
 *
 * Throws a `UsageError` that names the flag.
 */
function tokenTypeSetting(flag: string, text: string): string {
  if (/^(access_token|refresh_token|id_token|saml1|saml2|jwt)$/.test(text)) {
    return `urn:ietf:params:oauth:token-type:${text}`;
  }
  if (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text)) {
    return text;
  }
  throw new UsageError('usage_invalid', `${flag} takes a token type, not ${JSON.stringify(text)}`, {
    hint: 'for example jwt, access_token, id_token or urn:ietf:params:oauth:token-type:jwt (RFC 8693 §3)',
  });
}
