import type { Readable, Writable } from 'node:stream';
import { AbortedError, AuthenticationRequiredError } from '../errors.ts';
import { Secret } from '../secrets/secret.ts';

/** Questions to a person at a terminal; each rejects with an `AbortedError` on Ctrl-C. */
export interface Prompts {
  text(
    question: string,
    options?: { readonly initial?: string; readonly validate?: (text: string) => string | undefined },
  ): Promise<string>;
  /** What is typed is not shown; `stop` takes the question back, with its reason. */
  secret(
    question: string,
    options?: { readonly validate?: (text: string) => string | undefined; readonly stop?: AbortSignal },
  ): Promise<Secret>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  choose<Value extends string>(
    question: string,
    choices: readonly { readonly value: Value; readonly label: string; readonly hint?: string }[],
  ): Promise<Value>;
}

/** The terminal that is asked at. */
export interface PromptsEnvironment {
  readonly stdin: Readable & { readonly isTTY?: boolean | undefined };
  /** The standard error: the standard output is for the answer of the command. */
  readonly stderr: Writable & { readonly isTTY?: boolean | undefined };
  /** Ends a question with its reason. */
  readonly signal: AbortSignal;
}

/**
 * Opens the questions.
 *
 * @throws {AuthenticationRequiredError} `person_required` when the standard input or error is not a terminal.
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
  const common = { input: stdin, output: stderr, signal };

  async function answerTo<Answer>(
    question: Promise<Answer>,
    stop = signal,
  ): Promise<Exclude<Answer, symbol>> {
    const answer = await question;
    stop.throwIfAborted();
    if (typeof answer === 'symbol') throw new AbortedError();
    return answer as Exclude<Answer, symbol>;
  }

  return {
    text: (question, options = {}) =>
      answerTo(
        clack.text({
          ...common,
          message: question,
          ...(options.initial === undefined ? {} : { initialValue: options.initial }),
          validate: (text) => options.validate?.(text ?? ''),
        }),
      ),
    secret: async (question, { validate, stop } = {}) => {
      const either = stop === undefined ? signal : AbortSignal.any([signal, stop]);
      const typing = clack.password({
        ...common,
        signal: either,
        message: question,
        // Not even one sign for each character: the length of a secret is a part of it.
        mask: '',
        validate: (text) => validate?.(text ?? ''),
      });
      const answer = await answerTo(typing, either);
      // Nothing but Enter is no text at all to the library.
      return new Secret(answer ?? '');
    },
    confirm: (question, initial) =>
      answerTo(clack.confirm({ ...common, message: question, initialValue: initial })),
    choose: async (question, choices) => {
      const answer = await answerTo(
        clack.select<string>({
          ...common,
          message: question,
          options: choices.map((choice) => ({ ...choice })),
        }),
      );
      const chosen = choices.find(({ value }) => value === answer);
      if (chosen === undefined) throw new AbortedError();
      return chosen.value;
    },
  };
}
