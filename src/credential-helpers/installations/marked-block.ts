/** Lines that were added to a file of another program between two comments, so that they can be found again. */
export interface MarkedBlock extends OwnLines {
  readonly lines: string;
}

/** How the lines of this tool are told from those that a person or another program wrote between the comments later. */
export interface OwnLines {
  /** What the lines are for; no two blocks of a file are for the same. */
  readonly name: string;
  /** Whole lines, each of which is there once. */
  readonly own: readonly (string | RegExp)[];
  /** The line that begins a section, without its line break: it stays where other keys follow in the section. */
  readonly header?: string;
}

const begin = (name: string) => `# begin ${name}\n`;
const end = (name: string) => `# end ${name}`;

/**
 * The text with the block at its end, in place of the one of that name that it had. A text whose last line has no line
 * break gets none at its end, so that it can be made again as it was. A block at the end that begins with these lines stays.
 */
export function withBlock(text: string, block: MarkedBlock): string {
  const found = blockIn(text, block.name);
  if (found?.inside.startsWith(block.lines) === true && found.after === '') {
    return text;
  }
  const before = withoutBlock(text, block);
  const added = `${begin(block.name)}${block.lines}${end(block.name)}`;
  return before === '' || before.endsWith('\n') ? `${before}${added}\n` : `${before}\n${added}`;
}

/** What follows this beginning in the names of the blocks that have it. */
export function blockNames(text: string, beginning: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`# begin ${beginning}`))
    .map((line) => line.slice(`# begin ${beginning}`.length));
}

/**
 * The text without the comments of the block of that name and without the lines of this tool between them; the same text
 * when it has no such block. Every other line between them stays.
 */
export function withoutBlock(text: string, { name, own, header }: OwnLines): string {
  const found = blockIn(text, name);
  if (found === undefined) {
    return text;
  }
  const { before, inside, after, isEndless } = found;
  const others = own.reduce<string>((rest, lines) => rest.replace(lines, ''), inside);
  const kept = header === undefined ? others : withoutEmptySection(others, after, header);
  // The line break before the block was added with it.
  return isEndless && kept === '' ? before.replace(/\n$/, '') : `${before}${kept}${after}`;
}

/** What stands around the comments of the block, and between them; `undefined` unless both are there. */
function blockIn(text: string, name: string) {
  const start = `\n${text}`.indexOf(`\n${begin(name)}`);
  const inner = start + begin(name).length;
  // The end may be the line after the beginning.
  const stop = start === -1 ? -1 : `${text}\n`.indexOf(`\n${end(name)}\n`, inner - 1);
  if (stop === -1) {
    return undefined;
  }
  const last = stop + 1 + end(name).length;
  return {
    before: text.slice(0, start),
    inside: text.slice(inner, stop + 1),
    after: text.slice(last + 1),
    isEndless: last === text.length,
  };
}

/** Without the header, unless its section has a key, be it behind the block. */
function withoutEmptySection(inside: string, after: string, header: string): string {
  const lines = inside.split('\n');
  const index = lines.indexOf(header);
  if (index === -1) {
    return inside;
  }
  const following = [...lines.slice(index + 1), ...after.split('\n')];
  const next = following.findIndex((line) => /^\s*\[/.test(line));
  const section = next === -1 ? following : following.slice(0, next);
  return section.every((line) => /^\s*(?:$|[#;])/.test(line)) ? lines.toSpliced(index, 1).join('\n') : inside;
}
