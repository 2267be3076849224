import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';
import { unattendedFlags } from '../unattended-flags.ts';

/** `oauth-login proxy`. */
export const proxyCommand: CommandDescription = {
  name: 'proxy',
  description: 'open a local address that adds the token, for a program that must not see it',
  arguments: [
    { usage: '<target>', description: 'a provider (github), your own provider, or the address of an issuer' },
    { usage: '[command...]', description: 'the program and its arguments, after two dashes' },
  ],
  usage: '<target> [options] [-- <command...>]',
  flags: [
    {
      usage: '--allow <rule>',
      description: "pass on only requests such as 'GET /repos/**'; repeatable",
      isRepeatable: true,
    },
    { usage: '--port <port>', description: 'listen on this port (default: any free one)' },
    {
      usage: '--origin <url>',
      description: "lead to this one of the API's origins; repeatable (default: all)",
      isRepeatable: true,
    },
    {
      usage: '--as <variable>',
      description: 'the variable that holds the phantom token (default: GITHUB_TOKEN for github)',
    },
    {
      usage: '--url-as <variable>',
      description: 'the variable that holds the address (default: GITHUB_API_URL for github)',
    },
    { usage: '--log <file>', description: 'write a line for each request to a file, not to standard error' },
    shared.signInFirst,
    ...shared.whichToken,
    shared.json,
    shared.debug,
    ...unattendedFlags,
    shared.allowDebug,
  ],
};
