import type { Page } from './page.ts';
import { escapeHtml } from './page.ts';
import type { Person } from './person.ts';
import { picturePath } from './person.ts';

/** What a page needs to know of the authorization request. */
export interface RequestShown {
  readonly uid: string;
  readonly client: string;
  /** The origin of the redirect URI, where the answer goes; a device asks for its answer itself. */
  readonly returnTo: string | undefined;
  readonly scopes: readonly string[];
  readonly loginHint: string;
}

const meanings: Readonly<Record<string, string>> = {
  openid: 'know which account is yours',
  profile: 'read your name and your picture',
  email: 'read your e-mail address',
  offline_access: 'keep its access while you are away, until you sign out',
};

/** Sign in by choosing a person, or with a name and a password. */
export function signInPage(request: RequestShown, people: readonly Person[], refused: boolean): Page {
  const typing = refused || request.loginHint !== '';
  const example = people[0];
  return {
    title: refused ? 'Not signed in: name or password is wrong' : 'Sign in',
    formTarget: request.returnTo,
    body: `<h1>Sign in</h1>
<p>to continue to <strong>${escapeHtml(request.client)}</strong>. Choose who you are today:</p>
<form method="post" action="/interaction/${request.uid}/sign-in">
<ul>
${people.map(personButton).join('\n')}
</ul>
</form>
<details${typing ? ' open' : ''}>
<summary>Use a name and a password</summary>
${refused ? '<p class="alarm" role="alert">That name and password do not match. Try again.</p>' : ''}
<form method="post" action="/interaction/${request.uid}/sign-in">
<label>Name <input name="username" autocomplete="username" autocapitalize="none" spellcheck="false" required value="${escapeHtml(request.loginHint)}"></label>
<label>Password <input name="password" type="password" autocomplete="off" required></label>
${example ? `<p class="soft">For example <code>${escapeHtml(example.username)}</code> and <code>${escapeHtml(example.password)}</code>.</p>` : ''}
<button class="primary">Sign in</button>
</form>
</details>
<form method="post" action="/interaction/${request.uid}/consent">
<button name="decision" value="refuse">Cancel</button>
</form>`,
    ...(refused ? { status: 422 } : {}),
  };
}

/** Shows what is asked for and by whom; the person allows or refuses. */
export function consentPage(request: RequestShown, person: Person): Page {
  return {
    title: `Allow ${request.client}?`,
    formTarget: request.returnTo,
    body: `<h1>Allow <strong>${escapeHtml(request.client)}</strong>?</h1>
<p class="soft">You are signed in as</p>
<div class="who"><img src="${picturePath(person)}" alt=""><span><strong>${escapeHtml(person.name)}</strong><span class="soft">${escapeHtml(person.email)}</span></span></div>
<p>It asks to:</p>
<ul>
${request.scopes.map((scope) => `<li class="asked"><span>${meaningOf(scope)}</span></li>`).join('\n')}
</ul>
${destination(request.returnTo)}<form method="post" action="/interaction/${request.uid}/consent">
<div class="pair"><button name="decision" value="refuse">Refuse</button><button class="primary" name="decision" value="allow">Allow</button></div>
</form>`,
  };
}

/** The page for a sign-in that is finished, expired or belongs to another browser. */
export function closedPage(): Page {
  return {
    title: 'This sign-in is closed',
    status: 410,
    body: `<h1>This sign-in is closed</h1>
<p>It was finished, it expired, or it was started in another browser.</p>
<p>Go back to the terminal and start the sign-in again.</p>`,
  };
}

function personButton(person: Person): string {
  return `<li><button class="person" name="person" value="${escapeHtml(person.username)}"><img src="${picturePath(person)}" alt=""><span>${escapeHtml(person.name)}<span class="soft">${escapeHtml(person.email)}</span></span></button></li>`;
}

function destination(returnTo: string | undefined): string {
  return returnTo === undefined
    ? ''
    : `<p class="soft">The answer goes to <code>${escapeHtml(returnTo)}</code>, where your terminal is waiting for it.</p>\n`;
}

function meaningOf(scope: string): string {
  const meaning = meanings[scope];
  return meaning === undefined
    ? `use <code>${escapeHtml(scope)}</code>`
    : `${meaning} <span class="soft"><code>${escapeHtml(scope)}</code></span>`;
}
