import type { Page } from './page.ts';
import { escapeHtml } from './page.ts';

/** Asks for the user_code that the device shows (RFC 8628 §3.3). */
export function enterCodePage(xsrf: string, refused: boolean): Page {
  return {
    title: refused ? 'That code did not work' : 'Connect a device',
    body: `<h1>${refused ? 'That code did not work' : 'Connect a device'}</h1>
<p>${refused ? 'It is mistyped, used, expired or was refused. Type the code that your device shows now.' : 'Type the code that your device shows.'}</p>
<form method="post" action="/device">
<input type="hidden" name="xsrf" value="${escapeHtml(xsrf)}">
<label>Code <input name="user_code" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus></label>
<button class="primary">Continue</button>
</form>`,
  };
}

/** Asks whether the device that shows this code is the person's own (RFC 8628 §5.4). */
export function confirmDevicePage(xsrf: string, client: string, userCode: string): Page {
  return {
    title: 'Is this your device?',
    body: `<h1>Is this your device?</h1>
<p><strong>${escapeHtml(client)}</strong> should show exactly this code. If it does not, or if somebody sent you here, refuse.</p>
<p class="code"><code>${escapeHtml(userCode)}</code></p>
<form method="post" action="/device">
<input type="hidden" name="xsrf" value="${escapeHtml(xsrf)}">
<input type="hidden" name="user_code" value="${escapeHtml(userCode)}">
<input type="hidden" name="confirm" value="yes">
<div class="pair"><button name="abort" value="yes">Refuse</button><button class="primary">It is mine</button></div>
</form>`,
  };
}

/** Says that the device may go on. */
export function deviceApprovedPage(client: string): Page {
  return {
    title: 'Device connected',
    body: `<h1>Device connected</h1>
<p><strong>${escapeHtml(client)}</strong> continues by itself. You can close this tab.</p>`,
  };
}

/** Shows an error that cannot be sent to the client: its redirect URI is not known to be safe (RFC 6749 §4.1.2.1). */
export function failurePage(error: string, description: string | undefined): Page {
  return {
    title: 'This request cannot be answered',
    body: `<h1>This request cannot be answered</h1>
<p class="alarm">${escapeHtml(error)}</p>
<p>${escapeHtml(description ?? 'The provider gave no reason.')}</p>
<p>Go back to the terminal and start the sign-in again.</p>`,
  };
}
