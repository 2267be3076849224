import { isLoopbackHost } from '../ground/loopback-host.ts';
import { requestParameters } from './request-parameters.ts';

/** Longest endpoint that is accepted, in characters. */
const LONGEST_ENDPOINT = 2048;

/** What an endpoint must be, beyond https. */
export interface EndpointRules {
  /** Plain http to a literal loopback address or to `localhost` is allowed. */
  readonly allowHttpLoopback: boolean;
  /** Its own query may not hold parameters of the authorization request (RFC 6749 §3.1). */
  readonly authorization?: boolean;
}

/** An endpoint as the URL parser writes it, or what is wrong with it. */
export type CheckedEndpoint =
  | { readonly href: string }
  | { readonly fault: string; readonly hint?: string; readonly missing?: 'http-loopback' };

/**
 * Gives the endpoint in the spelling of the URL parser, or says what is wrong with it.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-3.1
 */
export function checkEndpoint(value: unknown, rules: EndpointRules): CheckedEndpoint {
  if (typeof value !== 'string') {
    return { fault: 'is not a string' };
  }
  if (value.length > LONGEST_ENDPOINT) {
    return { fault: `is longer than ${LONGEST_ENDPOINT} characters` };
  }
  if (!/^[\x21-\x7e]+$/.test(value) || !URL.canParse(value)) {
    return { fault: 'is not an absolute URL in ASCII' };
  }
  const url = new URL(value);
  if (url.protocol !== 'https:') {
    if (url.protocol !== 'http:') {
      return { fault: 'is not an https URL' };
    }
    if (!isLoopbackHost(url.hostname)) {
      return {
        fault: 'uses plain http',
        hint: 'use https; plain http works only for this machine: 127.0.0.1, [::1] or localhost, with --allow-http-loopback',
      };
    }
    if (!rules.allowHttpLoopback) {
      return {
        fault: 'uses plain http',
        hint: 'if you mean this server on your own machine, sign in with --allow-http-loopback',
        missing: 'http-loopback',
      };
    }
  }
  if (url.username !== '' || url.password !== '') {
    return { fault: 'contains a user name or a password' };
  }
  // An empty fragment does not show in `hash`.
  if (value.includes('#')) {
    return { fault: 'contains a fragment' };
  }
  if (rules.authorization === true) {
    for (const name of url.searchParams.keys()) {
      if (requestParameters.has(name)) {
        return { fault: 'already contains a parameter of the authorization request' };
      }
    }
  }
  return { href: url.href };
}
