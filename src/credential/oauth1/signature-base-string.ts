/** A request as far as its signature covers it. */
export interface SignedParts {
  readonly method: string;
  readonly url: URL;
  /** The protocol parameters, without `realm` and `oauth_signature`. */
  readonly protocolParameters: Readonly<Record<string, string>>;
  /** The body, where it is `application/x-www-form-urlencoded`. */
  readonly form?: string;
}

type Pair = readonly [name: string, value: string];

/**
 * Gives the text in percent-encoding: all but letters, digits, `-`, `.`, `_` and `~`, in upper case.
 *
 * @see [RFC 5849 §3.6](https://www.rfc-editor.org/rfc/rfc5849.html#section-3.6)
 */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/**
 * Gives the text that is signed: method, address and every parameter, wherever it stands.
 *
 * @see [RFC 5849 §3.4.1](https://www.rfc-editor.org/rfc/rfc5849.html#section-3.4.1)
 */
export function signatureBaseString({ method, url, protocolParameters, form = '' }: SignedParts): string {
  const pairs: readonly Pair[] = [
    ...new URLSearchParams(url.search),
    ...Object.entries(protocolParameters),
    ...new URLSearchParams(form),
  ];
  return [method.toUpperCase(), baseStringUri(url), normalized(pairs)].map(percentEncoded).join('&');
}

/** Scheme, host and path; the parser has lower-cased the host and left out a port that is the usual one (§3.4.1.2). */
function baseStringUri({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

/** Sorted by name, then by value, as they are written in percent-encoding (§3.4.1.3.2). */
function normalized(pairs: readonly Pair[]): string {
  return pairs
    .map(([name, value]): Pair => [percentEncoded(name), percentEncoded(value)])
    .toSorted((one, other) => compared(one[0], other[0]) || compared(one[1], other[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

/** By bytes: all is ASCII here. */
function compared(one: string, other: string): number {
  if (one === other) {
    return 0;
  }
  return one < other ? -1 : 1;
}
