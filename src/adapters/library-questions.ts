import type { Questions } from './plain-questions.ts';
import { rankedChoices } from './ranked-choices.ts';

/** How many choices of a search are shown at once, so that it fits into a terminal of 24 lines. */
const SEARCH_LINES = 10;

/** Loads the questions that are drawn again while somebody answers them. */
export async function libraryQuestions(): Promise<Questions> {
  const clack = await import('@clack/prompts');
  return {
    text: ({ validate, ...question }) =>
      clack.text({ ...question, validate: (text) => validate?.(text ?? '') }),
    password: ({ validate, ...question }) =>
      clack.password({
        ...question,
        // Not even one sign is shown for each character, because the length is part of a secret.
        mask: '',
        validate: (text) => validate?.(text ?? ''),
      }),
    confirm: (question) => clack.confirm(question),
    select: (question) =>
      clack.select<string>({ ...question, options: question.options.map((choice) => ({ ...choice })) }),
    search(question, choices, other) {
      let typedBefore = '';
      return clack.autocomplete<string>({
        ...question,
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
      });
    },
  };
}
