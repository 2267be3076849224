import type { BegunSignIn, BegunSignInHead } from '../accounts/begun-sign-in.ts';
import { durationText } from '../ground/duration.ts';
import { safeText } from '../ground/safe-text.ts';
import type { Begun } from '../sign-in/begin-sign-in.ts';
import type { Resumed } from '../sign-in/resume-sign-in.ts';
import { accountDocument } from './json.ts';

const ERROR_PAGE =
  'the browser ends on an error page of its own (it cannot reach this machine), unless the command in "resume" runs at that moment; the address of that page is the answer';

/** What `login --no-wait --json` answers. */
export function begunDocument({ head, expiresIn, show }: Begun): Record<string, unknown> {
  const resume = ['oauth-login', 'login', '--resume', head.id, '--json'];
  const common = { id: head.id, status: 'pending', provider: head.provider, label: head.label };
  const end = { expires_in: expiresIn, expires_at: head.expiresAt, resume };
  if (show.kind === 'device_code') {
    const { userCode, verificationUri, verificationUriComplete, interval } = show;
    return {
      ...common,
      grant: 'device_code',
      verification_uri: verificationUri,
      ...(verificationUriComplete === undefined
        ? {}
        : { verification_uri_complete: verificationUriComplete }),
      user_code: userCode,
      interval,
      ...end,
      hint: 'show the page and the code to the person; then run the command in "resume", which waits, or add --once to ask once',
    };
  }
  return {
    ...common,
    grant: 'authorization_code',
    authorization_url: show.authorizationUri,
    redirect_uri: show.redirectUri,
    ...(show.openWithin === undefined ? {} : { authorization_url_expires_in: show.openWithin }),
    ...end,
    hint: `show the address to the person; ${ERROR_PAGE}, to be piped into the command in "resume"`,
  };
}

/** The same for people. */
export function begunText({ head, expiresIn, show }: Begun): string {
  const label = safeText(head.label);
  const resume = `oauth-login login --resume ${head.id}`;
  const time = durationText(expiresIn);
  if (show.kind === 'device_code') {
    return [
      `To sign in to ${label}, open this page on any device:`,
      show.verificationUri,
      'and enter this code there:',
      `    ${show.userCode}`,
      'Go on only if you started this yourself, here, just now.',
      `Then run this, within ${time}:`,
      resume,
      '',
    ].join('\n');
  }
  return [
    show.openWithin === undefined
      ? `To sign in to ${label}, open this address:`
      : `To sign in to ${label}, open this address, within ${durationText(show.openWithin)}:`,
    show.authorizationUri,
    `Then run this, within ${time}:`,
    resume,
    'If the browser ends on an error page before that command runs, copy the address of that page, and paste it when the command asks.',
    '',
  ].join('\n');
}

/** How a sign-in stands, as `login --resume --once --json` answers it. */
export function standingDocument(resumed: Resumed, now = new Date()): Record<string, unknown> {
  if (resumed.kind === 'done') {
    const { account, missingScopes } = resumed.signedIn;
    return { status: 'done', ...accountDocument(account, now), missing_scopes: missingScopes };
  }
  const { head } = resumed;
  return {
    id: head.id,
    status: resumed.kind,
    provider: head.provider,
    ...(resumed.kind === 'pending' ? { expires_at: head.expiresAt } : {}),
    ...(resumed.kind === 'pending' && resumed.interval !== undefined ? { interval: resumed.interval } : {}),
    hint: hintOf(resumed.kind, head),
  };
}

/** The same for people. */
export function standingText({ kind, head }: Exclude<Resumed, { readonly kind: 'done' }>): string {
  const what = {
    pending: 'has not been finished yet',
    denied: 'was refused by the person, or by the server',
    expired: 'was not finished in time',
  }[kind];
  const hint = hintOf(kind, head);
  return `The sign-in to ${safeText(head.label)} ${what}.\n${hint.charAt(0).toUpperCase()}${hint.slice(1)}\n`;
}

function hintOf(kind: Exclude<Resumed['kind'], 'done'>, { id, target }: BegunSignInHead): string {
  return kind === 'pending'
    ? `wait for the person: oauth-login login --resume ${id}`
    : `begin again: oauth-login ${safeText(target, 2048)} --no-wait`;
}

/** A sign-in that waits, as `status --json` shows it. */
export function waitingDocument({ head }: BegunSignIn): Record<string, unknown> {
  return {
    id: head.id,
    provider: head.provider,
    label: head.label,
    grant: head.grant,
    started_at: head.startedAt,
    expires_at: head.expiresAt,
    resume: ['oauth-login', 'login', '--resume', head.id],
  };
}

/** The same for people. */
export function waitingText({ head }: BegunSignIn, now: Date): string {
  const left = Math.max(1, Math.ceil((Date.parse(head.expiresAt) - now.getTime()) / 1000));
  return [
    `${safeText(head.label)}: a sign-in waits for you, for ${durationText(left)} more`,
    `  go on:     oauth-login login --resume ${head.id}`,
    '',
  ].join('\n');
}
