import { createHash } from 'node:crypto';

/** One page of the embedded provider; `body` is markup whose texts went through `escapeHtml`. */
export interface Page {
  readonly title: string;
  readonly body: string;
  readonly status?: number;
  /** Where a form of this page may lead besides the provider itself. */
  readonly formTarget?: string | undefined;
}

/** The part of a Koa context that a page is sent with. */
interface PageContext {
  status: number;
  body: unknown;
  type: string;
  set(field: string, value: string): void;
}

const CSS = `:root{color-scheme:light dark;--page:#f3f4f7;--card:#fff;--text:#1b1f27;--soft:#545c6b;--line:#c9ced8;--accent:#2b4fc7;--on-accent:#fff;--hover:#eef1fb;--alarm:#a3221a;--focus:#2b4fc7}
@media (prefers-color-scheme:dark){:root{--page:#12151b;--card:#1c2028;--text:#eceef3;--soft:#a9b1c0;--line:#444c5b;--accent:#9db4ff;--on-accent:#10183a;--hover:#262c38;--alarm:#ffb0a6;--focus:#9db4ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.25rem;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:27rem;padding:1.75rem;background:var(--card);border:1px solid var(--line);border-radius:.75rem}
h1{margin:0 0 .35rem;font-size:1.4rem;line-height:1.25;font-weight:650;overflow-wrap:anywhere}
p{margin:0 0 1.1rem;overflow-wrap:anywhere}
.soft{color:var(--soft);font-size:.9rem}
.alarm{color:var(--alarm);font-weight:600}
.where{margin:1.4rem 0 0;padding-top:1rem;border-top:1px solid var(--line)}
ul{list-style:none;margin:0 0 1.1rem;padding:0}
li{margin:0 0 .5rem}
li.asked{display:grid;grid-template-columns:1.4rem 1fr;margin:0 0 .6rem}
li.asked::before{content:"\\2713";color:var(--accent);font-weight:700}
button,input{font:inherit;color:inherit;min-height:2.75rem;border-radius:.5rem;border:1px solid var(--line);background:var(--card)}
button{cursor:pointer;width:100%;padding:.55rem 1rem;font-weight:600}
button:hover{background:var(--hover)}
button.primary{background:var(--accent);border-color:var(--accent);color:var(--on-accent)}
button.primary:hover{filter:brightness(1.08)}
button.person{display:grid;grid-template-columns:auto 1fr;gap:.85rem;align-items:center;text-align:left;padding:.6rem .85rem}
button.person img,.who img{width:2.5rem;height:2.5rem;border-radius:50%}
button.person span,.who span{display:block;overflow-wrap:anywhere}
button.person .soft{font-weight:400}
.who{display:grid;grid-template-columns:auto 1fr;gap:.85rem;align-items:center;margin:0 0 1.1rem}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.75rem}
@media (max-width:24rem){.pair{grid-template-columns:1fr}body{padding:.75rem}main{padding:1.1rem}button.person{gap:.65rem;padding:.6rem}}
label{display:block;margin:0 0 .85rem;font-weight:600}
input{display:block;width:100%;margin-top:.25rem;padding:.5rem .75rem;border-color:var(--soft)}
details{margin:0 0 .75rem}
summary{cursor:pointer;padding:.5rem 0;color:var(--accent);font-weight:600}
code{font:500 1em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
.code{display:block;margin:0 0 1.1rem;font-size:1.6rem;letter-spacing:.08em;text-align:center}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px}
`;

const cssHash = createHash('sha256').update(CSS).digest('base64');

/** Text made safe for HTML content and quoted attributes. */
export function escapeHtml(text: string): string {
  const named: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => named[character] ?? '');
}

/** The whole document: no script, nothing from another origin, readable at 320 px, light and dark. */
export function renderPage(page: Page): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(page.title)}</title>
<link rel="icon" href="data:,">
<style>${CSS}</style>
</head>
<body>
<main>
${page.body}
<p class="soft where">This identity provider runs inside <code>oauth-login demo</code> on your own machine. Its people are made up and it forgets everything when the demo ends, so never type a real password here.</p>
</main>
</body>
</html>
`;
}

/** Answers with the page and the headers that keep scripts, frames and other origins out. */
export function sendPage(context: PageContext, page: Page): void {
  if (page.status !== undefined) {
    context.status = page.status;
  }
  context.type = 'html';
  context.set('cache-control', 'no-store');
  context.set('referrer-policy', 'no-referrer');
  context.set('x-content-type-options', 'nosniff');
  context.set('content-security-policy', contentSecurityPolicy(page.formTarget));
  context.body = renderPage(page);
}

// Chromium applies form-action to every redirect that follows the form, up to the client's redirect URI.
function contentSecurityPolicy(formTarget: string | undefined): string {
  const formAction = formTarget === undefined ? "'self'" : `'self' ${formTarget}`;
  return [
    "default-src 'none'",
    `style-src 'sha256-${cssHash}'`,
    "img-src 'self' data:",
    `form-action ${formAction}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
