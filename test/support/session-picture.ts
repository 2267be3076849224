/** A command line that was typed, and what the terminal showed for it, control sequences included. */
export interface PictureStep {
  readonly typed: string;
  readonly shown: string;
}

/** A character and how it is set: the numbers of SGR (ECMA-48 §8.3.117) that are switched on. */
interface Cell {
  readonly character: string;
  readonly style: string;
}

const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 20;
const MARGIN = 20;
const TITLE_HEIGHT = 36;

/** By what a terminal calls it; each has a colour for light and for dark surroundings with contrast AA on its ground. */
const styleClasses: Readonly<Record<string, string>> = {
  '1': 'b',
  '2': 'd',
  '31': 'r',
  '32': 'g',
  '33': 'y',
  '34': 'u',
  '35': 'm',
  '36': 'c',
  '90': 'd',
  '92': 'g',
  '96': 'c',
};

const closing: Readonly<Record<string, RegExp>> = {
  '22': /^[12]$/,
  '24': /^4$/,
  '39': /^(?:3[0-7]|9[0-7])$/,
};

/** Gives an SVG of a terminal with these steps in it, as wide as so many columns; it follows the reader's colour scheme. */
export function sessionPicture(title: string, steps: readonly PictureStep[], columns: number): string {
  const lines = steps.flatMap(({ typed, shown }, index) => [
    ...(index === 0 ? [] : [[]]),
    [...cellsOf('$ ', 'p'), ...cellsOf(typed, 'b')],
    ...screenOf(shown),
  ]);
  const rows = lines.flatMap((line) => wrapped(line, columns));
  const width = Math.ceil(columns * CHARACTER_WIDTH + 2 * MARGIN);
  const height = TITLE_HEIGHT + rows.length * LINE_HEIGHT + MARGIN;
  const texts = rows.map((row, index) => {
    const y = TITLE_HEIGHT + (index + 1) * LINE_HEIGHT;
    return row.length === 0 ? '' : `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans(row)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}">
<title>${escaped(title)}</title>
<style>
text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#1f2328}
.w{fill:#fff;stroke:#d0d7de}.o{fill:#d0d7de}.b{font-weight:600}.d,.p{fill:#59636e}.r{fill:#b42318}.g{fill:#116329}.y{fill:#7a4d00}.u{fill:#0550ae}.m{fill:#6639ba}.c{fill:#0a5c63}
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.w{fill:#0d1117;stroke:#30363d}.o{fill:#30363d}.d,.p{fill:#9198a1}.r{fill:#ff7b72}.g{fill:#56d364}.y{fill:#e3b341}.u{fill:#79c0ff}.m{fill:#d2a8ff}.c{fill:#76e3ea}}
</style>
<rect class="w" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>
<circle class="o" cx="22" cy="19" r="5"/><circle class="o" cx="40" cy="19" r="5"/><circle class="o" cx="58" cy="19" r="5"/>
${texts.filter((text) => text !== '').join('\n')}
</svg>
`;
}

function cellsOf(text: string, style: string): Cell[] {
  return Array.from(text, (character) => ({ character, style }));
}

/** Plays the output on a screen without end: what was written over is gone. Throws for a sequence that it does not know. */
function screenOf(output: string): Cell[][] {
  const lines: Cell[][] = [[]];
  let [row, column] = [0, 0];
  const switchedOn = new Set<string>();
  for (const [token, parameters, final] of output.matchAll(/\x1b\[([\d;?]*)([A-Za-z])|[\s\S]/gu)) {
    if (final === 'm') {
      setStyles(switchedOn, parameters ?? '');
    } else if (final === 'A') {
      row = Math.max(0, row - Number(parameters || 1));
    } else if (final === 'G') {
      column = Number(parameters || 1) - 1;
    } else if (final === 'K') {
      lines[row] = parameters === '2' ? [] : (lines[row] ?? []).slice(0, column);
    } else if (final === 'J') {
      lines.length = row + 1;
      lines[row] = (lines[row] ?? []).slice(0, column);
    } else if (final !== undefined && !/^\?25[hl]$/.test(`${parameters}${final}`)) {
      throw new Error(`the picture knows no ${JSON.stringify(token)}`);
    } else if (final !== undefined) {
      // The cursor is in no picture.
    } else if (token === '\r') {
      column = 0;
    } else if (token === '\n') {
      row += 1;
      column = 0;
      lines[row] ??= [];
    } else {
      const line = lines[row] ?? [];
      while (line.length < column) {
        line.push({ character: ' ', style: '' });
      }
      line[column] = { character: token, style: [...switchedOn].join(' ') };
      lines[row] = line;
      column += 1;
    }
  }
  while (lines.at(-1)?.length === 0) {
    lines.pop();
  }
  return lines;
}

function setStyles(switchedOn: Set<string>, parameters: string): void {
  for (const number of parameters.split(';')) {
    const ends = closing[number];
    if (number === '' || number === '0') {
      switchedOn.clear();
    } else if (ends !== undefined) {
      for (const style of [...switchedOn].filter((one) => ends.test(one))) {
        switchedOn.delete(style);
      }
    } else {
      switchedOn.add(number);
    }
  }
}

function wrapped(line: readonly Cell[], columns: number): Cell[][] {
  const rows: Cell[][] = [];
  for (let start = 0; start === 0 || start < line.length; start += columns) {
    rows.push(line.slice(start, start + columns));
  }
  return rows;
}

function spans(row: readonly Cell[]): string {
  const runs: { style: string; text: string }[] = [];
  for (const { character, style } of row) {
    const last = runs.at(-1);
    if (last?.style === style) {
      last.text += character;
    } else {
      runs.push({ style, text: character });
    }
  }
  return runs
    .map(({ style, text }) => {
      const classes = style.split(' ').map((one) => styleClasses[one] ?? (/^[bp]$/.test(one) ? one : ''));
      const names = [...new Set(classes.filter((name) => name !== ''))].join(' ');
      return names === '' ? escaped(text) : `<tspan class="${names}">${escaped(text)}</tspan>`;
    })
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
