/** A JWT in its parts (RFC 7515 §3.1); nothing is verified. */
export interface DecodedJwt {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly signature: string;
}

/** Takes a JWT apart; throws when it is none. */
export function decodedJwt(jwt: string | null | undefined): DecodedJwt {
  const [header = '', claims = '', signature = ''] = (jwt ?? '').split('.');
  return { header: decode(header), claims: decode(claims), signature };
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}
