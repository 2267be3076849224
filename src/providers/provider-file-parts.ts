import { anyOf, listOf, oneOf, onlyTrue } from './description.ts';
import { namedValues, objectOf, optional, required } from './object-description.ts';
import * as texts from './provider-file-texts.ts';

const claim = anyOf(texts.claim, listOf(texts.claim));

/** Endpoints by their names in RFC 8414 §2 and OpenID Connect Discovery §3. */
export const endpoints = objectOf({
  authorization_endpoint: optional('Where the browser is sent (RFC 6749 §3.1).', texts.address),
  token_endpoint: optional('Where a code becomes tokens (RFC 6749 §3.2).', texts.address),
  userinfo_endpoint: optional('Where the claims come from (OpenID Connect Core §5.3).', texts.address),
  revocation_endpoint: optional('Where tokens are revoked (RFC 7009).', texts.address),
  introspection_endpoint: optional('Where the server tells of a token (RFC 7662).', texts.address),
  device_authorization_endpoint: optional('Where --device starts (RFC 8628 §3.1).', texts.address),
  backchannel_authentication_endpoint: optional(
    'Where --ciba starts (OpenID Connect CIBA Core §7).',
    texts.address,
  ),
  pushed_authorization_request_endpoint: optional(
    'Where authorization requests are pushed (RFC 9126 §2).',
    texts.address,
  ),
  jwks_uri: optional('The keys that sign ID Tokens (RFC 7517 §5).', texts.address),
});

/** The hosts of a provider that is installed in many places. */
export const hosts = objectOf({
  default: optional('The {host} if --host is not given; without it, --host is required.', texts.value),
  below_path: optional(
    'If it is installed under a path of a host, it publishes metadata there, and its address is its issuer.',
    oneOf('issuer'),
  ),
  api: optional(
    'The {api} by host; the first match counts.',
    listOf(
      objectOf({
        host: required('A host, "*.example.com" for its subdomains, or "*" for all.', texts.value),
        base: required('The address that the API begins with; may hold {host}.', texts.address),
      }),
    ),
  ),
});

/** How a refresh token is asked for. */
export const offlineAccess = objectOf({
  scopes: optional('Scopes that ask for a refresh token.', listOf(texts.scope)),
  parameters: optional('Parameters of the authorization request that ask for one.', namedValues(texts.value)),
  consent_parameters: optional(
    'Parameters that make the person consent again; sent only while there is no refresh token.',
    namedValues(texts.value),
  ),
});

/** Likely reasons behind the errors of the token endpoint (RFC 6749 §5.2). */
export const refusals = listOf(
  objectOf({
    request: required('What was requested.', oneOf('refresh')),
    error: required('The error code that the server sends.', texts.words),
    reason: required('A clause for people, without a full stop.', texts.words),
  }),
);

/** How the token endpoint wants to be asked, where that differs from RFC 6749 §4.1.3. */
export const tokenRequest = objectOf({
  parameters: optional('Sent with every token request.', namedValues(texts.value)),
  headers: optional('Headers of every token request.', namedValues(texts.value)),
  body: optional('The parameters go as the members of a JSON object.', oneOf('json')),
  method: optional('The parameters go in the query of a GET request.', oneOf('GET')),
  refresh_url: optional('Where tokens are refreshed, if not at the token endpoint.', texts.address),
});

/** Where the members of a token reply (RFC 6749 §5.1) stand, where they have other names or places. */
export const tokenReply = objectOf({
  access_token: optional('The path of the access token.', texts.path),
  token_type: optional('The path of its type.', texts.path),
  refresh_token: optional('The path of the refresh token.', texts.path),
  expires_in: optional('The path of its lifetime in seconds.', texts.path),
  scope: optional('The path of the granted scopes.', texts.path),
});

/** How requests of the API show the access token, where that is not `Authorization: Bearer`. */
export const tokenPresentation = anyOf(
  objectOf({ scheme: required('The word before the token in the Authorization header.', texts.headerName) }),
  anyOf(
    objectOf({ header: required('The header that holds the token alone.', texts.headerName) }),
    objectOf({ query: required('The query parameter that holds the token.', texts.headerName) }),
  ),
);

/** The request that asks who the person is, and the map of its reply. */
export const profile = objectOf({
  url: optional('Absent: the UserInfo endpoint (OpenID Connect Core §5.3).', texts.address),
  method: optional('GET when absent.', oneOf('GET', 'POST')),
  headers: optional('Headers of the request; may hold {client_id}.', namedValues(texts.value)),
  query: optional('Query parameters of the request; may hold {client_id}.', namedValues(texts.value)),
  json: optional(
    'Members of the JSON object that a POST request sends, such as a GraphQL query.',
    namedValues(texts.value),
  ),
  map: required(
    'Where each claim of OpenID Connect Core §5.1 is in the reply; of several paths, the first that leads to a value counts.',
    objectOf({
      sub: required('The identifier that never changes.', claim),
      preferred_username: optional('The name the person signs in with.', claim),
      name: optional('The full name.', claim),
      email: optional('The e-mail address.', claim),
      email_verified: optional(
        'Whether it was verified; true: the provider gives out only verified addresses.',
        anyOf(onlyTrue, claim),
      ),
      picture: optional('The address of a picture.', claim),
      profile: optional('The address of the profile page.', claim),
    }),
  ),
  emails: optional(
    'A second request that lists the e-mail addresses, for a profile without one.',
    objectOf({
      url: required('The address of the list.', texts.address),
      list: optional('The path of the list in the reply; without it, the reply is the list.', texts.path),
      email: required('The path of the address in an entry.', texts.path),
      primary: required('The path that says whether it is the primary one.', texts.path),
      verified: required('The path that says whether it was verified.', texts.path),
    }),
  ),
});

/** How a token is taken back. */
export const revocation = anyOf(
  objectOf({
    kind: required('RFC 7009, at the revocation endpoint.', oneOf('rfc7009')),
    token_only: optional('The request carries the token and no client.', onlyTrue),
  }),
  anyOf(
    objectOf({
      kind: required('A request of its own.', oneOf('request')),
      method: required('The method of the request.', oneOf('DELETE', 'POST')),
      url: required('May hold {client_id} and {sub}.', texts.address),
      authentication: required('Who the request comes from.', oneOf('client_secret_basic', 'bearer')),
      json: optional('Members of its JSON body; may hold {access_token}.', namedValues(texts.value)),
    }),
    objectOf({ kind: required('The provider offers no way, or none is known.', oneOf('none')) }),
  ),
);

/** A network in which people go by addresses that name their server. */
export const identity = objectOf({
  kind: required('The network: that of handles and DIDs (AT Protocol).', oneOf('atproto')),
  directory: required('The directory of did:plc.', texts.directory),
});

/** How this tool gets a client by itself. */
export const selfRegistration = anyOf(
  anyOf(
    objectOf({
      kind: required('Any client identifier is accepted, and none is registered.', oneOf('any')),
      client_id: required('The client identifier to use.', texts.value),
    }),
    objectOf({
      kind: required(
        'The client identifier is http://localhost with the redirect URI and the scopes (AT Protocol).',
        oneOf('atproto-localhost'),
      ),
    }),
  ),
  anyOf(
    objectOf({
      kind: required('The endpoint for applications of Mastodon.', oneOf('mastodon')),
      endpoint: required('Where an application is created; may hold {host}.', texts.address),
    }),
    objectOf({
      kind: required('Dynamic client registration (RFC 7591), open to everyone.', oneOf('rfc7591')),
      endpoint: optional('The registration endpoint; that of the metadata when absent.', texts.address),
    }),
  ),
);

/** What a person does once to get a client. */
export const registration = objectOf({
  page: required('The page that registers applications; may hold {host}.', texts.page),
  client_id: optional('What the page calls the client identifier.', texts.words),
  client_id_kind: optional(
    'What every client identifier of the provider looks like: a UUID, digits alone, or as those of Google.',
    oneOf('uuid', 'digits', 'google'),
  ),
  client_secret: optional('What the page calls the client secret.', texts.words),
  without_redirect_uri: optional('The kind of client for which no redirect URI is entered.', texts.words),
  prefill: optional(
    'Query parameters that fill in the page; may hold {redirect_uri}.',
    namedValues(texts.value),
  ),
  steps: required('One sentence each; {redirect_uri} stands for the URI to enter.', listOf(texts.sentence)),
});

/** What the device grant does that neither RFC 8628 nor the other grants tell. */
export const device = objectOf({
  verification_hosts: optional('Hosts, besides the issuer’s, that ask for the code.', listOf(texts.value)),
  client_secret: optional('How it differs from the other grants.', oneOf('optional', 'unused')),
  client_token: optional(
    'A credential that replaces the client secret.',
    objectOf({
      term: required('What the page calls it.', texts.words),
      place: required('Where it is on the page.', texts.words),
    }),
  ),
  authenticates_while_polling: optional('The client authenticates at the token endpoint alone.', onlyTrue),
  own_registration: optional('It needs a client that the other grants do not use.', onlyTrue),
  kind_of_client: optional('The kind of client to register for it.', texts.words),
  scope_parameter: optional('A different name for the scope parameter.', oneOf('scopes')),
  without_scopes: optional('Scopes that it does not support.', listOf(texts.scope)),
  login_status_endpoint: optional('The Graph API’s way to exchange the code.', texts.address),
  since: optional('The first release of a self-hosted server that has it.', texts.words),
  refusals: optional(
    'The next step for an error; the first match counts.',
    listOf(
      objectOf({
        error: required('The error code that the server sends.', texts.words),
        says: optional('Text that its description must contain.', texts.words),
        hint: required('The next step, without a full stop.', texts.words),
      }),
    ),
  ),
  steps: required('What has to be done once before it works.', listOf(texts.sentence)),
});
