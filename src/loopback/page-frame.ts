import { createHash } from 'node:crypto';
import { PAGE_STYLE } from './page-style.ts';

/** How a page looks at first sight; never the only thing that says so. */
export type Tone = 'good' | 'calm' | 'bad' | 'plain';

const marks: Readonly<Record<Tone, string>> = {
  good: 'M7.5 12.5l3 3 6-6.5',
  calm: 'M8 12h8',
  bad: 'M8.5 8.5l7 7M15.5 8.5l-7 7',
  plain: 'M12 7.5v5.5M12 16.5v.01',
};

/** The `Content-Security-Policy` of every reply: nothing but the one inline style. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Writes a text so that HTML reads it as that text and nothing else. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** A page in parts; `title` is text, `content` is HTML, `signature` stands below the card. */
export interface PageParts {
  readonly tone: Tone;
  readonly title: string;
  readonly content: string;
  readonly signature?: string;
}

/** Gives a whole page: one heading, no script, nothing to fetch. */
export function framePage(parts: PageParts): string {
  const title = escapeHtml(parts.title);
  const signature = parts.signature === undefined ? '' : escapeHtml(parts.signature);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}${signature === '' ? '' : ` – ${signature}`}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
<main class="${parts.tone}">
<svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="12"/><path d="${marks[parts.tone]}"/></svg>
<h1>${title}</h1>
${parts.content}
</main>
${signature === '' ? '' : `<footer>${signature}</footer>\n`}</body>
</html>
`;
}
