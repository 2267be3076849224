import { framePage } from './page-frame.ts';
import { type PageLanguage, pageWords } from './page-language.ts';
import { escapeHtml } from './page-text.ts';
import type { PageWords, TitledText } from './page-words.ts';

/** A reply with the same bytes every time: it holds no part of the request, and not the name of this program. */
export interface FixedReply {
  readonly status: number;
  /** The heading and the sentence below it. */
  readonly words: (words: PageWords) => TitledText;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Every reply that does not tell how the sign-in ended. */
export const fixedReplies = {
  malformed: { status: 400, words: (words) => stillWaiting(words.malformed, words) },
  incomplete: {
    status: 400,
    words: (words) => stillWaiting(words.incomplete.title, words, words.incomplete.text),
  },
  forbidden: {
    status: 403,
    words: (words) => stillWaiting(words.forbidden.title, words, words.forbidden.text),
  },
  unconfirmed: { status: 403, words: (words) => words.unconfirmed },
  linkReused: { status: 403, words: (words) => words.linkReused },
  notFound: { status: 404, words: (words) => words.notFound },
  methodNotAllowed: {
    status: 405,
    words: (words) => stillWaiting(words.malformed, words),
    headers: { Allow: 'GET' },
  },
  answered: { status: 409, words: (words) => words.answered },
  ended: { status: 410, words: (words) => words.ended },
  formTooLarge: { status: 413, words: (words) => stillWaiting(words.tooLong, words) },
  misdirected: { status: 421, words: (words) => stillWaiting(words.misdirected, words) },
  headTooLarge: { status: 431, words: (words) => stillWaiting(words.tooLong, words) },
  prefetch: { status: 503, words: (words) => stillWaiting(words.prefetch, words) },
} as const satisfies Record<string, FixedReply>;

/** Gives the page of a reply in a language. */
export function fixedPage(reply: FixedReply, language: PageLanguage): string {
  const { title, text } = reply.words(pageWords[language]);
  return framePage({
    language,
    tone: 'plain',
    title,
    content: `<p class="lead">${escapeHtml(text)}</p>`,
  });
}

function stillWaiting(title: string, words: PageWords, text = ''): TitledText {
  return { title, text: `${text} ${words.stillWaiting}`.trim() };
}
