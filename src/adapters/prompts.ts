import type { Readable, Writable } from 'node:stream';
import { defined } from '../ground/defined.ts';
import { AbortedError, AuthenticationRequiredError, InputEndedError } from '../ground/errors.ts';
import type { AskForSecret, Prompts } from '../ground/ports.ts';
import { Secret } from '../ground/secret.ts';
import { type HeldTerminal, holdTerminal, type TerminalInput } from './held-terminal.ts';
import { promptOutput } from './prompt-output.ts';
import { rankedChoices } from './ranked-choices.ts';

/** How many choices of a search are shown at once, so that it fits into a terminal of 24 lines. */
const SEARCH_LINES = 10;

/** The terminal that is asked at. */
export interface PromptsEnvironment {
  readonly stdin: TerminalInput;
  /** The standard error: the standard output is for the answer of the command. */
  readonly stderr: Writable & { readonly isTTY?: boolean | undefined };
  /** Whether the terminal shows box characters; by default it does. */
  readonly canDraw?: boolean;
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
  const clack = await import('@clack/prompts');
  const interrupt = environment.interrupt ?? (() => process.kill(process.pid, 'SIGINT'));
  let held: HeldTerminal | undefined;
  const output = promptOutput(stderr, environment.canDraw ?? true);

  /** Asks the question. When it gets no answer any more, the terminal is taken back. */
  async function answerTo<Answer>(
    ask: (common: {
      readonly input: Readable;
      readonly output: Writable;
      readonly signal: AbortSignal;
    }) => Promise<Answer>,
    stop = signal,
  ): Promise<Exclude<Answer, symbol>> {
    const input = watchInput(stdin, () => held?.isAsking() ?? stdin.isRaw === true);
    const either = AbortSignal.any([signal, stop, input.ended]);
    try {
      either.throwIfAborted();
      const answer = await ask({ input: stdin, output, signal: either });
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
        clack.password({
          ...common,
          message: question,
          // Not even one sign is shown for each character, because the length is part of a secret.
          mask: '',
          validate: (text) => validate?.(text ?? ''),
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
        clack.text({
          ...common,
          message: question,
          ...defined({ initialValue: options.initial }),
          validate: (text) => options.validate?.(text ?? ''),
        }),
      ),
    confirm: (question, initial) =>
      answerTo((common) => clack.confirm({ ...common, message: question, initialValue: initial })),
    choose: async (question, choices) => {
      const answer = await answerTo((common) =>
        clack.select<string>({
          ...common,
          message: question,
          options: choices.map((choice) => ({ ...choice })),
        }),
      );
      const chosen = choices.find(({ value }) => value === answer);
      if (chosen === undefined) {
        throw new AbortedError();
      }
      return chosen.value;
    },
    search: (question, choices, other) => {
      let typedBefore = '';
      return answerTo((common) =>
        clack.autocomplete<string>({
          ...common,
          message: question,
          maxItems: SEARCH_LINES,
          options() {
            // The library asks for the choices before it has read a key.
            const typed = (this.userInput ?? '').trim();
            if (typed !== typedBefore) {
              // Otherwise a choice that still fits would stay the one that Enter takes, however well another fits.
              this.focusedValue = undefined;
              typedBefore = typed;
            }
            const fitting = rankedChoices(choices, typed);
            const own = typed === '' ? undefined : other?.(typed);
            return [...fitting, ...(own === undefined ? [] : [own])].map((choice) => ({ ...choice }));
          },
          // The choices were ranked above, with the best first.
          filter: () => true,
          validate: (value) => (value === undefined ? 'nothing fits; type less, or an address' : undefined),
        }),
      );
    },
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
