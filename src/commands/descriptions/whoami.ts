import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login whoami`. */
export const whoamiCommand: CommandDescription = {
  name: 'whoami',
  description: 'ask the provider who is signed in',
  arguments: [{ usage: '[target]' }],
  flags: [
    { usage: '--offline', description: 'show the stored answer, without network access' },
    shared.account,
    shared.host,
    shared.issuer,
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};
