import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';
import { signInFirst, unattendedFlags } from '../unattended-flags.ts';

/** `oauth-login request`. */
export const requestCommand: CommandDescription = {
  name: 'request',
  description: "send a request with the access token to the provider's API; the flags are like curl's",
  arguments: [
    { usage: '<target>' },
    {
      usage: '[url]',
      description:
        'the URL of the request, or its path where the provider has one API; only the address of an API may stand alone',
    },
  ],
  flags: [
    { usage: '-X, --request <method>', description: 'the method (default: GET, or POST with data)' },
    { usage: '-H, --header <line>', description: 'add a header; repeatable', isRepeatable: true },
    {
      usage: '-d, --data <data>',
      description: 'a form body; @FILE reads a file, @- reads standard input',
      isRepeatable: true,
    },
    { usage: '--json <data>', description: 'a JSON body; @FILE and @- work too', isRepeatable: true },
    { usage: '-i, --include', description: 'also show the status and the headers' },
    {
      usage: '-f, --fail',
      description: 'exit with 5 for status 4xx and with 7 for 5xx, without the body',
    },
    {
      usage: '-o, --output <file>',
      description: 'write the body to a file, once it is complete (- is standard output)',
    },
    signInFirst,
    ...shared.whichToken,
    shared.debug,
    ...unattendedFlags,
    shared.allowDebug,
  ],
};
