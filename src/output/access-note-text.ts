import type { AccessNote } from '../access/access-session.ts';
import { clockOffsetText, problemText } from './text.ts';

/** The lines that tell a person of a note. */
export function accessNoteText(note: AccessNote): string {
  switch (note.kind) {
    case 'supplied-token':
      return `using the token in ${note.variable}\n`;
    case 'clock-differs':
      return `note: ${clockOffsetText(note.seconds, note.label)}\n`;
    case 'refresh-token-lost':
      return `oauth-login: warning: ${note.label} sent a new refresh token, which was not kept, and the old one may no longer work; keep the new one with --rotate-to FILE\n`;
    case 'token-not-kept':
      return `oauth-login: warning: the token is not kept: ${note.error.message}\n`;
    case 'account-not-changed':
      return problemText('warning', note.error);
    case 'release-not-logged':
      return problemText('warning', {
        message: `the release log has no line about this token: ${note.error.message}`,
        hint: note.error.hint,
      });
    case 'file-not-locked':
      return `oauth-login: warning: do not run two of these commands at once, because the file cannot be locked: ${note.error.message}\n`;
  }
}
