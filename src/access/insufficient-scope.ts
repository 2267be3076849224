import type { AccountHead } from '../accounts/account.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { readAuthenticationChallenges } from '../protocol/authentication-challenge.ts';
import { isScope } from '../protocol/scope-token.ts';
import type { TokenSource } from './token-source.ts';

/** Scopes that a protected resource wants for a request, beyond those of the token. */
export interface InsufficientScope {
  readonly head: AccountHead;
  /** Those that the token does not have. */
  readonly missing: readonly string[];
  /** What a new sign-in asks for: these, and all that were asked for or granted before. */
  readonly scopes: readonly string[];
  /** Names that sign-in as the command to run. */
  readonly error: AuthenticationRequiredError;
}

/**
 * Tells which scopes a protected resource wants that the token of the account does not have; `undefined` for any other
 * response. The body of the response is given up where there are some.
 *
 * @see [RFC 6750 §3.1](https://www.rfc-editor.org/rfc/rfc6750.html#section-3.1)
 */
export async function insufficientScope(
  source: TokenSource,
  response: Response,
): Promise<InsufficientScope | undefined> {
  if (source.kind !== 'account' || source.head.resource === undefined || response.status !== 403) {
    return undefined;
  }
  const challenge = readAuthenticationChallenges(response.headers.get('www-authenticate') ?? '').find(
    ({ parameters }) => parameters.get('error') === 'insufficient_scope',
  );
  const wanted = (challenge?.parameters.get('scope') ?? '').split(/\s+/).filter(isScope);
  const { label, target, scopes, requestedScopes } = source.head;
  const missing = [...new Set(wanted)].filter((scope) => !scopes.includes(scope));
  if (missing.length === 0) {
    return undefined;
  }
  await response.body?.cancel();
  const all = [...new Set([...scopes, ...requestedScopes, ...wanted])];
  const asked = all.filter((scope) => scope !== 'offline_access');
  const error = new AuthenticationRequiredError(
    'insufficient_scope',
    `${label} wants more scopes for this request than the token has`,
    { hint: `if you want to allow that: oauth-login ${target} --scope ${shellQuoted(asked.join(' '))}` },
  );
  return { head: source.head, missing, scopes: asked, error };
}

/** Throws the error of `insufficientScope`, where there is one, for programs that ask nobody. */
export async function refuseInsufficientScope(source: TokenSource, response: Response): Promise<void> {
  const wanted = await insufficientScope(source, response);
  if (wanted !== undefined) {
    throw wanted.error;
  }
}
