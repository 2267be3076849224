import type { Writable } from 'node:stream';
import { defined } from '../ground/defined.ts';
import { AbortedError, AuthenticationRequiredError, InputEndedError } from '../ground/errors.ts';
import type { AskForSecret, Prompts } from '../ground/ports.ts';
import { Secret } from '../ground/secret.ts';
import { type HeldTerminal, holdTerminal, type TerminalInput } from './held-terminal.ts';
import { libraryQuestions } from './library-questions.ts';
import { type PlainTerminal, plainQuestions } from './plain-questions.ts';
import { promptOutput } from './prompt-output.ts';

/** The terminal that is asked at. */
export interface PromptsEnvironment {
  readonly stdin: TerminalInput;
  /** The standard error: the standard output is for the answer of the command. */
  readonly stderr: Writable & { readonly isTTY?: boolean | undefined };
  /** Whether the terminal shows box characters; by default it does. */
  readonly canDraw?: boolean;
  /** Whether questions are plain lines, of which none is drawn again; by default they are not. */
  readonly isPlain?: boolean;
  /** Ends a question with its reason. */
  readonly signal: AbortSignal;
  /** Does what Ctrl-C does where it is not read as a key; by default it sends SIGINT to this process. */
  readonly interrupt?: () => void;
}

/**
 * Opens the questions.
 *
 * Throws an `AuthenticationRequiredError`, `person_required`, when the standard input or error is not a terminal.
 */
export async function openPrompts(environment: PromptsEnvironment): Promise<Prompts> {
  const { stdin, stderr, signal } = environment;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw new AuthenticationRequiredError(
      'person_required',
      'a question cannot be asked without a terminal',
      {
        hint: 'run the command in a terminal, or give the answer with a flag or a variable',
      },
    );
  }
  const ask = environment.isPlain === true ? plainQuestions : await libraryQuestions();
  const interrupt = environment.interrupt ?? (() => process.kill(process.pid, 'SIGINT'));
  let held: HeldTerminal | undefined;
  const output = promptOutput(stderr, environment.canDraw ?? true);

  /** Asks the question. When it gets no answer any more, the terminal is taken back. */
  async function answerTo<Answer>(
    question: (common: PlainTerminal) => Promise<Answer>,
    stop = signal,
  ): Promise<Exclude<Answer, symbol>> {
    const input = watchInput(stdin, () => held?.isAsking() ?? stdin.isRaw === true);
    const either = AbortSignal.any([signal, stop, input.ended]);
    try {
      either.throwIfAborted();
      const answer = await question({ input: stdin, output, signal: either });
      either.throwIfAborted();
      if (typeof answer === 'symbol') {
        throw new AbortedError();
      }
      return answer as Exclude<Answer, symbol>;
    } finally {
      input.close();
    }
  }

  const secret: AskForSecret = async (question, { validate, stop } = {}) => {
    const answer = await answerTo(
      (common) =>
        ask.password({
          ...common,
          message: question,
          ...defined({ validate }),
        }),
      stop,
    );
    // When only Enter is pressed, the library gives `undefined` as the text.
    return new Secret(answer ?? '');
  };

  return {
    secret,
    async hidden(work) {
      const terminal = holdTerminal(stdin, interrupt);
      held = terminal;
      try {
        return await work((question, options) => terminal.during(() => secret(question, options)));
      } finally {
        held = undefined;
        terminal.release();
      }
    },
    text: (question, options = {}) =>
      answerTo((common) =>
        ask.text({
          ...common,
          message: question,
          ...defined({ initialValue: options.initial, validate: options.validate }),
        }),
      ),
    confirm: (question, initial) =>
      answerTo((common) => ask.confirm({ ...common, message: question, initialValue: initial })),
    choose: async (question, choices) => {
      const answer = await answerTo((common) =>
        ask.select({ ...common, message: question, options: choices }),
      );
      const chosen = choices.find(({ value }) => value === answer);
      if (chosen === undefined) {
        throw new AbortedError();
      }
      return chosen.value;
    },
    search: (question, choices, other) =>
      answerTo((common) => ask.search({ ...common, message: question }, choices, other)),
  };
}

/**
 * Tells when no key will be read any more. The library does not: Node's `readline` under it closes on Ctrl-D and
 * says so to nobody, and nothing would be left for the process to wait for.
 */
function watchInput(
  stdin: TerminalInput,
  isAsking: () => boolean,
): { readonly ended: AbortSignal; close(): void } {
  const controller = new AbortController();
  const end = () => controller.abort(new InputEndedError());
  let isOver = false;
  const paused = () =>
    // After an answer, the question is over by now.
    setImmediate(() => {
      if (isOver || controller.signal.aborted) {
        return;
      }
      // Raw mode is on again after Ctrl-Z and `fg`, but nobody reads the keys.
      if (isAsking()) {
        stdin.resume();
      } else {
        end();
      }
    });
  if (stdin.readableEnded || stdin.destroyed) {
    end();
  }
  stdin.on('pause', paused).on('end', end).on('close', end);
  return {
    ended: controller.signal,
    close() {
      isOver = true;
      stdin.off('pause', paused).off('end', end).off('close', end);
      // The input may have been resumed above, and would keep the process running.
      stdin.pause();
    },
  };
}
