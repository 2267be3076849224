import type { Environment, Output } from './context.ts';
import { canDraw } from './drawing.ts';

/** How words may look at the place that they are written to. */
export interface TerminalLook {
  /** The width of a terminal that tells one; absent elsewhere, where no line is broken. */
  readonly columns?: number;
  readonly hasColours: boolean;
  /** ✓, ✗ and ! in place of words. */
  readonly hasSigns: boolean;
  /** A line may be drawn again, in place of itself. */
  readonly isLive: boolean;
}

/** What a piece of text is for; one accent, and red where something failed. */
export type Emphasis = 'accent' | 'bold' | 'dim' | 'good' | 'bad' | 'caution';

/**
 * The numbers that switch each on and off (SGR, ECMA-48 §8.3.117). Loading `node:util` for its `styleText` opens the
 * standard error, and costs more than the rest of the start.
 */
const formats: Readonly<Record<Emphasis, readonly [on: number, off: number]>> = {
  accent: [36, 39],
  bold: [1, 22],
  dim: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  caution: [33, 39],
};

/** What a terminal that does not know its width is taken to have. */
const USUAL_COLUMNS = 80;

/**
 * Gives how words may look there. `FORCE_COLOR` decides on colours, then `NO_COLOR`, then the terminal. `ACCESSIBLE` and
 * a dumb terminal get plain lines: no colour, no sign, nothing drawn again.
 *
 * @see [NO_COLOR](https://no-color.org)
 */
export function terminalLookOf(
  output: Pick<Output, 'isTTY' | 'columns'>,
  { env, platform }: { readonly env: Environment; readonly platform: NodeJS.Platform },
): TerminalLook {
  const columns = output.isTTY === true ? output.columns : undefined;
  const isRich = columns !== undefined && !arePlainLinesWanted(env);
  return {
    ...(columns === undefined ? {} : { columns: columns || USUAL_COLUMNS }),
    hasColours: env.FORCE_COLOR === undefined ? isRich && !env.NO_COLOR : isForced(env.FORCE_COLOR),
    hasSigns: isRich && canDraw({ env, platform }),
    isLive: isRich,
  };
}

/** Gives the text with that emphasis, or as it is where there are no colours. */
export function emphasized(
  text: string,
  emphasis: Emphasis,
  { hasColours }: Pick<TerminalLook, 'hasColours'>,
): string {
  const [on, off] = formats[emphasis];
  return hasColours && text !== '' ? `\u001b[${on}m${text}\u001b[${off}m` : text;
}

/** Tells whether plain lines are wanted, as a screen reader reads them best and a dumb terminal shows them. */
export function arePlainLinesWanted({ ACCESSIBLE = '', TERM }: Environment): boolean {
  return TERM === 'dumb' || !['', '0', 'false', 'no'].includes(ACCESSIBLE.toLowerCase());
}

/** As Node reads it: the empty value switches colours on. */
function isForced(variable: string): boolean {
  return !['0', 'false', 'no'].includes(variable.toLowerCase());
}
