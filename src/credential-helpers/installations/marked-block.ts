/** Lines that were added to a file of another program between two comments, so that they can be found again. */
export interface MarkedBlock {
  /** What the lines are for; no two blocks of a file are for the same. */
  readonly name: string;
  readonly lines: string;
}

const begin = (name: string) => `# begin ${name}\n`;
const end = (name: string) => `# end ${name}`;

/**
 * The text with the block at its end, in place of the one of that name that it had. A text whose last line has no line
 * break gets none at its end, so that it can be made again as it was.
 */
export function withBlock(text: string, { name, lines }: MarkedBlock): string {
  const before = withoutBlock(text, name);
  const block = `${begin(name)}${lines}${end(name)}`;
  return before === '' || before.endsWith('\n') ? `${before}${block}\n` : `${before}\n${block}`;
}

/** What follows this beginning in the names of the blocks that have it. */
export function blockNames(text: string, beginning: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`# begin ${beginning}`))
    .map((line) => line.slice(`# begin ${beginning}`.length));
}

/** The text without the block of that name; the same text when it has none. */
export function withoutBlock(text: string, name: string): string {
  const start = text.indexOf(begin(name));
  if (start === -1) {
    return text;
  }
  const stop = text.indexOf(`${end(name)}\n`, start);
  if (stop !== -1) {
    return `${text.slice(0, start)}${text.slice(stop + end(name).length + 1)}`;
  }
  return text.endsWith(`\n${end(name)}`) ? text.slice(0, Math.max(0, start - 1)) : text;
}
