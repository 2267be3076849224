import type { CommandDescription, Flag } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login use`. */
export const useCommand: CommandDescription = {
  name: 'use',
  description: 'use one account in a directory and everything below it; without arguments, list these rules',
  arguments: [
    { usage: '[account]', description: 'an account, such as github:octocat' },
    { usage: '[directory]', description: 'the directory (default: the one you are in)' },
  ],
  flags: [
    { usage: '--here', description: 'the directory you are in' },
    { usage: '--remove', description: 'take the rule away, or all rules of the directory' },
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};

const everywhere: Flag = {
  usage: '--everywhere',
  description: 'make it the default also where no provider is named',
};

/** `oauth-login switch`. */
export const switchCommand: CommandDescription = {
  name: 'switch',
  description: 'choose the default account of a provider',
  arguments: [{ usage: '[account]', description: 'an account, such as github:octocat; or a provider' }],
  flags: [
    everywhere,
    {
      usage: '--remove',
      description: 'take the default of this provider away; with --everywhere, the one without a provider',
    },
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};
