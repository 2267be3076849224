import { safeText } from '../ground/safe-text.ts';
import type { PagePerson } from './authorization-response.ts';
import { escapeHtml, foreignHtml } from './page-text.ts';

const LONGEST_NAME = 120;

/** A person without a letter to stand for the name. */
const SOMEBODY =
  '<svg viewBox="0 0 24 24"><circle cx="12" cy="8" r="4"/><path d="M4 20c0-4 3.6-6.5 8-6.5s8 2.5 8 6.5z"/></svg>';

/** The first letter or digit of a name as its picture; nothing is fetched for it. */
function avatar(name: string): string {
  const initial = /[\p{L}\p{N}]/u.exec(safeText(name, LONGEST_NAME))?.[0].toUpperCase();
  return `<span class="avatar" aria-hidden="true">${initial === undefined ? SOMEBODY : escapeHtml(initial)}</span>`;
}

/** An e-mail address breaks at the @ before it breaks elsewhere. */
function line(kind: string, text: string): string {
  return `<bdi class="${kind}">${foreignHtml(text, LONGEST_NAME).replaceAll('@', '<wbr>@')}</bdi>`;
}

/**
 * Gives who signed in, in HTML: the name, the user name where it is another one, and the e-mail address, each on a line
 * of its own, so that the direction of one does not leak into the others.
 */
export function personBlock({ name, userName, email }: PagePerson): string {
  const lines = [
    line('name', name),
    ...(userName === undefined ? [] : [line('email', userName)]),
    ...(email === undefined ? [] : [line('email', email)]),
  ];
  return `<section class="person">${avatar(name)}<p>${lines.join('\n')}</p></section>`;
}
