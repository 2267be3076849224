import type { Secret } from '../secrets/secret.ts';

/** Questions to a person at a terminal; each rejects with an `AbortedError` on Ctrl-C. */
export interface Prompts {
  text(
    question: string,
    options?: { readonly initial?: string; readonly validate?: (text: string) => string | undefined },
  ): Promise<string>;
  /** What is typed is not shown. */
  secret(question: string): Promise<Secret>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  choose<Value extends string>(
    question: string,
    choices: readonly { readonly value: Value; readonly label: string; readonly hint?: string }[],
  ): Promise<Value>;
}
