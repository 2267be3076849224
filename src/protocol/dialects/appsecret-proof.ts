import { createHmac } from 'node:crypto';
import type { Secret } from '../../ground/secret.ts';

/**
 * Gives the `appsecret_proof` that calls of the Graph API carry: the HMAC-SHA256 of the access token under
 * the client secret, in lower-case hex.
 *
 * @see https://developers.facebook.com/docs/graph-api/guides/secure-requests
 */
export function appsecretProof(accessToken: Secret, clientSecret: Secret): string {
  return createHmac('sha256', clientSecret.reveal()).update(accessToken.reveal()).digest('hex');
}
