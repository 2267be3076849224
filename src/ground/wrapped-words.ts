/** Escape sequences that colour text; nothing else is ever written between words. */
const COLOUR_SEQUENCE = /\x1b\[[\d;]*m/g;
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Words that go on with the sentence after a command, and are no part of it. */
const NEXT_WORD =
  '(?:again|and|or|to|with|without|lists|list|says|shows|tells|asks|prints|gives|takes|in|as|for|is|at|on|once|first|if|when|from|then|that|which|by|also|before|after|instead)';

/** What a hint tells people to run besides this tool. */
const SYSTEM_COMMAND = `(?:chmod \\d+|chown \\S+|rm|mv|ls -ld|mkdir -p|ssh|npm [a-z]+|export|unset)(?: (?!${NEXT_WORD}\\b)(?:'[^']*'|[^\\s,;()]+))+\\S*`;

/**
 * What stays on one line: a command of this tool with its target and flags, a command of the system, whatever stands in
 * backticks, and any other word. A command inside a sentence ends where the sentence goes on.
 */
const UNBROKEN = new RegExp(
  `\`[^\`]+\`\\S*|${SYSTEM_COMMAND}|\\S*oauth-login(?: (?!${NEXT_WORD}\\b)[a-zA-Z][^\\s,;()]*){0,2}(?: --?[a-zA-Z][\\w-]*(?:[ =](?!${NEXT_WORD}\\b)(?:'[^']*'|"[^"]*"|[^\\s,;()-][^\\s,;()]*))?)*\\S*|\\S+`,
  'g',
);

/** The words of a paragraph; a command is one word. */
export function unbrokenWords(paragraph: string): readonly string[] {
  return paragraph.match(UNBROKEN) ?? [];
}

/** Columns that a text takes in a terminal: colours take none, wide characters two. */
export function columnsOf(text: string): number {
  const bare = text.includes('\x1b') ? text.replace(COLOUR_SEQUENCE, '') : text;
  if (PRINTABLE_ASCII.test(bare)) {
    return bare.length;
  }
  let columns = 0;
  for (const character of bare) {
    columns += isWide(character.codePointAt(0) ?? 0) ? 2 : 1;
  }
  return columns;
}

/** East Asian Wide and Fullwidth (UAX #11), and the pictures, in the ranges that matter. */
function isWide(code: number): boolean {
  return (
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1f300 && code <= 0x1faff) ||
    (code >= 0x20000 && code <= 0x3fffd)
  );
}

/** Breaks a paragraph into lines of at most that many columns; a word that is wider has a line to itself. */
export function wrappedWords(paragraph: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of unbrokenWords(paragraph)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && columnsOf(longer) > width) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line];
}
