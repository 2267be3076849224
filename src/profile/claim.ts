import { memberAt } from '../ground/member-at.ts';
import type { ClaimPath } from '../providers/profile-request.ts';

/** Gives the value at the first path that leads to one; empty texts count as absent. */
export function readClaim(document: object, path: ClaimPath | undefined): unknown {
  if (path === undefined) {
    return undefined;
  }
  for (const one of typeof path === 'string' ? [path] : path) {
    const value = one.includes('{') ? fillAddress(document, one) : memberAt(document, one);
    if (value !== undefined && value !== null && value !== '') {
      return value;
    }
  }
  return undefined;
}

/** An address with claims in it, such as `https://x.com/{data.username}`; nothing when one is missing. */
function fillAddress(document: object, address: string): string | undefined {
  let complete = true;
  const filled = address.replace(/\{([^{}]+)\}/g, (_, path: string) => {
    const value = memberAt(document, path);
    // Half a surrogate pair cannot be encoded.
    if (typeof value === 'string' && value !== '' && !/\p{Cs}/u.test(value)) {
      return encodeURIComponent(value);
    }
    complete = false;
    return '';
  });
  return complete ? filled : undefined;
}
