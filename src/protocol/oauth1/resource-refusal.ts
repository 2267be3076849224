import type { AuthorizationServerError } from '../../ground/errors.ts';
import { clockOffset } from '../request-tokens.ts';
import { oauth1Refusal, readOAuth1Problem } from './credentials-reply.ts';

/** Problems that a new sign-in helps against; those without a name may be such. */
const ABOUT_THE_TOKEN = /^(?:token_\w+|unexplained|unknown_error|permission_\w+)$/;

/**
 * Gives the error for a signed request of an API that was refused for another reason than its token: the clock, the
 * nonce, the client. `undefined` where the token may be the reason. `what` names the request in a sentence.
 *
 * @see [OAuth Problem Reporting](https://oauth.pbworks.com/w/page/12238543/ProblemReporting)
 */
export function oauth1RequestProblem(
  response: Response,
  text: string,
  what: string,
): AuthorizationServerError | undefined {
  if (response.status !== 401) {
    return undefined;
  }
  // Without its words: they may quote the request, and a signature by PLAINTEXT is made of the secrets.
  const { name } = readOAuth1Problem(response, text);
  const offset = clockOffset(response, new Date());
  if (offset === undefined && ABOUT_THE_TOKEN.test(name)) {
    return undefined;
  }
  const clock = offset === undefined ? {} : { clockOffset: offset };
  return oauth1Refusal({ name }, { status: response.status, what, ...clock });
}
