import { safeText } from '../output/safe-text.ts';
import type { PageOutcome } from './authorization-response.ts';
import { escapeHtml, framePage } from './page-frame.ts';

const SIGNATURE = 'oauth-login';

/** One foreign-proof piece of text in HTML; its direction does not leak into the words around it. */
function isolated(text: string): string {
  return `<bdi>${escapeHtml(safeText(text))}</bdi>`;
}

/** Makes the one-line form of errors (lower case, no full stop) a sentence; `commands` in backticks become code. */
function sentence(text: string): string {
  const line = safeText(text, 400);
  const capital = /^[a-z]+[ ,]/.test(line) ? line.charAt(0).toUpperCase() + line.slice(1) : line;
  const whole = /[.!?…]$/.test(capital) ? capital : `${capital}.`;
  return escapeHtml(whole).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function nextStep(next: string): string {
  return `<section class="next">
<h2>What to do next</h2>
<p>${sentence(next)}</p>
</section>`;
}

/** Gives the page that the browser ends on: who is signed in, or what happened and what to do next. */
export function outcomePage(outcome: PageOutcome): string {
  const label = safeText(outcome.provider, 60);
  switch (outcome.kind) {
    case 'signed-in':
      return framePage({
        tone: 'good',
        title: `Signed in to ${label}`,
        content: `<p>You are signed in as <span class="account">${isolated(outcome.account)}</span>.</p>
<p>You can close this tab and go back to the terminal.</p>`,
        signature: SIGNATURE,
      });
    case 'refused':
      return framePage({
        tone: 'calm',
        title: 'Access was not granted',
        content: `<p>The sign-in to ${escapeHtml(label)} was refused, so nobody was signed in and nothing was stored.</p>
${nextStep(outcome.next)}
<p>You can close this tab and go back to the terminal.</p>`,
        signature: SIGNATURE,
      });
    case 'failed':
      return framePage({
        tone: 'bad',
        title: `Sign-in to ${label} failed`,
        content: `<p>${sentence(outcome.what)}</p>
${nextStep(outcome.next)}
<p>You can close this tab. The terminal shows the same error.</p>
<p class="quiet">Error code: <code>${escapeHtml(safeText(outcome.code, 80))}</code></p>`,
        signature: SIGNATURE,
      });
  }
}
