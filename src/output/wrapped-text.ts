/** Widest line of running text; wider ones are hard to read, however wide the terminal is. */
const WIDEST = 88;

/** Breaks a paragraph between words for a terminal of that width; every line but the first one is indented. */
export function wrappedText(paragraph: string, columns: number | undefined, indent = ''): string {
  const width = Math.max(20, Math.min(columns ?? WIDEST, WIDEST));
  const lines: string[] = [];
  let line = '';
  for (const word of paragraph.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    const room = lines.length === 0 ? width : width - indent.length;
    if (longer.length > room && line !== '') {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].map((text, index) => (index === 0 ? text : `${indent}${text}`)).join('\n');
}
