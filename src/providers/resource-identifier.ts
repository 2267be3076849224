/** Spellings of a slash, a backslash or a dot, and a segment of dots with parameters, that some servers resolve. */
const AMBIGUOUS = /%(?:25)*(?:2f|5c|2e)|\/\.{1,2};/i;

/**
 * Whether an address belongs to a protected resource: the same origin, and the same path or one below it.
 *
 * @see [RFC 9728 §3.3](https://www.rfc-editor.org/rfc/rfc9728.html#section-3.3)
 */
export function isWithinResource(address: string | URL, resource: string): boolean {
  if (!URL.canParse(String(address)) || !URL.canParse(resource)) {
    return false;
  }
  const [url, whole] = [new URL(address), new URL(resource)];
  if (url.origin !== whole.origin || AMBIGUOUS.test(url.pathname)) {
    return false;
  }
  const path = whole.pathname.replace(/\/$/, '');
  return url.pathname === path || url.pathname.startsWith(`${path}/`);
}

/** How people read the identifier of a resource: its host and its path. */
export function resourceLabel(resource: string): string {
  const { host, pathname } = new URL(resource);
  return `${host}${pathname.replace(/\/$/, '')}`;
}
