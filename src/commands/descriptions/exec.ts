import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';
import { signInFirst, unattendedFlags } from '../unattended-flags.ts';

/** `oauth-login exec`. */
export const execCommand: CommandDescription = {
  name: 'exec',
  description: 'run one command with an access token in its environment',
  arguments: [
    { usage: '<target>', description: 'a provider (github), your own provider, or the address of an issuer' },
    { usage: '[command...]', description: 'the program and its arguments, after two dashes' },
  ],
  usage: '<target> [options] -- <command...>',
  flags: [
    {
      usage: '--as <variable>',
      description:
        'the variable that holds the token (default: GITHUB_TOKEN for github); NAME=TARGET adds the token of another target; repeatable',
      isRepeatable: true,
    },
    { usage: '--id-token', description: 'give the ID Token instead, for clusters and clouds' },
    {
      usage: '--token-file <file>',
      description: 'give the token in a file that stays fresh while the command runs',
    },
    { usage: '--file-as <variable>', description: 'the variable that holds the path of that file' },
    shared.minValidity,
    signInFirst,
    ...shared.whichToken,
    shared.debug,
    ...unattendedFlags,
    shared.allowDebug,
  ],
};
