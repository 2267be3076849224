import { AuthenticationRequiredError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { readAuthenticationChallenges } from '../protocol/authentication-challenge.ts';
import { isScope } from '../protocol/scope-token.ts';
import type { TokenSource } from './token-source.ts';

/**
 * Throws an `AuthenticationRequiredError` where a protected resource wants scopes that the token of the account does not
 * have. Its hint is the sign-in that asks for them, and for all that were asked for or granted before. The person runs
 * it, so a resource that always wants more leads to no loop.
 *
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)
 */
export async function refuseInsufficientScope(source: TokenSource, response: Response): Promise<void> {
  if (source.kind !== 'account' || source.head.resource === undefined || response.status !== 403) {
    return;
  }
  const challenge = readAuthenticationChallenges(response.headers.get('www-authenticate') ?? '').find(
    ({ parameters }) => parameters.get('error') === 'insufficient_scope',
  );
  const wanted = (challenge?.parameters.get('scope') ?? '').split(/\s+/).filter(isScope);
  const { label, target, scopes, requestedScopes } = source.head;
  const isNew = wanted.some((scope) => !scopes.includes(scope));
  if (!isNew) {
    return;
  }
  await response.body?.cancel();
  const all = [...new Set([...scopes, ...requestedScopes, ...wanted])];
  const asked = all.filter((scope) => scope !== 'offline_access').join(' ');
  throw new AuthenticationRequiredError(
    'insufficient_scope',
    `${label} wants more scopes for this request than the token has`,
    { hint: `if you want to allow that: oauth-login ${target} --scope ${shellQuoted(asked)}` },
  );
}
