import type { Environment } from '../context.ts';
import { UsageError } from '../errors.ts';
import type { RequestParameter } from '../protocol/token-endpoint.ts';
import type { Secret } from '../secrets/secret.ts';
import type { StoreKind } from '../secrets/store-kind.ts';
import type { Configuration } from './configuration.ts';
import { type Grant, type GrantFlags, readGrant } from './grant-flags.ts';
import { askedScopes, loginSettings } from './login-settings.ts';
import type { Target } from './target.ts';

/** How a client authenticates that no person stands behind (OpenID Connect Core §9). */
export type GrantClientAuthentication = (typeof METHODS)[number];

const METHODS = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
] as const;

/** Where the subject token of an exchange comes from; `variable`: the provider's own one. */
export type SubjectTokenSource =
  | { readonly kind: 'variable' }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'ci' };

/** Everything a request for a token has to know that needs no person. */
export interface GrantSettings extends Target {
  readonly grant: Grant;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly clientSecret?: Secret;
  /** Absent: what the metadata and the credential at hand suggest. */
  readonly clientAuthentication?: GrantClientAuthentication;
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
  /** Whom the CI job's identity is made out to, when it is not `audiences`. */
  readonly subjectAudience?: string;
  readonly requestedTokenType?: string;
  /** `none`: nothing is kept; absent: not decided. */
  readonly store?: StoreKind | 'none';
  readonly allowHttpLoopback: boolean;
  readonly caFile?: string;
  readonly debug: boolean;
}

/** What `--param` may not set: another flag does, or it is a secret, which never stands on a command line. */
const RESERVED =
  /^(client_id|client_assertion_type|grant_type|scope|audience|resource|subject_token_type|requested_token_type|redirect_uri|username|.*(secret|token|password|code|assertion|code_verifier))$/;

/**
 * Folds flags > environment > configuration > preset into the settings of a grant.
 *
 * Throws a `UsageError` or a `ConfigurationError`.
 */
export function grantSettings(
  target: string | undefined,
  flags: GrantFlags & { readonly grant: string },
  env: Environment,
  configuration: Configuration,
): GrantSettings {
  const grant = readGrant(flags);
  const named = target ?? flags.issuer;
  if (named === undefined) {
    throw new UsageError('usage_invalid', `--grant ${grant} needs to know whom to ask`, {
      hint: `for example oauth-login token https://issuer.example --grant ${grant}`,
    });
  }
  refuseTwoInputs(flags);
  if (grant === 'jwt-bearer' && (flags.audience ?? []).length > 1) {
    throw new UsageError('usage_conflict', 'an assertion is made out to one audience only', {
      hint: 'give --audience once, or not at all: the server itself is meant then',
    });
  }
  const { scope, param, ...rest } = flags;
  const login = loginSettings(named, rest, env, configuration);
  const method = authenticationSetting(flags);
  return {
    target: login.target,
    provider: login.provider,
    configuration: login.configuration,
    issuerNamed: login.issuerNamed,
    ...(login.host === undefined ? {} : { host: login.host }),
    ...(login.tenant === undefined ? {} : { tenant: login.tenant }),
    grant,
    ...(login.clientId === undefined ? {} : { clientId: login.clientId }),
    ...(login.clientSecretFile === undefined ? {} : { clientSecretFile: login.clientSecretFile }),
    ...(login.clientSecret === undefined ? {} : { clientSecret: login.clientSecret }),
    ...(method === undefined ? {} : { clientAuthentication: method }),
    ...(flags.keyFile === undefined ? {} : { keyFile: flags.keyFile }),
    ...(flags.keyId === undefined ? {} : { keyId: flags.keyId }),
    scopes: askedScopes(scope ?? []),
    audiences: flags.audience ?? [],
    resources: (flags.resource ?? []).map(resourceSetting),
    parameters: (param ?? []).map(parameterSetting),
    ...(flags.subject === undefined ? {} : { subject: flags.subject }),
    ...(flags.refreshTokenFile === undefined ? {} : { refreshTokenFile: flags.refreshTokenFile }),
    ...(flags.rotateTo === undefined ? {} : { rotateTo: flags.rotateTo }),
    subjectToken: subjectTokenSetting(flags),
    ...(flags.subjectTokenType === undefined
      ? {}
      : { subjectTokenType: tokenType('--subject-token-type', flags.subjectTokenType) }),
    ...(flags.subjectAudience === undefined ? {} : { subjectAudience: flags.subjectAudience }),
    ...(flags.requestedTokenType === undefined
      ? {}
      : { requestedTokenType: tokenType('--requested-token-type', flags.requestedTokenType) }),
    ...(login.store === undefined ? {} : { store: login.store }),
    allowHttpLoopback: login.allowHttpLoopback,
    ...(login.caFile === undefined ? {} : { caFile: login.caFile }),
    debug: login.debug,
  };
}

/** Standard input can be read once. */
function refuseTwoInputs(flags: GrantFlags): void {
  const readers = [
    ['--client-secret-file', flags.clientSecretFile],
    ['--key-file', flags.keyFile],
    ['--refresh-token-file', flags.refreshTokenFile],
    ['--subject-token-file', flags.subjectTokenFile],
  ].filter(([, path]) => path === '-');
  if (readers.length < 2) return;
  throw new UsageError(
    'usage_conflict',
    `${readers.map(([flag]) => flag).join(' and ')} cannot both be standard input`,
    {
      hint: 'put one of them into a file that only you can read, or into its variable',
    },
  );
}

function authenticationSetting(flags: GrantFlags): GrantClientAuthentication | undefined {
  const { clientAuthentication: text, keyFile, clientSecretFile } = flags;
  if (text === undefined) return undefined;
  const method = METHODS.find((name) => name === text);
  if (method === undefined) {
    throw new UsageError('usage_invalid', `there is no client authentication ${JSON.stringify(text)}`, {
      hint: `the methods are ${METHODS.join(', ')}`,
    });
  }
  const isAssertionGrant = flags.grant === 'jwt-bearer';
  if (method === 'none' && flags.grant === 'client-credentials') {
    throw new UsageError('usage_conflict', 'the grant client-credentials is for clients that authenticate', {
      hint: `leave out --client-authentication none, or choose one of ${METHODS.slice(1).join(', ')}`,
    });
  }
  if (method === 'private_key_jwt' && (keyFile === undefined || isAssertionGrant)) {
    throw new UsageError(
      'usage_conflict',
      isAssertionGrant
        ? 'the key of --grant jwt-bearer signs the grant, not the authentication of the client'
        : '--client-authentication private_key_jwt needs a key',
      { hint: isAssertionGrant ? 'authenticate with a client secret' : 'add --key-file FILE' },
    );
  }
  if (method !== 'private_key_jwt' && keyFile !== undefined && !isAssertionGrant) {
    throw new UsageError(
      'usage_conflict',
      `--key-file has no meaning with --client-authentication ${method}`,
      {
        hint: 'leave one of them out; a key goes with private_key_jwt',
      },
    );
  }
  if (clientSecretFile !== undefined && (method === 'none' || method === 'private_key_jwt')) {
    throw new UsageError(
      'usage_conflict',
      `--client-secret-file has no meaning with --client-authentication ${method}`,
      { hint: 'leave one of them out; a secret goes with client_secret_basic, _post or _jwt' },
    );
  }
  return method;
}

/** RFC 8707 §2: an absolute URI without fragment. */
function resourceSetting(text: string): string {
  if (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text) && !text.includes('#') && URL.canParse(text))
    return text;
  throw new UsageError('usage_invalid', `${JSON.stringify(text)} is not a resource`, {
    hint: 'a resource is an absolute URI without fragment, such as --resource https://api.example.com/ (RFC 8707)',
  });
}

function parameterSetting(pair: string): RequestParameter {
  const at = pair.indexOf('=');
  if (at < 1) {
    // Without the text: who forgets the name may have given a secret.
    throw new UsageError('usage_invalid', '--param takes NAME=VALUE', {
      hint: 'for example --param organization=octo',
    });
  }
  const name = pair.slice(0, at);
  if (!RESERVED.test(name)) return [name, pair.slice(at + 1)];
  throw new UsageError('usage_reserved_parameter', `the parameter ${name} cannot be set with --param`, {
    hint: 'it has a flag of its own, or is a secret: secrets come from files and variables, never from the command line',
  });
}

function subjectTokenSetting(flags: GrantFlags): SubjectTokenSource {
  const { subjectFrom, subjectTokenFile, subjectTokenEnv } = flags;
  const given = [subjectFrom, subjectTokenFile, subjectTokenEnv].filter((text) => text !== undefined);
  if (given.length > 1) {
    throw new UsageError('usage_conflict', 'the subject token can come from one place only', {
      hint: 'give one of --subject-from ci, --subject-token-file FILE and --subject-token-env NAME',
    });
  }
  if (subjectFrom !== undefined) {
    if (subjectFrom === 'ci') return { kind: 'ci' };
    throw new UsageError('usage_invalid', `--subject-from knows no ${JSON.stringify(subjectFrom)}`, {
      hint: 'the identity of the CI job is --subject-from ci; other places: --subject-token-file, --subject-token-env',
    });
  }
  if (subjectTokenEnv !== undefined) {
    if (/^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(subjectTokenEnv))
      return { kind: 'environment', name: subjectTokenEnv };
    // Without the text: who mistakes the flag gives the token itself.
    throw new UsageError('usage_invalid', '--subject-token-env takes the name of a variable', {
      hint: 'for example --subject-token-env ID_TOKEN, without a dollar sign',
    });
  }
  return subjectTokenFile === undefined ? { kind: 'variable' } : { kind: 'file', path: subjectTokenFile };
}

/** RFC 8693 §3: the registered types by their last word, or any URI. */
function tokenType(flag: string, text: string): string {
  if (/^(access_token|refresh_token|id_token|saml1|saml2|jwt)$/.test(text)) {
    return `urn:ietf:params:oauth:token-type:${text}`;
  }
  if (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text)) return text;
  throw new UsageError('usage_invalid', `${flag} takes a token type, not ${JSON.stringify(text)}`, {
    hint: 'for example jwt, access_token, id_token or urn:ietf:params:oauth:token-type:jwt (RFC 8693 §3)',
  });
}
