import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login logout`. */
export const logoutCommand: CommandDescription = {
  name: 'logout',
  description: 'sign out: revoke the tokens if the provider can, and delete them',
  arguments: [{ usage: '[target]' }],
  flags: [
    {
      usage: '--all',
      description: 'every account of the target; without one, all, and the clients the tool registered',
      conflicts: [shared.account],
    },
    { usage: '--forget', description: 'also delete what cannot be revoked, and say what stays valid' },
    {
      usage: '--browser-too',
      description: 'also end the session in the browser, if the provider offers that',
    },
    shared.account,
    shared.host,
    shared.issuer,
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};
