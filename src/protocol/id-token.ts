import { createHash } from 'node:crypto';
import type { AuthorizationServer } from 'oauth4webapi';
import { ProtocolError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import { quoteForeign } from '../safe-text.ts';
import type { IdTokenClaims } from './token-set.ts';

/** Seconds a clock may be off (design rule; RFC 7519 §4.1.4 leaves it to the implementer). */
export const CLOCK_TOLERANCE_SECONDS = 60;

/** Longest ID Token that is looked at, in characters. */
const MAXIMUM_LENGTH = 65_536;

/**
 * The metadata with the issuer that this ID Token may name, for providers whose tokens carry one of several.
 *
 * The token is read unverified here, only to choose among issuers that the provider's data lists; the
 * library then compares and verifies as always.
 */
export function withAcceptedIssuer(
  server: AuthorizationServer,
  provider: Pick<Provider, 'idTokenIssuers'>,
  idToken: unknown,
): AuthorizationServer {
  if (provider.idTokenIssuers === undefined || typeof idToken !== 'string') return server;
  const claims = readIdTokenPayload(idToken);
  const tenant =
    typeof claims?.tid === 'string' && /^[0-9a-f-]{36}$/.test(claims.tid) ? claims.tid : undefined;
  const accepted = provider.idTokenIssuers
    .filter((issuer) => tenant !== undefined || !issuer.includes('{tenantid}'))
    .map((issuer) => issuer.replace('{tenantid}', tenant ?? ''));
  const issuer = accepted.find((candidate) => candidate === claims?.iss);
  return issuer === undefined ? server : { ...server, issuer };
}

/**
 * Throws a `ProtocolError` for an ID Token that no server has reason to send: too long, not three parts, or not in
 * the one spelling that base64url has for them (RFC 7515 §2).
 */
export function validateIdTokenForm(idToken: string): void {
  const parts = idToken.length <= MAXIMUM_LENGTH ? idToken.split('.') : [];
  if (parts.length === 3 && parts.every(isCanonicalBase64url)) return;
  throw invalid('it is not a signed JWT of at most 65536 characters');
}

/** What an ID Token has to fit to. */
export interface ExpectedIdToken {
  /** The `alg` of its header. */
  readonly algorithm: string;
  readonly accessToken: string;
  readonly clientId: string;
  readonly provider: Pick<Provider, 'name' | 'trustedAudiences'>;
  readonly now: Date;
}

/**
 * Checks of OpenID Connect Core §3.1.3.7 that the library leaves to its caller: a subject that is a text, no audience
 * besides this client but those that the provider's row trusts, `azp` this client also where there is one audience
 * only, `iat` not in the future, and `at_hash` (§3.1.3.8) right when it is there.
 */
export function validateIdTokenClaims(claims: IdTokenClaims, expected: ExpectedIdToken): void {
  const { sub, aud, azp, iat, at_hash }: Record<string, unknown> = claims;
  if (typeof sub !== 'string' || sub === '') throw invalid('its subject is not a text');
  refuseUntrustedAudience([aud].flat(), expected);
  if (azp !== undefined && azp !== expected.clientId) throw invalid('it was made for another client');
  if (typeof iat !== 'number' || iat > expected.now.getTime() / 1000 + CLOCK_TOLERANCE_SECONDS) {
    throw invalid('it says that it was issued in the future');
  }
  if (at_hash === undefined) return;
  if (at_hash !== accessTokenHash(expected.algorithm, expected.accessToken)) {
    throw invalid('its at_hash does not belong to the access token');
  }
}

/** Whoever is an audience can take the token for a sign-in there, so nobody is one whom the user does not know of. */
function refuseUntrustedAudience(audiences: readonly unknown[], expected: ExpectedIdToken): void {
  const { name, trustedAudiences = [] } = expected.provider;
  const known = new Set<unknown>([expected.clientId, ...trustedAudiences]);
  const further = audiences.filter((audience) => !known.has(audience));
  if (further.length === 0) return;
  const shown = typeof further[0] === 'string' ? ` ${quoteForeign(further[0])}` : '';
  throw invalid(
    `it is made out to a further audience${shown}`,
    `if you know that audience and trust it, add it to "trusted_audiences" of ${name} in config.json; if not, ask the operator of the server`,
  );
}

/** The `alg` of the token's header; the empty string when it cannot be read. */
export function idTokenAlgorithm(idToken: string): string {
  const header = parsePart(idToken.split('.')[0]);
  return typeof header?.alg === 'string' ? header.alg : '';
}

function isCanonicalBase64url(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

function accessTokenHash(alg: string, accessToken: string): string {
  const hash = alg === 'EdDSA' || alg === 'Ed25519' ? 'sha512' : `sha${alg.slice(2)}`;
  const digest = createHash(hash).update(accessToken, 'ascii').digest();
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

/** The claims as they stand in the token; nothing is verified here. */
export function readIdTokenPayload(idToken: string): Record<string, unknown> | undefined {
  return parsePart(idToken.split('.')[1]);
}

function parsePart(part: string | undefined): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function invalid(
  reason: string,
  hint = 'check that the clock of this machine is right; if it is, tell the operator of the server',
): ProtocolError {
  return new ProtocolError('protocol_invalid_id_token', `the ID Token is not valid: ${reason}`, { hint });
}
