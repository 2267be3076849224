import {
  anyOf,
  type Described,
  type JsonSchema,
  listOf,
  oneOf,
  published,
  text,
  wholeNumber,
} from './description.ts';
import { type Member, namedValues, objectOf, optional, required } from './object-description.ts';
import { oauth1 } from './provider-file-oauth1.ts';
import * as parts from './provider-file-parts.ts';
import * as texts from './provider-file-texts.ts';
import { groups } from './provider-groups.ts';
import { quirks } from './quirk.ts';
import { responseModes } from './response-mode.ts';
import { tokenAsPassword } from './token-as-password.ts';

/**
 * The members of `providers/NAME.json`. The type, the check and the published schema are made from this; a member
 * stands here only when the code at the wire, or a text that people read, makes use of it.
 */
const members = {
  $schema: optional('Where this schema is, for editors.', texts.value),
  label: required('The name that people know.', texts.words),
  aliases: optional('Other names under which people look for it.', listOf(texts.name)),
  group: required('The group that it is listed in.', oneOf(...groups)),
  issuer: required(
    'The Issuer Identifier (RFC 8414 §2); without metadata, the value that its iss would have.',
    texts.address,
  ),
  discovery: optional(
    'Which metadata it publishes (OpenID Connect Discovery §4, RFC 8414 §3); without it, the endpoints are listed here.',
    oneOf('openid', 'oauth', 'any'),
  ),
  endpoints: optional('Its endpoints; they override those of the metadata.', parts.endpoints),
  oauth1: optional(
    'Its server of OAuth 1.0a (RFC 5849). Beside other endpoints, it is used with --oauth1.',
    oauth1,
  ),
  hosts: optional('For a provider that is installed on many hosts (--host).', parts.hosts),
  tenant: optional('The {tenant} when --tenant is not given.', texts.value),
  tenant_names: optional(
    'exact: the letters of a tenant are kept as they are given, and it may contain underscores.',
    oneOf('exact'),
  ),
  shared_tenants: optional(
    'Tenants that mean any of several; their metadata names no issuer that can be compared.',
    listOf(texts.value),
  ),
  scopes: required('The scopes that every sign-in requests.', listOf(texts.scope)),
  scope_separator: optional('What separates two scopes; by default a space.', oneOf(' ', ',')),
  scope_aliases: optional(
    'The name of a granted scope in the reply, if it differs.',
    namedValues(texts.scope),
  ),
  pkce: required(
    'Whether PKCE with S256 (RFC 7636) is sent; insteadOfSecret: it is, and a client secret is not.',
    oneOf('never', 'optional', 'required', 'insteadOfSecret'),
  ),
  client_secret: required(
    'Whether a client has one: every client, some clients, or none.',
    oneOf('required', 'optional', 'none'),
  ),
  client_authentication: optional(
    'How the secret is sent (RFC 6749 §2.3.1); by default in the body.',
    oneOf('client_secret_post', 'client_secret_basic'),
  ),
  redirect: required(
    'The redirect URI that it accepts for a listener on this machine (RFC 8252 §7.3).',
    objectOf({
      host: required('The host name that it must have.', oneOf('127.0.0.1', 'localhost')),
      path: optional('By default /callback.', text('a path such as "/callback"', /^\/[\x21-\x7e]*$/u)),
      port: required(
        'any: it may differ from the registered one; a number: it is compared.',
        anyOf(oneOf('any'), wholeNumber(1024, 65535)),
      ),
    }),
  ),
  offline_access: optional('How to request a refresh token.', parts.offlineAccess),
  short_lived: optional(
    'How to request tokens that expire soon and are refreshed, if the provider does not issue them by default (--short-lived).',
    objectOf({ scopes: required('The scopes that request them.', listOf(texts.scope)) }),
  ),
  refresh_token_ends: optional(
    'Why its refresh tokens may expire soon in any case; a clause without a full stop.',
    texts.words,
  ),
  refresh_token_days: optional(
    'Days after which a refresh token ends unless it is used; for providers that do not say so in their replies.',
    wholeNumber(1, 3650),
  ),
  refusals: optional('What most likely led to an error; the first match counts.', parts.refusals),
  prompt_values: optional(
    'The values of prompt that the provider knows (OpenID Connect Core §3.1.2.1).',
    listOf(texts.value),
  ),
  pushed_authorization_requests: optional(
    'required: authorization requests are pushed (RFC 9126), although the metadata do not demand it.',
    oneOf('required'),
  ),
  response_mode: optional(
    'How it answers authorization requests, if not in the query (response_mode).',
    oneOf(...responseModes),
  ),
  request_object: optional(
    'Authorization requests are signed with the key of the client (RFC 9101), although the metadata do not demand it; encrypted: also encrypted for a key of the server.',
    oneOf('signed', 'encrypted'),
  ),
  parameters: optional('Sent with every authorization request.', namedValues(texts.value)),
  token_request: optional('How token requests differ from RFC 6749 §4.1.3.', parts.tokenRequest),
  token_reply: optional('Where the members of token replies are (RFC 6749 §5.1).', parts.tokenReply),
  trusted_audiences: optional(
    'Audiences that an ID Token may name besides the client (OpenID Connect Core §3.1.3.7).',
    listOf(texts.value),
  ),
  id_token_nonce: optional(
    'optional: its ID Tokens are known to have no nonce, and PKCE protects the code.',
    oneOf('optional'),
  ),
  id_token_issuers: optional(
    'Issuers that an ID Token may name besides the issuer; {tenantid} means its tid.',
    listOf(texts.value),
  ),
  profile: required('How to ask who the person is.', parts.profile),
  api_origins: optional('Where the access token may be sent.', listOf(texts.origin)),
  api_headers: optional(
    'Headers of every request to the API; may hold {client_id}.',
    namedValues(texts.value),
  ),
  api_variables: optional(
    'Variables in which programs look for the address of the API, each with that address; proxy sets them.',
    namedValues(texts.address, texts.addressVariable),
  ),
  token_presentation: optional(
    'How the access token is sent, if not as Authorization: Bearer (RFC 6750 §2.1).',
    parts.tokenPresentation,
  ),
  dpop: optional(
    'Its tokens are bound to a key of the account (DPoP, RFC 9449). offered: a bearer token is accepted too.',
    oneOf('required', 'offered'),
  ),
  git: optional('Its git server, which takes the access token as the password.', tokenAsPassword),
  registry: optional(
    'Its registry of container images, which takes the access token as the password.',
    tokenAsPassword,
  ),
  revocation: required('How a token is revoked.', parts.revocation),
  device: optional('What is special about --device (RFC 8628).', parts.device),
  registration: optional('How a person registers a client.', parts.registration),
  identity: optional('How its people are named, where that leads to their server.', parts.identity),
  self_registration: optional('How this tool gets a client without a person.', parts.selfRegistration),
  client_file: optional('The downloaded client file that setup --from reads.', oneOf('google')),
  review_page: optional('Where a person reviews the access they allowed; may hold {host}.', texts.page),
  consoles: optional('More hosts of its console, whose addresses people paste.', listOf(texts.value)),
  quirks: optional('What differs from the standards, by name.', listOf(oneOf(...quirks))),
  notes: optional('What surprises people; one sentence each.', listOf(texts.sentence)),
  reasons: optional(
    'Why a member is as it is, for people who change the file; one sentence each.',
    listOf(texts.sentence),
  ),
  confidence: required(
    'How certain the facts are. A: three or more sources agree. B: two do. C: fewer do, or they differ.',
    oneOf('A', 'B', 'C'),
  ),
  doubts: optional('What is not sure; one sentence each.', listOf(texts.sentence)),
  sources: required('Pages of its documentation, by which the facts can be checked.', listOf(texts.page)),
  checked: required(
    'The day on which the facts were last checked.',
    text('a day such as 2026-11-28', /^\d{4}-\d{2}-\d{2}$/u),
  ),
};

/** A provider file. */
export const providerFile = objectOf(members);

/** Members that an entry of config.json may have too: what a preset can say of requests and replies, a user can say. */
export const sharedMembers = {
  scope_separator: shared('scope_separator', members.scope_separator),
  pkce: shared('pkce', members.pkce),
  pushed_authorization_requests: shared(
    'pushed_authorization_requests',
    members.pushed_authorization_requests,
  ),
  response_mode: shared('response_mode', members.response_mode),
  request_object: shared('request_object', members.request_object),
  offline_access: shared('offline_access', members.offline_access),
  token_request: shared('token_request', members.token_request),
  token_reply: shared('token_reply', members.token_reply),
  profile: shared('profile', members.profile),
  api_headers: shared('api_headers', members.api_headers),
  api_variables: shared('api_variables', members.api_variables),
  token_presentation: shared('token_presentation', members.token_presentation),
  dpop: shared('dpop', members.dpop),
  identity: shared('identity', members.identity),
  git: shared('git', members.git),
  registry: shared('registry', members.registry),
  refresh_token_days: shared('refresh_token_days', members.refresh_token_days),
  revocation: shared('revocation', members.revocation),
  quirks: shared('quirks', members.quirks),
};

/** Such a member; what it has to be stands in the schema of provider files. */
function shared<Value>(name: string, { sentence, rule }: Member<Value, boolean>): Member<Value, true> {
  return optional(sentence, published(rule, `provider.schema.json#/properties/${name}`));
}

/** The members of that kind, each of which may be left out. */
export type SharedMembers = Partial<Pick<ProviderFile, keyof typeof sharedMembers>>;

/** A provider file whose members were checked. */
export type ProviderFile = Described<typeof providerFile>;

/** The JSON Schema of a provider file, as `schema/provider.schema.json` publishes it. */
export function providerFileSchema(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A provider of oauth-login',
    description: 'One file per provider; its name without .json is the name that people type.',
    ...providerFile.schema,
  };
}
