import { chinese } from './page-words/chinese.ts';
import { english } from './page-words/english.ts';
import { french } from './page-words/french.ts';
import { german } from './page-words/german.ts';
import { japanese } from './page-words/japanese.ts';
import { korean } from './page-words/korean.ts';
import { portuguese } from './page-words/portuguese.ts';
import { spanish } from './page-words/spanish.ts';
import type { PageWords } from './page-words.ts';

/** The words of the pages by their language, a primary subtag (RFC 5646 §2.2.1). */
export const pageWords = {
  en: english,
  de: german,
  es: spanish,
  fr: french,
  ja: japanese,
  ko: korean,
  pt: portuguese,
  zh: chinese,
} as const satisfies Readonly<Record<string, PageWords>>;

/** A language that the pages speak. */
export type PageLanguage = keyof typeof pageWords;

/** More than any browser sends; what stands behind is not looked at. */
const MOST_RANGES = 20;

const RANGE = /^\s*([a-z]{2,3}|\*)(?:-[a-z0-9-]*)?\s*(?:;\s*q\s*=\s*([01](?:\.\d{0,3})?)\s*)?$/i;

/**
 * Gives the language that the browser likes best among those of the pages; English where there is none.
 *
 * @see [RFC 9110 §12.5.4](https://www.rfc-editor.org/rfc/rfc9110.html#section-12.5.4)
 */
export function pageLanguageOf(acceptLanguage: string | undefined): PageLanguage {
  const ranges = (acceptLanguage ?? '')
    .split(',', MOST_RANGES)
    .map((range) => RANGE.exec(range))
    .map((match) => ({ tag: match?.[1]?.toLowerCase() ?? '', weight: Number(match?.[2] ?? '1') }))
    .filter(({ tag, weight }) => (isSpoken(tag) || tag === '*') && weight > 0)
    .toSorted((one, other) => other.weight - one.weight);
  const tag = ranges[0]?.tag ?? '';
  return isSpoken(tag) ? tag : 'en';
}

function isSpoken(tag: string): tag is PageLanguage {
  return Object.hasOwn(pageWords, tag);
}
