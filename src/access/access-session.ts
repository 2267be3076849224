import type { Session } from '../accounts/session.ts';
import type { AccessNote } from './access-note.ts';

/** What the use cases of this floor work with. */
export interface AccessSession extends Session {
  /** Shows each exchange with a server; absent: they are not shown. */
  readonly trace?: (line: string) => void;
  /** Is told of a note at once, because an error may follow. */
  readonly note: (note: AccessNote) => void;
}
