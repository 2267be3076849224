import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login forget`. */
export const forgetCommand: CommandDescription = {
  name: 'forget',
  description: 'remove everything that this tool keeps for you',
  arguments: [],
  flags: [
    {
      usage: '--everything',
      description: 'sign out everywhere, and remove all clients, settings, keys and files',
    },
    { usage: '--yes', description: 'do not ask' },
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};
