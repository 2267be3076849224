import type { Readable, Writable } from 'node:stream';
import { InputEndedError } from '../ground/errors.ts';
import type { Choice, SearchChoice } from '../ground/ports.ts';
import type { TerminalInput } from './held-terminal.ts';
import { rankedChoices } from './ranked-choices.ts';

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const backspaces = ['\x7f', '\b'];
const lineEnds = ['\r', '\n'];

/** Stands for Ctrl-C, as in the library. */
const CANCELLED = Symbol('cancelled');

/** What every question is asked with. */
export interface PlainTerminal {
  readonly input: Readable;
  readonly output: Writable;
  readonly signal: AbortSignal;
}

interface PlainQuestion extends PlainTerminal {
  readonly message: string;
  readonly validate?: (text: string) => string | undefined;
}

/** How questions are asked; each gives the answer, or a symbol for Ctrl-C. */
export interface Questions {
  text(question: PlainQuestion & { readonly initialValue?: string }): Promise<string | symbol>;
  password(question: PlainQuestion): Promise<string | symbol>;
  confirm(
    question: PlainTerminal & { readonly message: string; readonly initialValue: boolean },
  ): Promise<boolean | symbol>;
  select(
    question: PlainTerminal & { readonly message: string; readonly options: readonly Choice[] },
  ): Promise<string | symbol>;
  search(
    question: PlainTerminal & { readonly message: string },
    choices: readonly SearchChoice[],
    other?: (typed: string) => Choice | undefined,
  ): Promise<string | symbol>;
}

/** Choices of a search that are listed at once. */
const SEARCH_LINES = 10;

/** Questions in plain lines, of which none is drawn again, for a screen reader and a dumb terminal. */
export const plainQuestions: Questions = {
  text({ message, initialValue = '', ...question }) {
    const proposal = initialValue === '' ? '' : ` [${initialValue}]`;
    return validAnswer({ ...question, message: `${message}${proposal}` }, false, initialValue);
  },
  password: (question) => validAnswer(question, true),
  async confirm({ message, initialValue, ...question }) {
    const validate = (text: string) => (/^(?:y|yes|n|no)$/i.test(text) ? undefined : 'answer yes or no');
    const usual = initialValue ? 'yes' : 'no';
    const asked = `${message} (yes or no; Enter is ${usual})`;
    const answer = await validAnswer({ ...question, message: asked, validate }, false, usual);
    return typeof answer === 'symbol' ? answer : /^y/i.test(answer);
  },
  async select({ message, options, ...question }) {
    question.output.write(`${message}\n${numbered(options)}`);
    const validate = (text: string) =>
      chosen(options, text) === undefined ? `answer with a number from 1 to ${options.length}` : undefined;
    const answer = await validAnswer({ ...question, message: 'Number', validate }, false);
    return typeof answer === 'symbol' ? answer : (chosen(options, answer)?.value ?? CANCELLED);
  },
  async search({ message, ...question }, choices, other) {
    let listed: readonly Choice[] = [];
    for (let asked = message; ; asked = 'Number, or other words') {
      const answer = await validAnswer({ ...question, message: asked }, false);
      if (typeof answer === 'symbol') {
        return answer;
      }
      const found = chosen(listed, answer);
      if (found !== undefined) {
        return found.value;
      }
      const own = answer === '' ? undefined : other?.(answer);
      listed = [
        ...rankedChoices(choices, answer).slice(0, SEARCH_LINES),
        ...(own === undefined ? [] : [own]),
      ];
      question.output.write(
        listed.length === 0 ? 'nothing fits; type less, or an address\n' : numbered(listed),
      );
    }
  },
};

function numbered(choices: readonly Choice[]): string {
  const lines = choices.map(
    ({ label, hint }, index) => `  ${index + 1}. ${label}${hint === undefined ? '' : ` (${hint})`}\n`,
  );
  return lines.join('');
}

function chosen(choices: readonly Choice[], text: string): Choice | undefined {
  return /^\d+$/.test(text) ? choices[Number(text) - 1] : undefined;
}

/** Asks until an answer is valid; an empty one is `usual`. */
async function validAnswer(question: PlainQuestion, isHidden: boolean, usual = ''): Promise<string | symbol> {
  for (;;) {
    question.output.write(`${question.message}: `);
    const line = await readLine(question, isHidden);
    if (typeof line === 'symbol') {
      return line;
    }
    const typed = isHidden ? line : line.trim();
    const value = typed === '' ? usual : typed;
    const problem = question.validate?.(value);
    if (problem === undefined) {
      return value;
    }
    question.output.write(`${problem}\n`);
  }
}

/** Reads a line. The terminal itself shows what is typed, and nothing shows what is hidden. */
function readLine({ input, output, signal }: PlainTerminal, isHidden: boolean): Promise<string | symbol> {
  const terminal: TerminalInput = input;
  return new Promise((resolve, reject) => {
    let line = '';
    const finish = (settle: () => void, rest = '') => {
      input.off('data', take);
      signal.removeEventListener('abort', abort);
      if (isHidden) {
        terminal.setRawMode?.(false);
        output.write('\n');
      }
      input.pause();
      if (rest !== '' && !input.readableEnded) {
        input.unshift(rest);
      }
      settle();
    };
    const abort = () => finish(() => reject(signal.reason));
    const take = (chunk: Buffer | string) => {
      const text = String(chunk);
      for (const [index, character] of [...text].entries()) {
        if (lineEnds.includes(character)) {
          const rest = [...text].slice(index + 1).join('');
          return finish(() => resolve(line), character === '\r' ? rest.replace(/^\n/, '') : rest);
        }
        if (isHidden && character === CTRL_C) {
          return finish(() => resolve(CANCELLED));
        }
        if (isHidden && character === CTRL_D) {
          return finish(() => reject(new InputEndedError()));
        }
        line = isHidden && backspaces.includes(character) ? line.slice(0, -1) : line + character;
      }
    };
    if (isHidden) {
      terminal.setRawMode?.(true);
    }
    signal.addEventListener('abort', abort, { once: true });
    input.on('data', take);
    input.resume();
  });
}
