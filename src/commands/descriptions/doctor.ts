import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login doctor`. */
export const doctorCommand: CommandDescription = {
  name: 'doctor',
  description: 'find out why a sign-in does not work; what it prints may be shown to others',
  arguments: [
    {
      usage: '[target]',
      description: 'also try to reach this provider, issuer or API',
      completes: { from: 'targets' },
    },
  ],
  flags: [
    shared.host,
    shared.tenant,
    shared.issuer,
    shared.clientId,
    shared.redirectUri,
    { usage: '--port <ports>', description: 'try to listen on this port, or the first free one of a list' },
    shared.caFile,
    shared.allowHttpLoopback,
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};
