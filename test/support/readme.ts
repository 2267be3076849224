import { readFileSync } from 'node:fs';

/** A command line as the README shows it. */
export interface CommandLineShown {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly command: string;
  /** What a `console` block shows below it; `…` stands for anything within a line. */
  readonly output?: string;
  /** Variables that a `yaml` block sets for it. */
  readonly variables?: readonly string[];
}

/** Command lines that belong together, in order: those of a fenced block, or one within a sentence. */
export interface CommandBlock {
  readonly kind: 'sh' | 'console' | 'yaml' | 'ci' | 'sentence';
  readonly lines: readonly CommandLineShown[];
}

const fence = /^```(\w*)$/;
const shownAsOutput = new Set(['json']);

/**
 * Finds every command line of a Markdown text: in fenced blocks, and in sentences where it begins with the name of a
 * program and has no placeholder (`NAME`, `<P>`, `…`). Throws for a fenced block of a kind it does not know.
 */
export function commandsIn(markdown: string): CommandBlock[] {
  const blocks: CommandBlock[] = [];
  const text = markdown.split('\n');
  for (let index = 0; index < text.length; index += 1) {
    const kind = fence.exec(text[index] ?? '')?.[1];
    if (kind === undefined) {
      blocks.push(...commandsInSentence(text[index] ?? '', index + 1));
      continue;
    }
    const end = text.indexOf('```', index + 1);
    if (end === -1) {
      throw new Error(`the block of line ${index + 1} has no end`);
    }
    const content = text
      .slice(index + 1, end)
      .map((line, offset) => ({ line: index + 2 + offset, text: line }));
    const isCi = kind === 'yaml' && /^# (GitHub Actions|GitLab CI)$/.test(content[0]?.text ?? '');
    if (isCi) {
      blocks.push({ kind: 'ci', lines: readers.ci(content) });
    } else if (kind === 'sh' || kind === 'console' || kind === 'yaml') {
      blocks.push({ kind, lines: readers[kind](content) });
    } else if (!shownAsOutput.has(kind)) {
      throw new Error(`line ${index + 1}: a block of kind "${kind}" is not known`);
    }
    index = end;
  }
  return blocks;
}

/** A page of the project, by its path in the checkout. */
export function readPage(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

/** Tells whether what was written is what is shown, with `…` for anything within a line. */
export function isAsShown(written: string, shown: string): boolean {
  const pattern = shown.split('…').map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return new RegExp(`^${pattern.join('[^\\n]*')}$`).test(written.trimEnd());
}

interface Line {
  readonly line: number;
  readonly text: string;
}

const readers = {
  sh: (content: readonly Line[]): CommandLineShown[] =>
    content
      .map(({ line, text }) => ({ line, command: text.trim() }))
      .filter(({ command }) => command !== '' && !command.startsWith('#')),

  console: (content: readonly Line[]): CommandLineShown[] => {
    const starts = content.flatMap(({ text }, at) => (text.startsWith('$ ') ? [at] : []));
    return starts.map((at, which) => {
      const [first, ...below] = content.slice(at, starts[which + 1]);
      const output = below
        .map(({ text }) => text)
        .join('\n')
        .trimEnd();
      return { line: first?.line ?? 0, command: (first?.text ?? '').slice(2), output };
    });
  },

  /** The steps of a job; which system it is for stands in the first line. */
  ci: (content: readonly Line[]): CommandLineShown[] =>
    content.flatMap(({ line, text }) => {
      const command = /^\s*- (?:run: )?(.+)$/.exec(text)?.[1];
      return command === undefined ? [] : [{ line, command, output: content[0]?.text ?? '' }];
    }),

  yaml: (content: readonly Line[]): CommandLineShown[] => {
    const variables = content.flatMap(({ text }) => /^\s+([A-Z_]+): \$\{\{ secrets\./.exec(text)?.[1] ?? []);
    return content.flatMap(({ line, text }) => {
      const command = /^\s*- run: (.+)$/.exec(text)?.[1];
      return command === undefined ? [] : [{ line, command, variables }];
    });
  },
};

function commandsInSentence(text: string, line: number): CommandBlock[] {
  return [...text.matchAll(/`((?:oauth-login|npm) [^`]+)`/g)]
    .map(([, command = '']) => command)
    .filter((command) => !/…|<\w+>|\b[A-Z]{2,}\b/.test(command))
    .map((command) => ({ kind: 'sentence', lines: [{ line, command }] }));
}
