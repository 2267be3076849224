import { ProtocolError } from '../ground/errors.ts';
import { plainObject } from '../ground/plain-json.ts';

/** One object of `authorization_details`: what was allowed, in the terms of its type. */
export type AuthorizationDetail = Readonly<Record<string, unknown>> & { readonly type: string };

/** Most characters of details that are kept. */
const MAXIMUM_LENGTH = 65_536;

/**
 * Gives the authorization details that a token response says were granted: those that were asked for, or what the server
 * made of them; `undefined` where it does not say.
 *
 * Throws a `ProtocolError` for details that are malformed, and for a type that was not asked for: a token that allows
 * something else is not the one that the person meant.
 *
 * @see [RFC 9396 §7](https://www.rfc-editor.org/rfc/rfc9396.html#section-7)
 */
export function grantedDetails(
  granted: unknown,
  requested: string | undefined,
): readonly AuthorizationDetail[] | undefined {
  if (granted === undefined || requested === undefined) {
    return undefined;
  }
  const types = new Set(JSON.parse(requested).map(({ type }: AuthorizationDetail) => type));
  const isFit =
    Array.isArray(granted) && granted.every((detail) => typeof plainObject(detail)?.type === 'string');
  if (!isFit || JSON.stringify(granted).length > MAXIMUM_LENGTH) {
    throw invalid('its authorization_details are malformed');
  }
  if (!granted.every(({ type }) => types.has(type))) {
    throw invalid('its authorization_details are of a type that was not requested');
  }
  return granted;
}

function invalid(what: string): ProtocolError {
  return new ProtocolError('protocol_invalid_response', `the token response is not valid: ${what}`, {
    hint: 'nothing was stored; tell the operator of the server',
  });
}
