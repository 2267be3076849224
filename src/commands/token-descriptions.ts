import type { CommandDescription, Flag } from './flag.ts';
import * as shared from './flags.ts';
import { grantFlags } from './grant-flags.ts';

const whichToken = [shared.account, shared.host, shared.tenant, shared.issuer];

const format: Flag = {
  usage: '--format <format>',
  description:
    'raw, json, header, env, dotenv, fish, powershell, github-actions, gitlab-dotenv or netrc (default: raw)',
};

/** `oauth-login token`. */
export const token: CommandDescription = {
  name: 'token',
  description: 'print a valid access token, refreshed if needed',
  arguments: [{ usage: '[target]' }],
  flags: [
    shared.minValidity,
    format,
    {
      usage: '--as <variable>',
      description: 'the variable that the format sets (default: for example GITHUB_TOKEN)',
    },
    { usage: '--refresh', description: 'refresh even if the stored token is still valid' },
    ...whichToken,
    { ...shared.json, conflicts: [format] },
    shared.debug,
    ...grantFlags,
    shared.allowDebug,
  ],
};

/** `oauth-login exec`. */
export const exec: CommandDescription = {
  name: 'exec',
  description: 'run one command with an access token in its environment',
  arguments: [
    { usage: '<target>' },
    { usage: '[command...]', description: 'the program and its arguments, after two dashes' },
  ],
  usage: '<target> [options] -- <command...>',
  flags: [
    {
      usage: '--as <variable>',
      description: 'the variable that holds the token (default: GITHUB_TOKEN for github)',
    },
    shared.minValidity,
    ...whichToken,
    shared.debug,
    ...grantFlags,
    shared.allowDebug,
  ],
};

/** `oauth-login request`. */
export const request: CommandDescription = {
  name: 'request',
  description: 'send a request with an access token to its own API, with flags like those of curl',
  arguments: [{ usage: '<target>' }, { usage: '<url>' }],
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
      description: 'write to a file, which appears when it is complete (- is standard output)',
    },
    ...whichToken,
    shared.debug,
    ...grantFlags,
    shared.allowDebug,
  ],
};
