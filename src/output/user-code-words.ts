import type { UserCodePrompt } from '../grants/sign-in-progress.ts';
import type { Context } from '../ground/context.ts';
import { canDraw } from '../ground/drawing.ts';
import { durationText } from '../ground/duration.ts';
import { arePlainLinesWanted, emphasized, terminalLookOf } from '../ground/terminal-look.ts';
import { prose } from './wrapped-text.ts';

/** Longest pause between two polls, in seconds, that nobody wonders about. */
const LONGEST_USUAL_INTERVAL_SECONDS = 60;
/** The size of a terminal that does not tell it. */
const USUAL_COLUMNS = 80;
const USUAL_ROWS = 24;
/** The countdown, and the command line that comes after it. */
const ROWS_BELOW = 1;
/** Empty modules around a QR code; with it every size is odd, so the last row of blocks is half empty. */
const QUIET_ZONE = 2;

/**
 * The page, the code to enter there, and a warning against codes of others (RFC 8628 §5.4); above them the page as a QR
 * code, where the terminal has room for it and all the words at once.
 */
export async function userCodeWords(
  name: string,
  prompt: UserCodePrompt,
  context: Context,
): Promise<readonly string[]> {
  const spaced = words(name, prompt, context, '');
  const picture = await qrCode(prompt.verificationUri, context);
  if (picture === undefined) {
    return spaced;
  }
  const rows = (context.stderr.rows || USUAL_ROWS) - picture.length - ROWS_BELOW;
  const fitting = [spaced, words(name, prompt, context)].find((lines) => rowsOf(lines) <= rows);
  return fitting === undefined ? spaced : [...picture, ...fitting];
}

/** The words, with that line between their parts, or none. */
function words(
  name: string,
  { userCode, verificationUri, expiresIn, interval }: UserCodePrompt,
  context: Context,
  ...between: readonly ''[]
): readonly string[] {
  const look = terminalLookOf(context.stderr, context);
  const similar = /[0O1Il]/.test(userCode) ? `  (${spelled(userCode)})` : '';
  return [
    prose(`To sign in to ${name}, open this page on any device:`, context),
    ...between,
    emphasized(verificationUri, 'accent', look),
    ...between,
    'and enter this code there:',
    ...between,
    `    ${emphasized(userCode, 'bold', look)}${similar}`,
    ...between,
    prose(
      'Go on only if you started this yourself, here, just now. Nobody has a reason to send you such a code.',
      context,
    ),
    `The code is valid for ${durationText(expiresIn)}.`,
    ...(interval > LONGEST_USUAL_INTERVAL_SECONDS
      ? [
          prose(
            `${name} can be asked only every ${durationText(interval)}, so it takes up to that long until you see here that you have finished.`,
            context,
          ),
        ]
      : []),
  ];
}

function rowsOf(lines: readonly string[]): number {
  return lines.join('\n').split('\n').length;
}

/** The address as a QR code, black on white whatever the terminal's own colours are; nothing where it has no room. */
async function qrCode(uri: string, context: Context): Promise<readonly string[] | undefined> {
  const { stderr, env } = context;
  if (!stderr.isTTY || !canDraw(context) || arePlainLinesWanted(env)) {
    return undefined;
  }
  const { renderUnicodeCompact } = await import('uqr');
  const picture = renderUnicodeCompact(uri, { border: QUIET_ZONE }).split('\n');
  if ((stderr.columns || USUAL_COLUMNS) <= (picture[0]?.length ?? 0)) {
    return undefined;
  }
  if (!terminalLookOf(stderr, context).hasColours) {
    return picture;
  }
  // Drawn in ink on paper, so that a gap between two rows is white and not a line through the picture.
  const [ink, paper] = /256|truecolor|24bit/.test(`${env.TERM} ${env.COLORTERM}`)
    ? ['38;5;16', '48;5;231']
    : ['30', '47'];
  return picture.map((row, index) => {
    // The lower half of the last row lies below the picture; the quiet zone goes on there.
    const drawn = index === picture.length - 1 ? row.replace(/[▀ ]/g, '█') : row;
    return `\u001b[${ink};${paper}m${drawn.replace(/./gu, inverted)}\u001b[0m`;
  });
}

const opposite: Readonly<Record<string, string>> = { '█': ' ', ' ': '█', '▀': '▄', '▄': '▀' };

function inverted(block: string): string {
  return opposite[block] ?? block;
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
