import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login providers`. */
export const providersCommand: CommandDescription = {
  name: 'providers',
  description: 'list the known providers, or show one in full',
  arguments: [{ usage: '[name]' }],
  flags: [
    { usage: '--search <words>', description: 'list those that match the words, such as cloud' },
    { usage: '--device', description: 'list those where --device works' },
    { usage: '--no-registration', description: 'list those where you need not register anything' },
    shared.host,
    shared.tenant,
    shared.json,
    shared.allowDebug,
  ],
};
