import { isLoopbackHost } from '../ground/loopback-host.ts';
import { reservedParameters } from '../protocol/reserved-parameters.ts';
import {
  anyOf,
  type Described,
  type JsonSchema,
  listOf,
  narrowed,
  nullValue,
  oneOf,
  type Rule,
  text,
  trueOrFalse,
} from '../providers/description.ts';
import { namedValues, objectOf, optional } from '../providers/object-description.ts';
import { clientAuthentications } from '../providers/provider.ts';
import { sharedMembers } from '../providers/provider-file.ts';
import { oauth1Of } from '../providers/provider-file-oauth1.ts';
import * as texts from '../providers/provider-file-texts.ts';
import { storeKinds } from '../secrets/store-kind.ts';
import { ABSOLUTE_PATH } from './account-rules.ts';
import { readRedirectUri } from './redirect-uri.ts';

const anyText = text('a string', /^/u);
const url = narrowed(text('an https URL', /^https?:\/\/[\x21-\x7e]+$/u), (value) => URL.canParse(value));
const isOrigin = (value: string) => URL.canParse(value) && new URL(value).origin === value;

/** An account as people type it; one that nobody has is told when it is looked for. */
const ACCOUNT = /^[^\s\p{C}](?:[^\p{C}\p{Zl}\p{Zp}]{0,298}[^\s\p{C}])?$/u;
const account = text('an account, such as "github:octocat", as oauth-login status shows it', ACCOUNT);

const apiOrigin = narrowed(
  text(
    'an origin such as "https://api.example.com" (plain http: loopback addresses only)',
    /^(?:https:\/\/[^/\s@*?#]+|http:\/\/(?:127\.[0-9.]+|\[::1\]|localhost)(?::[0-9]+)?)$/u,
  ),
  (value) => isOrigin(value) && (value.startsWith('https:') || isLoopbackHost(new URL(value).hostname)),
);

/** As `url`, or of a server on this machine. */
const resourceIdentifier = narrowed(
  text(
    'an https URL (plain http: loopback addresses only)',
    /^(?:https:\/\/[\x21\x22\x24-\x7e]+|http:\/\/(?:127\.[0-9.]+|\[::1\]|localhost)(?:[:/][\x21\x22\x24-\x7e]*)?)$/u,
  ),
  (value) => URL.canParse(value) && (value.startsWith('https:') || isLoopbackHost(new URL(value).hostname)),
);

const redirectUri = narrowed(
  text(
    'a URI such as "http://127.0.0.1:8765/callback" or "https://client.example/callback"',
    /^(http:\/\/(127\.0\.0\.1|localhost|\[::1\])(:(?!80(\/|$))[0-9]{1,5})?(?!.*\/\.{1,2}(\/|$))(\/[^?#\s]*)?|https:\/\/(?!(127\.0\.0\.1|localhost|\[::1\])([:/]|$))[^@#\s/]+(\/[^#\s]*)?)$/u,
  ),
  (value) => readRedirectUri(value) !== undefined,
);

/** The names of further parameters. */
const freeParameter: Rule<string> = {
  expected: 'a parameter that oauth-login does not set itself',
  schema: { not: { enum: [...reservedParameters] } },
  check: (name, path) =>
    typeof name === 'string' && !reservedParameters.has(name)
      ? undefined
      : { path, what: `expected ${freeParameter.expected}` },
};

/** The name of a preset; whether there is one, depends on the files that were added. */
export const presetName = text(
  'the name of a preset, as oauth-login providers lists them',
  texts.PROVIDER_NAME,
);

/** What a user can set for one provider; keys as they stand in the file. */
const providerEntry = objectOf({
  preset: optional('The preset that this provider is based on, if it has a different name.', presetName),
  // It is shown in the terminal and in the browser.
  label: optional(
    'The name that messages show.',
    text('a string of up to 100 printable characters', /^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u),
  ),
  issuer: optional(
    'The Issuer Identifier, for a provider that publishes metadata (OpenID Connect Discovery, RFC 8414).',
    url,
  ),
  resource: optional(
    'The protected resource that its tokens are for, as its metadata name it (RFC 9728 §2).',
    resourceIdentifier,
  ),
  resource_parameter: optional(
    'none: the parameter "resource" is not sent, because the server refuses it (RFC 8707 §2).',
    oneOf('none'),
  ),
  host: optional(
    'The host of a self-hosted GitLab or GitHub.',
    text('a host name such as "git.example.com"', /^[A-Za-z0-9.:[\]-]+$/u),
  ),
  tenant: optional(
    'The tenant: its ID or one of its domains; for Microsoft also common, organizations or consumers.',
    text('a tenant ID or domain', /^[A-Za-z0-9._-]+$/u),
  ),
  client_id: optional('The client identifier; not a secret.', text('a client identifier', /^[\x20-\x7e]+$/u)),
  client_authentication: optional(
    'How the client authenticates at the token endpoint.',
    oneOf(...clientAuthentications),
  ),
  client_key_file: optional(
    'The file with the private key (JWK or PEM) that the client signs with, for private_key_jwt.',
    text('an absolute path', ABSOLUTE_PATH),
  ),
  client_certificate_file: optional(
    'The file with the certificate (PEM) that the client shows, for tls_client_auth and tokens that are bound to it (RFC 8705).',
    text('an absolute path', ABSOLUTE_PATH),
  ),
  client_certificate_key_file: optional(
    'The file with its private key (PEM), if that is a different file.',
    text('an absolute path', ABSOLUTE_PATH),
  ),
  code_challenge_method: optional(
    'The PKCE method that the server supports although its metadata does not list it (RFC 7636 §4.3).',
    oneOf('S256'),
  ),
  token_type: optional(
    'The tokens are bearer tokens, although the token response names no type or a different one (RFC 6749 §7.1).',
    oneOf('bearer'),
  ),
  id_token_nonce: optional(
    'The server is known to leave the nonce out of its ID Tokens; PKCE protects the code.',
    oneOf('optional'),
  ),
  trusted_audiences: optional(
    'Audiences that an ID Token may name besides the client identifier.',
    listOf(text('one audience', /^[\x21-\x7e]{1,2048}$/u)),
  ),
  redirect_uri: optional(
    "The registered redirect URI, if it is not the provider's usual one: on this machine, or an https page whose address you paste back.",
    redirectUri,
  ),
  scopes: optional("The scopes to request, instead of the provider's usual ones.", listOf(texts.scope)),
  parameters: optional(
    'More parameters for every authorization request, except those that oauth-login sets itself.',
    namedValues(anyText, freeParameter),
  ),
  endpoints: optional(
    'Endpoints, for a provider without metadata, or to replace published ones.',
    objectOf({
      authorization_endpoint: optional('Where the person signs in.', url),
      token_endpoint: optional('Where the code is exchanged for tokens.', url),
      userinfo_endpoint: optional(
        'null turns off the profile request; then only the ID Token, if there is one, says who signed in.',
        anyOf(url, nullValue),
      ),
      revocation_endpoint: optional('Where a token is revoked (RFC 7009).', url),
      introspection_endpoint: optional('Where the server tells of a token (RFC 7662).', url),
      device_authorization_endpoint: optional('Where the device grant begins (RFC 8628).', url),
      backchannel_authentication_endpoint: optional(
        'Where a person is asked on a device of theirs (OpenID Connect CIBA).',
        url,
      ),
      pushed_authorization_request_endpoint: optional(
        'Where authorization requests are pushed (RFC 9126).',
        url,
      ),
      jwks_uri: optional('The keys that its ID Tokens are signed with.', url),
    }),
  ),
  api_origins: optional(
    'More origins that oauth-login request may send the access token to, each as scheme, host and port; plain http for loopback addresses only.',
    listOf(apiOrigin),
  ),
  token_endpoint_origin: optional(
    'The origin of the token endpoint, if it differs from that of the authorization endpoint and you confirmed it.',
    narrowed(text('an origin such as "https://login.example.com"', /^https?:\/\/[^/?#@\s]+$/u), isOrigin),
  ),
  oauth1: optional('Its server of OAuth 1.0a, with which the person signs in (RFC 5849).', oauth1Of(url)),
  ...sharedMembers,
});

/** `config.json`: the type, the check and the published schema are made from this. */
export const configurationDocument = objectOf({
  $schema: optional('Where this schema is, for editors.', anyText),
  store: optional('Where the key that protects the stored sign-ins is kept.', oneOf(...storeKinds)),
  default_account: optional(
    'The account to use when more than one fits, such as github:octocat, or the name that --as gave it.',
    account,
  ),
  default_accounts: optional(
    'By the name of a provider: the account that applies where nothing else says which, as oauth-login switch sets it.',
    namedValues(text('a user name, an e-mail address or the name of --as', ACCOUNT), texts.name),
  ),
  directories: optional(
    'By directory: the account, or one for each of several providers, that it and what is below it mean, as oauth-login use sets it.',
    namedValues(anyOf(account, listOf(account)), text('an absolute path', ABSOLUTE_PATH)),
  ),
  log_releases: optional(
    'true: a line in releases.jsonl, in the data directory, for each token that is handed out.',
    trueOrFalse,
  ),
  client_metadata_url: optional(
    'Where you host docs/client-metadata.json: the client identifier at servers that read such documents.',
    text('an https URL', /^https:\/\/[\x21\x22\x24-\x7e]+$/u),
  ),
  providers: optional(
    'Settings by provider name: the name of a preset, or your own name.',
    namedValues(providerEntry, texts.name),
  ),
});

/** What the user set for one provider. */
export interface ProviderConfiguration extends Described<typeof providerEntry> {}

/** The JSON Schema of `config.json`, as `schema/config.schema.json` publishes it. */
export function configurationSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'config.json of oauth-login',
    description: 'The settings of one user. No secrets, and no program to run.',
    ...configurationDocument.schema,
  };
}
