import { isWithinResource } from '../providers/resource-identifier.ts';
import { type AllowRule, isAllowed } from './allow-rule.ts';
import { namesAnotherMethod, namesAnotherPath } from './overriding-names.ts';
import { hasAmbiguousPart } from './path-segment.ts';
import type { Refusal } from './refusal.ts';

/** What of the API may be asked. */
export interface Reach {
  readonly origin: string;
  /** The protected resource that the token is for (RFC 8707 §2); absent: the whole origin. */
  readonly resource?: string;
  /** Absent: everything. */
  readonly rules?: readonly AllowRule[];
}

/** RFC 9112 §3.2.1, in ASCII and without what has to be percent-encoded. */
const ORIGIN_FORM = /^\/[\x21\x24-\x5b\x5d\x5f\x61-\x7a\x7e]*(?:\?[\x21\x23-\x7e]*)?$/;
const INVALID_ENCODING = /%(?![0-9a-f]{2})/i;

/**
 * Gives the address that a request is sent on to, or why it is not. The path that the rules see is the one that is
 * sent; a path that two servers could read in two ways is refused.
 *
 * @see [RFC 9112 §3.2](https://www.rfc-editor.org/rfc/rfc9112.html#section-3.2)
 */
export function readTarget(
  { method = '', url: target = '', headers }: RequestHead,
  { origin, resource, rules }: Reach,
): URL | Refusal {
  const [path = ''] = target.split('?', 1);
  if (!ORIGIN_FORM.test(target) || INVALID_ENCODING.test(path)) {
    return target.startsWith('/') ? 'malformed_target' : 'foreign_target';
  }
  if (hasAmbiguousPart(path)) {
    return 'ambiguous_path';
  }
  const url = new URL(`${origin}${target}`);
  if (url.origin !== origin || url.pathname !== path) {
    return 'malformed_target';
  }
  const isPartOnly = resource !== undefined && new URL(resource).origin === origin;
  if (isPartOnly && !isWithinResource(url, resource)) {
    return 'outside_resource';
  }
  const names = Object.keys(headers).filter((name) => headers[name] !== undefined);
  if ((isPartOnly || rules !== undefined) && namesAnotherPath(names)) {
    return 'path_override';
  }
  if (rules === undefined) {
    return url;
  }
  if (namesAnotherMethod(names, url)) {
    return 'method_override';
  }
  return isAllowed(rules, method, url.pathname) ? url : 'not_allowed';
}

/** The part of a request that decides. */
export interface RequestHead {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}
