import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import type { Secret } from '../ground/secret.ts';

/**
 * The claims of a JWT, unverified. They may be used only to tell a person what the token says. `undefined` when the
 * token is no JWT (RFC 7519 §3).
 */
export function unverifiedClaims(token: Secret): Readonly<Record<string, unknown>> | undefined {
  const parts = token.reveal().split('.');
  if (parts.length !== 3) {
    return undefined;
  }
  return plainObject(parsePlainJson(Buffer.from(parts[1] ?? '', 'base64url').toString('utf8')));
}

/** The audiences of a JWT; empty when it names none. */
export function audiencesOf(claims: Readonly<Record<string, unknown>> | undefined): string[] {
  return [claims?.aud].flat().filter((audience) => typeof audience === 'string');
}
