import type { AccountHead } from '../accounts/account.ts';
import { AuthenticationRequiredError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { readAuthenticationChallenges } from '../protocol/authentication-challenge.ts';
import type { TokenSource } from './token-source.ts';

/** A stronger or more recent authentication that a resource wants for a request. */
export interface InsufficientAuthentication {
  readonly head: AccountHead;
  /** What a new sign-in asks for, each as `name=value`. */
  readonly parameters: readonly string[];
  /** Names that sign-in as the command to run. */
  readonly error: AuthenticationRequiredError;
}

/** One way to authenticate, as it can stand in a command line without surprise. */
const ACR = /^[\w.~:/?#@+,;=%-]{1,200}$/;
const MOST_WAYS = 10;

/**
 * Tells which authentication a resource wants that the token does not stand for; `undefined` for any other response. The
 * body of the response is given up then.
 *
 * @see [RFC 9470 §3](https://www.rfc-editor.org/rfc/rfc9470.html#section-3)
 */
export async function insufficientAuthentication(
  source: TokenSource,
  response: Response,
): Promise<InsufficientAuthentication | undefined> {
  const challenge = authenticationWanted(response);
  if (source.kind !== 'account' || challenge === undefined) {
    return undefined;
  }
  await response.body?.cancel();
  const ways = (challenge.get('acr_values') ?? '').split(/\s+/).filter((way) => ACR.test(way));
  const age = challenge.get('max_age') ?? '';
  const wanted = [
    ...(ways.length === 0 ? [] : [`acr_values=${ways.slice(0, MOST_WAYS).join(' ')}`]),
    ...(/^[0-9]{1,9}$/.test(age) ? [`max_age=${age}`] : []),
  ];
  const parameters = wanted.length === 0 ? ['prompt=login'] : wanted;
  const { head } = source;
  const flags = parameters.map((parameter) => `--param ${shellQuoted(parameter)}`).join(' ');
  const error = new AuthenticationRequiredError(
    'insufficient_authentication',
    `${head.label} wants a stronger or more recent sign-in for this request`,
    { hint: `sign in for it with: oauth-login ${head.target} ${flags}` },
  );
  return { head, parameters, error };
}

/** The parameters of the challenge by which a resource wants another authentication; `undefined` for any other response. */
export function authenticationWanted({ status, headers }: Response): ReadonlyMap<string, string> | undefined {
  if (status !== 401) {
    return undefined;
  }
  return readAuthenticationChallenges(headers.get('www-authenticate') ?? '').find(
    ({ parameters }) => parameters.get('error') === 'insufficient_user_authentication',
  )?.parameters;
}

/** Throws the error of `insufficientAuthentication`, where there is one, for programs that ask nobody. */
export async function refuseInsufficientAuthentication(
  source: TokenSource,
  response: Response,
): Promise<void> {
  const wanted = await insufficientAuthentication(source, response);
  if (wanted !== undefined) {
    throw wanted.error;
  }
}
