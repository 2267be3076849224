import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login status`. */
export const statusCommand: CommandDescription = {
  name: 'status',
  description: 'show every account and kept token, without network access',
  arguments: [],
  flags: [shared.json, shared.debug, shared.allowDebug],
};
