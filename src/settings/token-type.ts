import { UsageError } from '../ground/errors.ts';

/**
 * The token type identifier that a flag means: the registered ones by their last word, or any URI (RFC 8693 §3).
 *
 * Throws a `UsageError` that names the flag.
 */
export function tokenTypeSetting(flag: string, text: string): string {
  if (/^(access_token|refresh_token|id_token|saml1|saml2|jwt)$/.test(text)) {
    return `urn:ietf:params:oauth:token-type:${text}`;
  }
  if (/^[a-z][a-z0-9+.-]*:[\x21-\x7e]+$/i.test(text)) {
    return text;
  }
  throw new UsageError('usage_invalid', `${flag} takes a token type, not ${JSON.stringify(text)}`, {
    hint: 'for example jwt, access_token, id_token or urn:ietf:params:oauth:token-type:jwt (RFC 8693 §3)',
  });
}
