import { createHash } from 'node:crypto';
import { type PageLanguage, pageWords } from './page-language.ts';
import { PAGE_ICON, PRODUCT_MARK } from './page-mark.ts';
import { PAGE_STYLE } from './page-style.ts';
import { escapeHtml } from './page-text.ts';

/** How a page looks at first sight; never the only thing that says so. */
export type Tone = 'good' | 'calm' | 'bad' | 'plain';

const signs: Readonly<Record<Tone, string>> = {
  good: 'M7.25 12.5l3.25 3.25 6.25-7',
  calm: 'M8 12h8',
  bad: 'M8.5 8.5l7 7M15.5 8.5l-7 7',
  plain: 'M12 7v6.25M12 16.75v.01',
};

/** The `Content-Security-Policy` of every reply: nothing but the one inline style and pictures in the page itself. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  'img-src data:',
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** A page in parts; `title` is text, `content` is HTML, `signature` is the name beside the mark above the card. */
export interface PageParts {
  readonly language: PageLanguage;
  readonly tone: Tone;
  readonly title: string;
  readonly content: string;
  readonly signature?: string;
}

/** Gives a whole page: one heading, no script, nothing to fetch. */
export function framePage({ language, tone, title, content, signature }: PageParts): string {
  const heading = escapeHtml(title);
  const name = signature === undefined ? '' : escapeHtml(signature);
  return `<!doctype html>
<html lang="${language}" dir="${pageWords[language].direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${heading}${name === '' ? '' : ` – ${name}`}</title>
<link rel="icon" href="${PAGE_ICON}">
<style>${PAGE_STYLE}</style>
</head>
<body>
${name === '' ? '' : `<header>${PRODUCT_MARK}<span dir="ltr">${name}</span></header>\n`}<main class="${tone}">
<svg class="sign" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="12"/><path d="${signs[tone]}"/></svg>
<h1>${heading}</h1>
${content}
</main>
</body>
</html>
`;
}
