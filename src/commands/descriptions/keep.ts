import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';
import { unattendedFlags } from '../unattended-flags.ts';

/** `oauth-login keep`. */
export const keepCommand: CommandDescription = {
  name: 'keep',
  description: 'keep a file with a valid token, until you press Ctrl-C',
  arguments: [
    { usage: '<target>', description: 'a provider (github), your own provider, or the address of an issuer' },
    { usage: '<file>', description: 'the file that holds the token; it is removed at the end' },
  ],
  flags: [
    { usage: '--id-token', description: 'keep the ID Token instead, for clusters and clouds' },
    shared.minValidity,
    shared.signInFirst,
    ...shared.whichToken,
    shared.json,
    shared.debug,
    ...unattendedFlags,
    shared.allowDebug,
  ],
};
