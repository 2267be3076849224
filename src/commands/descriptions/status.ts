import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login status`. */
export const statusCommand: CommandDescription = {
  name: 'status',
  description: 'show every account and kept token, without network access',
  arguments: [],
  flags: [
    {
      usage: '--check-expiry <time>',
      description: 'exit with 4 if a sign-in or a client secret ends within this time, such as 3d or 12h',
    },
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};
