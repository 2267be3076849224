import { safeText } from '../ground/safe-text.ts';
import type { PageOutcome } from './authorization-response.ts';
import { escapeHtml, framePage } from './page-frame.ts';

const SIGNATURE = 'oauth-login';

/** Gives an account in HTML; its direction does not leak into the words around it, and an address breaks at the @. */
function accountName(account: string): string {
  return `<bdi class="account">${escapeHtml(safeText(account)).replaceAll('@', '<wbr>@')}</bdi>`;
}

/** Makes the one-line form of errors (lower case, no full stop) a sentence; `commands` in backticks become code. */
function sentence(text: string): string {
  const line = safeText(text, 400);
  const capital = /^[a-z]+[ ,]/.test(line) ? line.charAt(0).toUpperCase() + line.slice(1) : line;
  const whole = /[.!?…]$/.test(capital) ? capital : `${capital}.`;
  return escapeHtml(whole).replace(/`([^`]+)`/g, '<code>$1</code>');
}

function inset(heading: string, content: string): string {
  return `<section class="inset">
<h2>${heading}</h2>
<p>${content}</p>
</section>`;
}

/** An error code may be longer than a narrow line; it breaks after an underscore. */
function errorCode(code: string): string {
  return `<code>${escapeHtml(safeText(code, 80)).replaceAll('_', '_<wbr>')}</code>`;
}

/** Gives the page that the browser ends on: who is signed in, or what happened and what to do next. */
export function outcomePage(outcome: PageOutcome): string {
  const label = safeText(outcome.provider, 60);
  switch (outcome.kind) {
    case 'signed-in':
      return framePage({
        tone: 'good',
        title: `Signed in to ${label}`,
        content: `${
          outcome.account === undefined
            ? `<p>You are signed in. ${escapeHtml(label)} did not tell who you are.</p>`
            : inset('You are signed in as', accountName(outcome.account))
        }
<p>You can close this tab and go back to the terminal.</p>`,
        signature: SIGNATURE,
      });
    case 'goes-on':
      return framePage({
        tone: 'calm',
        title: 'One more step',
        content: `<p>The sign-in to ${escapeHtml(label)} goes on in another tab. The terminal says why.</p>
<p>You can close this tab.</p>`,
        signature: SIGNATURE,
      });
    case 'refused':
      return framePage({
        tone: 'calm',
        title: 'Access was not granted',
        content: `<p>The sign-in to ${escapeHtml(label)} was refused, so nobody was signed in and nothing was stored.</p>
${inset('What to do next', sentence(outcome.next))}
<p>You can close this tab and go back to the terminal.</p>`,
        signature: SIGNATURE,
      });
    case 'failed':
      return framePage({
        tone: 'bad',
        title: `Sign-in to ${label} failed`,
        content: `<p>${sentence(outcome.what)}</p>
${inset('What to do next', sentence(outcome.next))}
<p>You can close this tab. The terminal shows the same error.</p>
<p class="quiet">Error code: ${errorCode(outcome.code)}</p>`,
        signature: SIGNATURE,
      });
  }
}
