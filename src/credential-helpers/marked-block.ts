/** Lines that were added to a file of another program between two comments, so that they can be found again. */
export interface MarkedBlock {
  /** What the lines are for; no two blocks of a file are for the same. */
  readonly name: string;
  readonly lines: string;
}

const begin = (name: string) => `# begin ${name}\n`;
const end = (name: string) => `# end ${name}\n`;

/** The text with the block at its end, in place of the one of that name that it had. */
export function withBlock(text: string, { name, lines }: MarkedBlock): string {
  const before = withoutBlock(text, name);
  const lineBreak = before === '' || before.endsWith('\n') ? '' : '\n';
  return `${before}${lineBreak}${begin(name)}${lines}${end(name)}`;
}

/** The text without the block of that name; the same text when it has none. */
export function withoutBlock(text: string, name: string): string {
  const start = text.indexOf(begin(name));
  const stop = text.indexOf(end(name), start);
  return start === -1 || stop === -1 ? text : `${text.slice(0, start)}${text.slice(stop + end(name).length)}`;
}
