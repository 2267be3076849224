import { safeText } from '../ground/safe-text.ts';

/** Writes a text so that HTML reads it as that text and nothing else. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** Gives foreign text in HTML, harmless and of a limited length. */
export function foreignHtml(text: string, maximumLength: number): string {
  return escapeHtml(safeText(text, maximumLength));
}

/** Makes the one-line form of errors (lower case, no full stop) a sentence; `commands` in backticks become code. */
export function sentenceHtml(text: string): string {
  const line = safeText(text, 400);
  const capital = /^[a-z]+[ ,]/.test(line) ? line.charAt(0).toUpperCase() + line.slice(1) : line;
  const whole = /[.!?…]$/.test(capital) ? capital : `${capital}.`;
  return escapeHtml(whole).replace(/`([^`]+)`/g, '<code>$1</code>');
}
