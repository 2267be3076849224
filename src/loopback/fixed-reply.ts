import { framePage } from './page-frame.ts';

/** A reply that is the same bytes every time: nothing of the request is in it, nor the name of this program. */
export interface FixedReply {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function fixedReply(
  status: number,
  title: string,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): FixedReply {
  return { status, body: framePage({ tone: 'plain', title, content: `<p>${text}</p>` }), headers };
}

const STILL_WAITING = 'Go back to the terminal: the sign-in there is still waiting for you.';

/** Every reply that does not tell how the sign-in ended. */
export const fixedReplies = {
  malformed: fixedReply(400, 'This request makes no sense', STILL_WAITING),
  incomplete: fixedReply(
    400,
    'The reply was incomplete',
    `The server sent you back with neither a code nor an error. ${STILL_WAITING}`,
  ),
  forbidden: fixedReply(
    403,
    'This does not belong to the sign-in',
    `What arrived here is not the reply that was expected. ${STILL_WAITING}`,
  ),
  unconfirmed: fixedReply(
    403,
    'Another browser began this sign-in',
    'The sign-in has to end in the browser that it began in. Go back to the terminal and open the link there in this browser, or finish in the other one.',
  ),
  linkReused: fixedReply(
    403,
    'The sign-in was stopped',
    'Its link had already been opened in another browser, perhaps by somebody else. Go back to the terminal and start again.',
  ),
  notFound: fixedReply(
    404,
    'There is nothing here',
    'This address is not part of a sign-in. If you came here to sign in, go back to the terminal and use the link that is shown there.',
  ),
  methodNotAllowed: fixedReply(405, 'This request makes no sense', STILL_WAITING, { Allow: 'GET' }),
  answered: fixedReply(
    409,
    'This sign-in already has a reply',
    'A second, different reply arrived and was ignored. Go back to the terminal to see how the sign-in ended.',
  ),
  ended: fixedReply(
    410,
    'This sign-in has ended',
    'Go back to the terminal to see why, and start again there.',
  ),
  misdirected: fixedReply(421, 'This is not the right address', STILL_WAITING),
  headTooLarge: fixedReply(431, 'This request is too long', STILL_WAITING),
  prefetch: fixedReply(503, 'Open this link yourself', STILL_WAITING),
} as const satisfies Record<string, FixedReply>;
