import { listOf, oneOf, onlyTrue, type Rule } from './description.ts';
import { parameterPlaces, signatureMethods } from './oauth1.ts';
import { namedValues, objectOf, optional, required } from './object-description.ts';
import { profile, registration } from './provider-file-parts.ts';
import * as texts from './provider-file-texts.ts';

/** A server of OAuth 1.0a (RFC 5849), and how it is asked; its addresses keep that rule. */
function oauth1Members(address: Rule<string>) {
  return {
    temporary_credential_uri: required('Where temporary credentials come from (RFC 5849 §2.1).', address),
    authorization_uri: required('Where the browser is sent (RFC 5849 §2.2).', address),
    token_uri: required('Where authorized temporary credentials become a token (RFC 5849 §2.3).', address),
    signature_method: optional('HMAC-SHA1 when absent.', oneOf(...signatureMethods)),
    parameters_in: optional(
      'Where the protocol parameters go (RFC 5849 §3.5); by default in the header.',
      oneOf(...parameterPlaces),
    ),
    method: optional('The method of the requests for credentials; POST when absent.', oneOf('GET', 'POST')),
    realm: optional('The realm in the Authorization header (RFC 5849 §3.5.1).', texts.value),
    callback: optional(
      'pin: it knows no callback on this machine, and the person types the code that its page shows.',
      oneOf('pin'),
    ),
    callback_compared: optional('It compares the callback as a whole, so nothing is added to it.', onlyTrue),
    without_verifier: optional('It is a server of OAuth Core 1.0, which knows no verifier.', onlyTrue),
    secret_is_key: optional(
      'The secret of the token is a key by itself, which requests show alone: they are not signed.',
      onlyTrue,
    ),
    token_parameter: optional(
      'The name of oauth_token in the authorization request, where it has another one.',
      texts.headerName,
    ),
    temporary_credential_parameters: optional(
      'Sent with the request for temporary credentials.',
      namedValues(texts.value),
    ),
    authorization_parameters: optional(
      'Sent with the authorization request; may hold {client_id}.',
      namedValues(texts.value),
    ),
  };
}

/** The same in config.json, where its addresses keep that rule. */
export function oauth1Of(address: Rule<string>) {
  return objectOf(oauth1Members(address));
}

/** The same in a provider file, with what differs from OAuth 2.0 there. */
export const oauth1 = objectOf({
  ...oauth1Members(texts.address),
  profile: optional('How to ask who the person is, where OAuth 2.0 asks otherwise.', profile),
  registration: optional('How a person registers a client, where OAuth 2.0 needs another.', registration),
  notes: optional('What surprises people beside OAuth 2.0; one sentence each.', listOf(texts.sentence)),
  doubts: optional('What is not sure beside OAuth 2.0; one sentence each.', listOf(texts.sentence)),
});
