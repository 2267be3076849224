import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { readInput } from '../ground/read-input.ts';
import type { AuthorizationResponse } from '../loopback/authorization-response.ts';
import type { CallbackExpectation } from '../loopback/callback-expectation.ts';
import { judgePastedResponse } from '../loopback/pasted-response.ts';

/** Longest input that is read, in bytes: some pasted addresses. */
const MOST_BYTES = 65_536;

/**
 * The authorization response in the address that a program pipes in; `undefined` where nothing is piped in, or nothing
 * but spaces.
 *
 * Throws a `UsageError` for a text that is not the address, and the error that the address tells of.
 */
export async function pipedResponse(
  redirectUri: string,
  expected: CallbackExpectation,
  { stdin }: Pick<Context, 'stdin'>,
  signal: AbortSignal,
): Promise<AuthorizationResponse | undefined> {
  if (stdin.isTTY === true) {
    return undefined;
  }
  const text = (await readInput(stdin, signal, MOST_BYTES)).toString('utf8').trim();
  if (text === '') {
    return undefined;
  }
  const verdict = judgePastedResponse(text, redirectUri, expected);
  switch (verdict.kind) {
    case 'accepted':
      return verdict.response;
    case 'failed':
      throw verdict.error;
    case 'refused':
      throw new UsageError(
        'usage_invalid',
        `the address on standard input is not the answer: ${verdict.reason}`,
        {
          hint: 'pipe in the whole address of the page that the browser ended on; the sign-in still waits',
        },
      );
  }
}
