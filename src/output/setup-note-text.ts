import type { Context } from '../ground/context.ts';
import type { SetupNote, TellSetupNote } from '../setup/setup-note.ts';

/** Writes each note to standard error. */
export function setupNotes({ stderr }: Pick<Context, 'stderr'>): TellSetupNote {
  return (note) => void stderr.write(setupNoteText(note));
}

/** The line that tells a person of a note. */
function setupNoteText(note: SetupNote): string {
  switch (note.kind) {
    case 's256-not-listed':
      return `note: ${note.label} does not list S256 among its PKCE methods, and a sign-in with a browser needs it; if it works anyway, say so with --code-challenge-method S256.\n`;
    case 'token-origin':
      return `note: ${note.label} issues its tokens at ${note.origin}; this was saved.\n`;
    case 'client-secret-ends': {
      const again = `oauth-login setup ${note.target} --register`;
      return `note: the client secret expires on ${note.on.toISOString().slice(0, 10)}; to register again then: ${again}\n`;
    }
  }
}
