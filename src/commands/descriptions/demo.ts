import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login demo`. */
export const demoCommand: CommandDescription = {
  name: 'demo',
  description: 'walk through sign-in, token and sign-out with a built-in test provider',
  arguments: [],
  flags: [
    {
      usage: '--no-browser',
      description: 'finish in your own browser; without a terminal, the demo simulates one',
    },
    { usage: '--device', description: 'finish with a code on another device' },
    shared.debug,
    shared.allowDebug,
  ],
};
