/** What the header of a JWT says of its signature and of its kind (RFC 7515 §4.1). */
export interface JwtHeader {
  /** The empty text when there is none. */
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
}

/** The header as it stands in the token; nothing is verified here. */
export function readJwtHeader(jwt: string): JwtHeader {
  const { alg, kid, typ } = parseJwtPart(jwt.split('.')[0]) ?? {};
  return {
    alg: typeof alg === 'string' ? alg : '',
    ...(typeof kid === 'string' ? { kid } : {}),
    ...(typeof typ === 'string' ? { typ } : {}),
  };
}

/** The object in a part of a JWT; nothing where there is none. */
export function parseJwtPart(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
