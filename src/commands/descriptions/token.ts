import type { CommandDescription, Flag } from '../flag.ts';
import * as shared from '../flags.ts';
import { signInFirst, unattendedFlags } from '../unattended-flags.ts';

const formats = [
  ...['raw', 'json', 'header', 'headers-json', 'env', 'dotenv', 'fish', 'powershell'],
  ...['github-actions', 'gitlab-dotenv', 'netrc'],
];

const format: Flag = {
  usage: '--format <format>',
  description: `${formats.slice(0, -1).join(', ')} or ${formats.at(-1)} (default: raw)`,
  completes: { words: formats },
};

const as: Flag = {
  usage: '--as <variable>',
  description: 'the variable that the format sets (default: for example GITHUB_TOKEN)',
};

const method: Flag = {
  usage: '--method <method>',
  description: 'with --format header and DPoP or OAuth 1.0a: the method to sign',
};
const url: Flag = {
  usage: '--url <url>',
  description: 'with --format header and DPoP or OAuth 1.0a: the URL to sign',
};

/** With an account, a token with fewer scopes; with `--grant`, the scopes to request. */
const scope: Flag = {
  ...shared.scope,
  description:
    'the scopes of the token: fewer than the account has; repeatable, or separated by commas or spaces',
};

const idToken: Flag = {
  usage: '--id-token',
  description: 'print the ID Token, for clusters and clouds that sign in with it',
  conflicts: [method, url, scope],
};

/** `oauth-login token`. */
export const tokenCommand: CommandDescription = {
  name: 'token',
  description: 'print a valid access token, refreshed if needed',
  arguments: [{ usage: '[target]' }],
  flags: [
    shared.minValidity,
    format,
    as,
    idToken,
    {
      usage: '--introspect',
      description: 'print what the server tells of the token, and not the token (RFC 7662)',
      conflicts: [format, as, method, url, scope, idToken],
    },
    method,
    url,
    scope,
    { usage: '--refresh', description: 'refresh even if the stored token is still valid' },
    signInFirst,
    ...shared.whichToken,
    { ...shared.json, conflicts: [format] },
    shared.debug,
    ...unattendedFlags.filter(({ usage }) => usage !== scope.usage),
    shared.allowDebug,
  ],
};
