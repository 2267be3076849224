import type { Secret } from '../ground/secret.ts';
import { TOKEN_TYPE } from './credential.ts';

/** The end of a key and its value. */
const SEPARATOR = '\x01';

/**
 * The initial response of SASL for mail servers, in base64: `oauthbearer` as RFC 7628 has it, `xoauth2` as Google and
 * Microsoft had it before.
 *
 * @see [RFC 7628 §3.1](https://www.rfc-editor.org/rfc/rfc7628.html#section-3.1)
 */
export function saslResponse(mechanism: 'xoauth2' | 'oauthbearer', user: string, token: Secret): string {
  const authorization = `auth=${TOKEN_TYPE} ${token.reveal()}`;
  const name = user.replaceAll('=', '=3D').replaceAll(',', '=2C');
  const start = mechanism === 'xoauth2' ? `user=${user}` : `n,a=${name},`;
  return Buffer.from([start, authorization, '', ''].join(SEPARATOR)).toString('base64');
}
