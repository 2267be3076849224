import { createHash } from 'node:crypto';
import type { AuthorizationServer } from 'oauth4webapi';
import { type ErrorOptionsWithHint, ProtocolError } from '../ground/errors.ts';
import { quoteForeign } from '../ground/safe-text.ts';
import type { Provider } from '../providers/provider.ts';
import { parseJwtPart, readJwtHeader } from './jwt-header.ts';
import type { IdTokenClaims } from './token-set.ts';

/** Seconds a clock may be off (design rule; RFC 7519 §4.1.4 leaves it to the implementer). */
export const CLOCK_TOLERANCE_SECONDS = 60;

/** Longest ID Token that is looked at, in characters. */
const MAXIMUM_LENGTH = 65_536;

/** Most foreign audiences that an error names. */
const MOST_SHOWN = 10;

/** OpenID Connect Back-Channel Logout §2.4. */
const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';

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
  if (provider.idTokenIssuers === undefined || typeof idToken !== 'string') {
    return server;
  }
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
 * Throws a `ProtocolError` for an ID Token that no server has reason to send: too long, not three parts, not in the one
 * spelling that base64url has for them (RFC 7515 §2), or a token of another kind.
 */
export function validateIdTokenForm(idToken: string): void {
  const parts = idToken.length <= MAXIMUM_LENGTH ? idToken.split('.') : [];
  if (parts.length !== 3 || !parts.every(isCanonicalBase64url)) {
    throw invalidIdToken('it is not a signed JWT of at most 65536 characters');
  }
  const { typ } = readJwtHeader(idToken);
  // `at+jwt` (RFC 9068 §2.1), `logout+jwt`, `secevent+jwt` and the like name another kind (RFC 8725 §3.11).
  if (typ !== undefined && /\+jwt$/i.test(typ)) {
    const words = ` ${quoteForeign(typ, { maximumLength: 40 })}`;
    throw invalidIdToken(`its type${words} is that of another kind of token`, { serverWords: words });
  }
}

/** The nonce of an authorization request, `undefined` where it had none. */
export interface SentNonce {
  readonly sent: string | undefined;
  /** The provider leaves the nonce out of its ID Tokens. One that is there has to be right all the same. */
  readonly mayBeMissing?: boolean;
}

/** What an ID Token is checked against. */
export interface ExpectedIdToken {
  /** The `alg` of its header. */
  readonly algorithm: string;
  readonly accessToken: string;
  readonly clientId: string;
  readonly provider: Pick<Provider, 'name' | 'trustedAudiences'>;
  readonly now: Date;
  /** Seconds by which the server's clock is ahead of ours, where that is worth telling. */
  readonly clockOffset?: number | undefined;
  /** Absent: there was no authorization request. */
  readonly nonce?: SentNonce;
}

/**
 * Gives the claims after the checks of OpenID Connect Core §3.1.3.7 that the library leaves to its caller: the claims that have to be there, a
 * subject that is a text, no audience and no authorized party besides this client but those that the provider's row
 * trusts, `iat` not in the future, the `nonce` of the request, and `at_hash` (§3.1.3.8) right when it is there.
 */
export function validateIdTokenClaims(
  claims: Readonly<Record<string, unknown>>,
  expected: ExpectedIdToken,
): IdTokenClaims {
  const { iss, sub, aud, azp, exp, iat, at_hash, events } = claims;
  for (const [name, value] of Object.entries({ aud, exp, iat })) {
    if (value === undefined) {
      throw invalidIdToken(`it has no ${name}`);
    }
  }
  if (typeof iss !== 'string') {
    throw invalidIdToken('it names no issuer');
  }
  if (typeof sub !== 'string' || sub === '') {
    throw invalidIdToken('its subject is not a text');
  }
  if (Object.hasOwn(Object(events), LOGOUT_EVENT)) {
    throw invalidIdToken('it is a logout token');
  }
  refuseUntrustedAudience([aud].flat(), azp, expected);
  if (typeof iat !== 'number' || iat > expected.now.getTime() / 1000 + CLOCK_TOLERANCE_SECONDS) {
    throw invalidIdToken('it says that it was issued in the future', {
      hint: clockHint(expected.clockOffset),
    });
  }
  validateNonce(claims.nonce, expected);
  if (at_hash !== undefined && at_hash !== accessTokenHash(expected.algorithm, expected.accessToken)) {
    throw invalidIdToken('its at_hash does not belong to the access token');
  }
  return { ...claims, iss, sub };
}

/** Every audience can take the token for a sign-in there, so each one has to be known and trusted by the user. */
function refuseUntrustedAudience(
  audiences: readonly unknown[],
  azp: unknown,
  expected: ExpectedIdToken,
): void {
  const { name, trustedAudiences = [] } = expected.provider;
  const known = new Set<unknown>([expected.clientId, ...trustedAudiences]);
  const further = [...new Set(audiences)].filter((audience) => !known.has(audience));
  const hint = `if you know and trust it, add it to "trusted_audiences" of ${name} in config.json; if not, ask the operator of the server`;
  if (further.length > 0) {
    const texts = further.filter((audience) => typeof audience === 'string').slice(0, MOST_SHOWN);
    const shown = texts.map((audience) => quoteForeign(audience, { maximumLength: 100 })).join(', ');
    const what = further.length === 1 ? 'another audience' : `${further.length} more audiences:`;
    const words = shown === '' ? '' : ` ${shown}`;
    throw invalidIdToken(`it names ${what}${words}`, { hint, serverWords: words });
  }
  // With errata set 2, `azp` need not be there, and may name another party that is trusted.
  if (azp === undefined || known.has(azp)) {
    return;
  }
  const party = typeof azp === 'string' && azp !== '' ? `, ${quoteForeign(azp, { maximumLength: 100 })}` : '';
  throw invalidIdToken(`it was made for another client${party}`, { hint, serverWords: party });
}

function validateNonce(nonce: unknown, expected: ExpectedIdToken): void {
  if (expected.nonce === undefined || nonce === expected.nonce.sent) {
    return;
  }
  if (nonce !== undefined) {
    throw invalidIdToken('its nonce is not the one that was sent', {
      hint: 'sign in again; if it happens again, tell the operator of the server',
    });
  }
  if (expected.nonce.mayBeMissing === true) {
    return;
  }
  throw invalidIdToken('it has no nonce, although one was sent', {
    hint: `if the server is known to leave it out, add "id_token_nonce": "optional" to ${expected.provider.name} in config.json; if not, tell the operator of the server`,
  });
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
  return parseJwtPart(idToken.split('.')[1]);
}

/** The hint for a wrong time, the only fault that a wrong clock can cause. */
export function clockHint(clockOffset: number | undefined): string {
  if (clockOffset === undefined) {
    return 'check that the clock of this machine is right; if it is, tell the operator of the server';
  }
  const minutes = Math.round(Math.abs(clockOffset) / 60);
  const [slow, fast] = clockOffset > 0 ? ['behind', 'slow'] : ['ahead of', 'fast'];
  return `the clock of this machine is about ${minutes} minutes ${slow} that of the server: if it is ${fast}, set it right and run the command again`;
}

/** The error for an ID Token that must not be believed, without a word of the reply. */
export function invalidIdToken(reason: string, options: Partial<ErrorOptionsWithHint> = {}): ProtocolError {
  return new ProtocolError('protocol_invalid_id_token', `the ID Token is not valid: ${reason}`, {
    hint: 'tell the operator of the server; nothing in the ID Token was used',
    ...options,
  });
}
