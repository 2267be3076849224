import { createHash, createPublicKey, type JsonWebKey, verify } from 'node:crypto';

/** What a proof has to fit. */
export interface ExpectedProof {
  readonly method: string;
  /** The address of the request, with its query. */
  readonly url: string;
  /** Absent: a proof for the token endpoint. */
  readonly accessToken?: string;
  readonly nonce?: string;
}

/** The parts of a proof, and the thumbprint of the key that signed it. */
export interface CheckedProof {
  readonly header: Record<string, unknown> & { readonly jwk: JsonWebKey };
  readonly claims: Record<string, unknown>;
  readonly thumbprint: string;
}

const hashes: Readonly<Record<string, string | null>> = { ES256: 'sha256', RS256: 'sha256', EdDSA: null };
const SECONDS = 30;

/**
 * Checks a proof as RFC 9449 §4.3 has it, with nothing of the library that the tool makes it with; throws an `Error` that
 * says what is wrong. `seen` holds the `jti` of earlier proofs.
 */
export function checkProof(proof: unknown, expected: ExpectedProof, seen: Set<string>): CheckedProof {
  const fault = (what: string) => new Error(`the proof ${what}`);
  if (typeof proof !== 'string' || proof.split('.').length !== 3) {
    throw fault('is no JWT');
  }
  const [header = '', payload = '', signature = ''] = proof.split('.');
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  const checked = { header: read(header), claims: read(payload) };
  const { typ, alg, jwk } = checked.header;
  if (typ !== 'dpop+jwt' || !(alg in hashes)) {
    throw fault(`is of type ${typ} with ${alg}`);
  }
  if (['d', 'p', 'q', 'k', 'oth'].some((name) => name in jwk)) {
    throw fault('shows the private key');
  }
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const input = Buffer.from(`${header}.${payload}`);
  const parameters = { key, dsaEncoding: 'ieee-p1363' as const };
  if (!verify(hashes[alg], input, parameters, Buffer.from(signature, 'base64url'))) {
    throw fault('is not signed by its key');
  }
  const { htm, htu, iat, jti, ath, nonce } = checked.claims;
  const { origin, pathname } = new URL(expected.url);
  if (htm !== expected.method || htu !== `${origin}${pathname}`) {
    throw fault(`is for ${htm} ${htu}`);
  }
  if (Math.abs(Date.now() / 1000 - iat) > SECONDS) {
    throw fault('is old');
  }
  if (typeof jti !== 'string' || jti.length < 16 || seen.has(jti)) {
    throw fault('was seen before');
  }
  seen.add(jti);
  if (nonce !== expected.nonce) {
    throw fault(`has the nonce ${nonce}`);
  }
  const hash = (text: string) => createHash('sha256').update(text).digest('base64url');
  if (ath !== (expected.accessToken === undefined ? undefined : hash(expected.accessToken))) {
    throw fault('is for another token');
  }
  return { ...checked, thumbprint: hash(thumbprintInput(jwk)) };
}

/** RFC 7638 §3.2. */
function thumbprintInput({ kty, crv, x, y, e, n }: JsonWebKey): string {
  switch (kty) {
    case 'EC':
      return JSON.stringify({ crv, kty, x, y });
    case 'RSA':
      return JSON.stringify({ e, kty, n });
    default:
      return JSON.stringify({ crv, kty, x });
  }
}
