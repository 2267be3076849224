const DEFAULT_MAXIMUM_LENGTH = 200;

// ECMA-48: strings opened by OSC, DCS, SOS, PM or APC run to ST (or BEL, or the end of the text); CSI runs to its final byte.
const CONTROL_STRING = /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[\s\S]*?(?:\x07|\x1b\\|\x9c|$)/g;
const CONTROL_SEQUENCE = /(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?/g;
const ESCAPE = /\x1b[ -/]*[0-~]?/g;
// Controls, format characters (bidirectional, zero-width, tags), line and paragraph separators, lone surrogates.
const UNSEEN = String.raw`[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]`;
const PRINTABLE_ASCII = /^[ -~]*$/;

/**
 * Gives foreign text as one harmless line of at most `maximumLength` characters (code points).
 *
 * Escape sequences go with their payload; controls and every character that is not seen go; white space
 * becomes single spaces; what is too long ends in an ellipsis. What a CI job would obey (`##[` anywhere, `::` at the
 * beginning of a line) is broken up.
 */
export function safeText(text: string, maximumLength = DEFAULT_MAXIMUM_LENGTH): string {
  const seen = text
    .replace(CONTROL_STRING, '')
    .replace(CONTROL_SEQUENCE, '')
    .replace(ESCAPE, '')
    .replace(/[\r\n\t]+/g, ' ');
  const line = withoutUnseen(seen)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^:(?=:)/, ': ')
    .replace(/#(?=#(?:vso)?\[)/gi, '# ');
  const characters = Array.from(line);
  if (characters.length <= maximumLength) {
    return line;
  }
  return `${characters.slice(0, maximumLength - 1).join('')}…`;
}

let unseen: RegExp | undefined;

function withoutUnseen(text: string): string {
  if (PRINTABLE_ASCII.test(text)) {
    return text;
  }
  // A literal would be checked as soon as this file is loaded, and Unicode properties take a millisecond for that.
  unseen ??= new RegExp(UNSEEN, 'gu');
  return text.replace(unseen, '');
}

/** Breaks up what GitHub Actions and Azure Pipelines would read as a command: `::`, `##[`, `##vso[`. */
export function breakCommands(text: string): string {
  return text.replace(/:(?=:)/g, ': ').replace(/#(?=#)/g, '# ');
}

/** How foreign text is quoted. */
export interface QuoteOptions {
  /** In code points, without the quotation marks; 200 unless told. */
  readonly maximumLength?: number;
  /** The text may land in the log of a CI job. */
  readonly breakCommands?: boolean;
}

/** Gives foreign text in quotation marks that it cannot close, so that it is not mistaken for our own words. */
export function quoteForeign(text: string, options: QuoteOptions = {}): string {
  const line = safeText(text, options.maximumLength).replace(/["“”„‟″＂«»]/gu, "'");
  return `"${options.breakCommands === true ? breakCommands(line) : line}"`;
}
