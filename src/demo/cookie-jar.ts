interface Cookie {
  readonly host: string;
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

/** The cookies of one browser (RFC 6265 §5): by host and path, and, as in a browser, not by port. */
export class CookieJar {
  #cookies: Cookie[] = [];

  /** Takes what a `Set-Cookie` field says; one that has expired removes the cookie. */
  store(uri: URL, setCookie: string): void {
    const [pair = '', ...attributes] = setCookie.split(';').map((part) => part.trim());
    const separator = pair.indexOf('=');
    const given = new Map(
      attributes.map((attribute) => {
        const [name = '', value = ''] = attribute.split('=', 2);
        return [name.toLowerCase(), value];
      }),
    );
    const path = given.get('path');
    const cookie = {
      host: uri.hostname,
      name: pair.slice(0, separator),
      value: pair.slice(separator + 1),
      path: path?.startsWith('/') ? path : defaultPath(uri),
    };
    this.#cookies = this.#cookies.filter((each) => !sameCookie(each, cookie));
    if (!hasExpired(given)) {
      this.#cookies.push(cookie);
    }
  }

  /** The `Cookie` field for a request, or `undefined` when there is none to send. */
  header(uri: URL): string | undefined {
    const matching = this.#cookies
      .filter((cookie) => cookie.host === uri.hostname && pathMatches(uri.pathname, cookie.path))
      .sort((one, other) => other.path.length - one.path.length);
    return matching.length === 0
      ? undefined
      : matching.map((cookie) => `${cookie.name}=${cookie.value}`).join('; ');
  }
}

function sameCookie(one: Cookie, other: Cookie): boolean {
  return one.host === other.host && one.name === other.name && one.path === other.path;
}

function hasExpired(attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined) {
    return Number(maxAge) <= 0;
  }
  const expires = attributes.get('expires');
  return expires !== undefined && Date.parse(expires) <= Date.now();
}

/** RFC 6265 §5.1.4. */
function defaultPath(uri: URL): string {
  return uri.pathname.slice(0, uri.pathname.lastIndexOf('/')) || '/';
}

/** RFC 6265 §5.1.4. */
function pathMatches(requestPath: string, cookiePath: string): boolean {
  return (
    requestPath === cookiePath ||
    requestPath.startsWith(cookiePath.endsWith('/') ? cookiePath : `${cookiePath}/`)
  );
}
