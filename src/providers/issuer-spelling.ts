/** The path after an issuer at the address of its metadata (OpenID Connect Discovery §4.1). */
const OPENID_SUFFIX = '/.well-known/openid-configuration';

/** The path between the host and the path of an issuer at the address of its metadata (RFC 8414 §3.1). */
const OAUTH_INFIX = '/.well-known/oauth-authorization-server';

/**
 * Gives the issuer of an address that a person pasted: that of a metadata document stands for the issuer that the
 * document belongs to, every other address for itself.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8414#section-3.1
 */
export function issuerOfAddress(address: string): string {
  const plain = address.replace(/\/$/, '');
  if (plain.endsWith(OPENID_SUFFIX)) {
    return plain.slice(0, -OPENID_SUFFIX.length);
  }
  const at = plain.indexOf(OAUTH_INFIX);
  if (at === -1) {
    return address;
  }
  const path = plain.slice(at + OAUTH_INFIX.length);
  return path === '' || path.startsWith('/') ? `${plain.slice(0, at)}${path}` : address;
}

/** Whether both name the same issuer, but for a slash at the end: the metadata of both are at one address. */
export function isSameButLastSlash(one: string, other: string): boolean {
  return one === other || `${one}/` === other || one === `${other}/`;
}
