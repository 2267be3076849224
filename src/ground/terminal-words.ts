import type { Environment, Output } from './context.ts';
import { type Emphasis, emphasized, type TerminalLook, terminalLookOf } from './terminal-look.ts';
import { columnsOf, unbrokenWords, wrappedWords } from './wrapped-words.ts';

/** Widest line of running text; wider ones are hard to read, however wide the terminal is. */
const WIDEST = 88;
/** Fewest columns that text is broken for; below that, breaking it makes it worse. */
const NARROWEST = 20;

/** What a text is: the answer that something was done, blocks that each begin with a heading, or neither. */
export type WordsKind = 'done' | 'blocks' | 'words';

/** The beginning of a line, and what follows it. */
interface Line {
  readonly first: string;
  /** Stands before the lines that follow when it is broken. */
  readonly rest: string;
  readonly text: string;
  readonly emphasis?: Emphasis;
}

const PROBLEM = /^oauth-login: (error|warning|hint): (.*)$/;
const NOTE = /^note: (.*)$/;
const LABELLED = /^( {2,}(?:[a-z][a-z -]*: +)?)(.*)$/;
/** A command or an address on a line of its own, and a line that a change takes away or adds. */
const VERBATIM = /^(?: {4}(?:ssh|oauth-login|[-+]) |https?:\/\/\S+$)/;

const problemSigns = { error: ['✗', 'bad'], warning: ['!', 'caution'], hint: [' ', 'dim'] } as const;

/** Gives words as a terminal shows them best: signs and colours, and no line broken but between words. */
export function terminalWords(text: string, look: TerminalLook, kind: WordsKind = 'words'): string {
  if (look.columns === undefined && !look.hasColours) {
    return text;
  }
  return text
    .split('\n')
    .map((line, index) => {
      if (line === '' || line.includes('\r') || VERBATIM.test(line)) {
        return line;
      }
      return written(lineOf(line, kind === 'done' && index > 0 ? 'words' : kind, look), look);
    })
    .join('\n');
}

/** Gives a place for words that shows them as `terminalWords`; a JSON document passes as it is. */
export function wordsOutput(
  output: Output,
  surroundings: { readonly env: Environment; readonly platform: NodeJS.Platform },
): Output {
  return {
    get isTTY() {
      return output.isTTY;
    },
    get columns() {
      return output.columns;
    },
    get rows() {
      return output.rows;
    },
    write: (text) =>
      output.write(text.startsWith('{') ? text : terminalWords(text, terminalLookOf(output, surroundings))),
  };
}

function lineOf(line: string, kind: WordsKind, look: TerminalLook): Line {
  const problem = PROBLEM.exec(line);
  if (problem !== null) {
    return problemLine(problem[1] as keyof typeof problemSigns, problem[2] ?? '', look);
  }
  const note = NOTE.exec(line)?.[1];
  if (note !== undefined) {
    const first = look.hasSigns
      ? `${emphasized('!', 'caution', look)} `
      : emphasized('note: ', 'caution', look);
    return { first, rest: '  ', text: note };
  }
  const [, label, value] = LABELLED.exec(line) ?? [];
  if (label !== undefined) {
    const first = label.trim() === '' ? label : emphasized(label, 'dim', look);
    return { first, rest: ' '.repeat(label.length), text: value ?? '' };
  }
  if (kind === 'done') {
    const first = look.hasSigns ? `${emphasized('✓', 'good', look)} ` : '';
    return { first, rest: ' '.repeat(columnsOf(first)), text: line };
  }
  return { first: '', rest: '', text: line, ...(kind === 'blocks' ? { emphasis: 'bold' } : {}) };
}

function problemLine(kind: keyof typeof problemSigns, text: string, look: TerminalLook): Line {
  const [sign, colour] = problemSigns[kind];
  const emphasis: Pick<Line, 'emphasis'> = kind === 'error' ? { emphasis: 'bold' } : {};
  if (look.hasSigns) {
    return { first: `${emphasized(sign, colour, look)} `, rest: '  ', text, ...emphasis };
  }
  return { first: `oauth-login: ${emphasized(`${kind}:`, colour, look)} `, rest: '  ', text, ...emphasis };
}

function written({ first, rest, text, emphasis }: Line, look: TerminalLook): string {
  const width = Math.min(look.columns ?? Number.POSITIVE_INFINITY, WIDEST);
  const fits = look.columns === undefined || columnsOf(first) + columnsOf(text) <= look.columns;
  const lines = fits ? [text] : broken(text, columnsOf(first), rest.length, Math.max(width, NARROWEST));
  return lines
    .map((part, index) => {
      const coloured = withCommands(part, look);
      const whole = emphasis === undefined ? coloured : emphasized(coloured, emphasis, look);
      return `${index === 0 ? first : rest}${whole}`;
    })
    .join('\n');
}

/** The first line may have less room than the others. */
function broken(text: string, before: number, rest: number, width: number): readonly string[] {
  const [head = '', ...others] = wrappedWords(text, width - before);
  if (others.length === 0 || before <= rest) {
    return [head, ...others];
  }
  return [head, ...wrappedWords(others.join(' '), width - rest)];
}

/** The commands in a sentence stand out: they are what a person does next. */
function withCommands(text: string, look: TerminalLook): string {
  if (!look.hasColours || !text.includes('oauth-login ')) {
    return text;
  }
  return unbrokenWords(text)
    .map((word) =>
      word.replace(/oauth-login .*[^\s"'`.,;:)]/, (command) => emphasized(command, 'accent', look)),
    )
    .join(' ');
}
