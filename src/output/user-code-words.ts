import type { UserCodePrompt } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { canDraw } from '../ground/drawing.ts';
import { durationText } from '../ground/duration-text.ts';
import { prose } from './wrapped-text.ts';

/** Longest pause between two polls, in seconds, that nobody wonders about. */
const LONGEST_USUAL_INTERVAL_SECONDS = 60;

/** The page, the code to enter there, and a warning against codes of others (RFC 8628 §5.4). */
export function userCodeWords(
  name: string,
  { userCode, verificationUri, expiresIn, interval }: UserCodePrompt,
  context: Context,
): string[] {
  const bold = context.stderr.isTTY && !context.env.NO_COLOR && context.env.TERM !== 'dumb';
  const code = bold ? `\u001b[1m${userCode}\u001b[22m` : userCode;
  return [
    prose(`To sign in to ${name}, open this page on any device:`, context),
    '',
    verificationUri,
    '',
    'and enter this code there:',
    '',
    `    ${code}`,
    ...(/[0O1Il]/.test(userCode) ? ['', `    (${spelled(userCode)})`] : []),
    '',
    prose(
      'Go on only if you started this yourself, here, just now. Nobody has a reason to send you such a code.',
      context,
    ),
    `The code is good for ${durationText(expiresIn)}.`,
    ...(interval > LONGEST_USUAL_INTERVAL_SECONDS
      ? [
          prose(
            `${name} can be asked every ${durationText(interval)} only, so it takes up to that long until it shows here that you have finished.`,
            context,
          ),
        ]
      : []),
  ];
}

/** Draws the address as a QR code where the terminal has room for it. */
export async function showQrCode(
  uri: string,
  context: Context,
  say: (...lines: string[]) => void,
): Promise<void> {
  if (!context.stderr.isTTY || !canDraw(context)) {
    return;
  }
  const { renderUnicodeCompact } = await import('uqr');
  const picture = renderUnicodeCompact(uri, { border: 2 }).split('\n');
  if ((context.stderr.columns || 80) <= (picture[0]?.length ?? 0)) {
    return;
  }
  say('', ...picture, '');
}

/** The characters that are easily mistaken for one another, by their names. */
function spelled(userCode: string): string {
  const names: Readonly<Record<string, string>> = {
    '0': 'zero',
    O: 'letter O',
    '1': 'one',
    I: 'capital i',
    l: 'small L',
  };
  const parts = [...new Set(userCode)].filter((character) => names[character] !== undefined);
  return parts.map((character) => `${character} is ${names[character]}`).join(', ');
}
