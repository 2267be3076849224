import type { AuthorizationServer } from 'oauth4webapi';
import { ProtocolError } from '../ground/errors.ts';
import { checkEndpoint } from './endpoint.ts';
import type { Provider } from './provider.ts';
import { acceptedAmong } from './signature-algorithms.ts';

/** The endpoints a provider may have, by their names in RFC 8414 §2. */
export const endpointNames = [
  'authorization_endpoint',
  'token_endpoint',
  'userinfo_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'device_authorization_endpoint',
  'backchannel_authentication_endpoint',
  'pushed_authorization_request_endpoint',
  'jwks_uri',
] as const;

const furtherEndpointNames = ['registration_endpoint', 'end_session_endpoint'] as const;

/** The endpoints that a client asks itself, and no browser. */
const aliasNames = [
  'token_endpoint',
  'userinfo_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'pushed_authorization_request_endpoint',
  'introspection_endpoint',
] as const;

const flagNames = [
  'authorization_response_iss_parameter_supported',
  'client_id_metadata_document_supported',
  'require_pushed_authorization_requests',
  'require_signed_request_object',
] as const;

const listNames = [
  'scopes_supported',
  'response_types_supported',
  'response_modes_supported',
  'authorization_signing_alg_values_supported',
  'request_object_signing_alg_values_supported',
  'request_object_encryption_alg_values_supported',
  'request_object_encryption_enc_values_supported',
  'grant_types_supported',
  'backchannel_token_delivery_modes_supported',
  'token_endpoint_auth_methods_supported',
  'token_endpoint_auth_signing_alg_values_supported',
  'code_challenge_methods_supported',
  'userinfo_signing_alg_values_supported',
  'dpop_signing_alg_values_supported',
] as const;

/** Most entries of a list that are read; no list of a real server is longer. */
const LONGEST_LIST = 1000;

/**
 * Gives what this program uses of a metadata document, each member checked and copied.
 *
 * Throws a `ProtocolError` when a member is malformed or an endpoint must not be used.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8414#section-2
 */
export function readMetadata(
  document: object,
  provider: Provider,
  options: { readonly allowHttpLoopback: boolean },
): AuthorizationServer {
  const members: Record<string, unknown> = Object.create(null);
  members.issuer = provider.issuer;
  for (const name of [...endpointNames, ...furtherEndpointNames]) {
    const value = member(document, name);
    if (value !== undefined) {
      const authorization = name === 'authorization_endpoint';
      const checked = checkEndpoint(value, { ...options, authorization });
      if ('fault' in checked && name === 'end_session_endpoint') {
        // Nothing is signed in through it.
        continue;
      }
      if ('fault' in checked) {
        throw invalidMetadata(provider, `${name} ${checked.fault}`);
      }
      members[name] = checked.href;
    }
  }
  Object.assign(members, aliasesOf(document, provider, options));
  for (const name of flagNames) {
    const value = member(document, name);
    if (value !== undefined) {
      if (typeof value !== 'boolean') {
        throw invalidMetadata(provider, `${name} is not a boolean`);
      }
      members[name] = value;
    }
  }
  for (const name of listNames) {
    const value = member(document, name);
    if (value !== undefined) {
      members[name] = stringList(provider, name, value);
    }
  }
  const prompts = member(document, 'prompt_values_supported');
  if (prompts !== undefined) {
    members.prompt_values_supported = prompts;
  }
  const algorithms = member(document, 'id_token_signing_alg_values_supported');
  if (algorithms !== undefined) {
    members.id_token_signing_alg_values_supported = acceptedAmong(
      stringList(provider, 'id_token_signing_alg_values_supported', algorithms),
    );
  }
  return { ...members, issuer: provider.issuer };
}

/** The endpoints that take the place of the usual ones for a client that shows a certificate (RFC 8705 §5). */
function aliasesOf(
  document: object,
  provider: Provider,
  options: { readonly allowHttpLoopback: boolean },
): Readonly<Record<string, string>> {
  const value = member(document, 'mtls_endpoint_aliases');
  if (value === undefined || provider.showsCertificate !== true) {
    return {};
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidMetadata(provider, 'mtls_endpoint_aliases is not an object');
  }
  const aliases: Record<string, string> = {};
  for (const name of aliasNames) {
    const alias = member(value, name);
    if (alias !== undefined) {
      const checked = checkEndpoint(alias, options);
      if ('fault' in checked) {
        throw invalidMetadata(provider, `${name} of mtls_endpoint_aliases ${checked.fault}`);
      }
      aliases[name] = checked.href;
    }
  }
  return aliases;
}

/** The error for metadata that must not be used. */
export function invalidMetadata(provider: Provider, fault: string): ProtocolError {
  return new ProtocolError('protocol_invalid_metadata', `the metadata of ${provider.issuer}: ${fault}`, {
    hint: 'check that the issuer is spelled right; if it is, its operator has to correct the metadata',
  });
}

/** An own member; `null` counts as absent, as some servers write it so. */
function member(document: object, name: string): unknown {
  const value: unknown = Object.getOwnPropertyDescriptor(document, name)?.value;
  return value === null ? undefined : value;
}

function stringList(provider: Provider, name: string, value: unknown): string[] {
  if (!Array.isArray(value) || !value.every((entry) => typeof entry === 'string')) {
    throw invalidMetadata(provider, `${name} is not a list of strings`);
  }
  return value.slice(0, LONGEST_LIST);
}
