import { safeText } from '../ground/safe-text.ts';
import type { PageOutcome } from './authorization-response.ts';
import { framePage, type PageParts } from './page-frame.ts';
import { type PageLanguage, pageWords } from './page-language.ts';
import { escapeHtml, foreignHtml, sentenceHtml } from './page-text.ts';
import type { PageWords } from './page-words.ts';
import { personBlock } from './person-block.ts';

/** The name on the pages, where no program that uses the library has another. */
const SIGNATURE = 'oauth-login';

/** Scopes that are shown by name; the others are counted. */
const MOST_SCOPES = 6;

/** The beginnings of error codes, each with the sentence that says the same to a person. */
const reasonOfCode: readonly (readonly [string, keyof PageWords['reasons']])[] = [
  ['login_timeout', 'timeout'],
  ['aborted', 'stopped'],
  ['network_', 'network'],
  ['as_', 'server'],
  ['protocol_', 'reply'],
  ['store_', 'store'],
];

type Failed = Extract<PageOutcome, { kind: 'failed' }>;
type SignedIn = Extract<PageOutcome, { kind: 'signed-in' }>;

/** Gives the page that the browser ends on: who is signed in, or what happened and what to do next. */
export function outcomePage(outcome: PageOutcome, language: PageLanguage, signature = SIGNATURE): string {
  return framePage({ ...partsOf(outcome, pageWords[language]), language, signature });
}

function partsOf(outcome: PageOutcome, words: PageWords): Pick<PageParts, 'tone' | 'title' | 'content'> {
  const label = safeText(outcome.provider, 60);
  switch (outcome.kind) {
    case 'signed-in':
      return {
        tone: 'good',
        title: words.signedIn.replace('{provider}', () => label),
        content: signedInContent(outcome, words),
      };
    case 'signed-out':
      return {
        tone: 'good',
        title: words.signedOut.replace('{provider}', () => label),
        content: lead(words.closeTab),
      };
    case 'goes-on':
      return { tone: 'calm', title: words.goesOn.title, content: lead(words.goesOn.text) };
    case 'refused':
      return {
        tone: 'calm',
        title: words.refused.title,
        content: `${lead(words.refused.text)}\n${nextStep(outcome.next, words)}\n${lead(words.closeTab)}`,
      };
    case 'failed': {
      const reason = reasonOf(outcome.code);
      const title =
        reason === 'timeout'
          ? words.timedOut
          : reason === 'stopped'
            ? words.stopped
            : words.failed.replace('{provider}', () => label);
      return {
        tone: reason === 'stopped' || reason === 'timeout' ? 'calm' : 'bad',
        title,
        content: failedContent(outcome, words.reasons[reason], words),
      };
    }
  }
}

function signedInContent({ person, scopes, command }: SignedIn, words: PageWords): string {
  return [
    lead(person === undefined ? `${words.unnamed} ${words.closeTab}` : words.closeTab),
    ...(person === undefined ? [] : [personBlock(person)]),
    ...(scopes.length === 0 ? [] : [grantedScopes(scopes, words)]),
    ...(command === undefined
      ? []
      : [
          `<section><h2>${words.nextCommand}</h2>\n<p class="command" dir="ltr"><code>${foreignHtml(command, 400)}</code></p></section>`,
        ]),
  ].join('\n');
}

function grantedScopes(scopes: readonly string[], words: PageWords): string {
  const shown = scopes.slice(0, MOST_SCOPES).map((scope) => `<li><code>${brokenCode(scope, 80)}</code></li>`);
  const more = scopes.length - shown.length;
  const rest = more === 0 ? '' : `<li class="more">${words.more.replace('{count}', String(more))}</li>`;
  return `<section><h2>${words.granted}</h2>\n<ul dir="ltr">${shown.join('')}${rest}</ul></section>`;
}

/** The sentence for a person, what to do, and the technical line folded below; hints and messages are English. */
function failedContent({ code, what, next }: Failed, reason: string, words: PageWords): string {
  return `${lead(reason)}
${nextStep(next, words)}
${lead(words.closeTab)}
<details><summary>${words.details}</summary>
<p lang="en" dir="ltr">${sentenceHtml(what)}</p>
<p dir="ltr"><code>${brokenCode(code, 80)}</code></p></details>`;
}

function nextStep(hint: string, words: PageWords): string {
  return `<section class="next"><h2>${words.whatToDo}</h2>
<p lang="en" dir="ltr">${sentenceHtml(hint)}</p></section>`;
}

function lead(text: string): string {
  return `<p class="lead">${escapeHtml(text)}</p>`;
}

/** A code or a scope may be longer than a narrow line; it breaks after a sign. */
function brokenCode(code: string, maximumLength: number): string {
  return foreignHtml(code, maximumLength).replace(/[_:/.]/g, '$&<wbr>');
}

function reasonOf(code: string): keyof PageWords['reasons'] {
  return reasonOfCode.find(([start]) => code.startsWith(start))?.[1] ?? 'other';
}
