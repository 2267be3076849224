import { plainObject } from '../ground/plain-json.ts';
import type { AccountHead } from './account.ts';

/**
 * The subject of the ID Tokens of an account. Only of Solid it is another than that of the person, who goes by the WebID.
 *
 * @see [Solid-OIDC §6.1](https://solidproject.org/TR/oidc#tokens-id)
 */
export function idTokenSubject({ profile }: Pick<AccountHead, 'profile'>): string | undefined {
  const claims = plainObject(profile?.raw);
  const isByWebId = claims?.webid !== undefined && claims.webid === profile?.sub;
  return isByWebId && typeof claims?.sub === 'string' ? claims.sub : profile?.sub;
}
