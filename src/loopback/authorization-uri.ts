import { ProtocolError } from '../ground/errors.ts';
import { isLoopbackHost } from '../ground/loopback-host.ts';

/** Longest authorization request that a browser is sent to, in characters. */
const MAXIMUM_LENGTH = 8192;

function faultOf(uri: string): string | undefined {
  if (uri.length > MAXIMUM_LENGTH) {
    return `is longer than ${MAXIMUM_LENGTH} characters`;
  }
  if (!/^[\x21-\x7e]+$/.test(uri)) {
    return 'has characters that do not belong in a URI';
  }
  if (!URL.canParse(uri)) {
    return 'is not an absolute URI';
  }
  const url = new URL(uri);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopbackHost(url.hostname))) {
    return 'is not https';
  }
  if (url.username !== '' || url.password !== '') {
    return 'has a user name or a password in it';
  }
  if (uri.includes('#')) {
    return 'has a fragment';
  }
  return url.href.length > MAXIMUM_LENGTH ? `is longer than ${MAXIMUM_LENGTH} characters` : undefined;
}

/**
 * Gives the authorization request as the parser writes it, fit for a `Location` header: https (or http to this
 * machine), at most 8,192 characters, no userinfo, no fragment (RFC 6749 §3.1), printable ASCII.
 *
 * Throws a `ProtocolError`, `protocol_invalid_metadata`, which does not repeat the URI.
 */
export function validateAuthorizationUri(uri: string): string {
  const fault = faultOf(uri);
  if (fault !== undefined) {
    throw new ProtocolError('protocol_invalid_metadata', `the authorization endpoint ${fault}`, {
      hint: 'check the issuer or the endpoints that are configured for this provider; no browser was opened',
    });
  }
  return new URL(uri).href;
}
