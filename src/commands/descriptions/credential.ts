import type { CommandDescription, Flag } from '../flag.ts';
import * as shared from '../flags.ts';

const uninstall: Flag = {
  usage: '--uninstall',
  description: 'undo --install',
};
const print: Flag = {
  usage: '--print',
  description: 'print what --install would add',
};
const install: Flag = {
  usage: '--install',
  description: 'change the configuration of the program, after showing the change and asking',
  conflicts: [uninstall, print],
};

/** What single programs need. */
const more: readonly Flag[] = [
  {
    usage: '--for <program>',
    description: 'mcp: claude-code (the default) or cursor; mail: one client alone',
    completes: { words: ['claude-code', 'cursor', 'msmtp', 'mbsync', 'neomutt', 'aerc', 'himalaya'] },
  },
  { usage: '--user <name>', description: 'xoauth2, oauthbearer: the user name at the mail server' },
  { usage: '--role-arn <arn>', description: 'aws: the role to assume (default: AWS_ROLE_ARN)' },
  { usage: '--region <region>', description: 'aws: the region (default: AWS_REGION)' },
  { usage: '--session-name <name>', description: 'aws: the name of the session (default: oauth-login)' },
  { usage: '--profile <name>', description: 'aws: the profile that --install adds (default: the target)' },
  { usage: '--audience <name>', description: 'gcp: the provider of the pool, for --install' },
  { usage: '--access-token', description: 'kubernetes: give the access token instead of the ID Token' },
  { usage: '--cargo-plugin', description: 'cargo adds this' },
].map((flag) => ({ ...flag, group: 'For single programs:' }));

const kinds = [
  ...['git', 'docker', 'kubernetes', 'aws', 'gcp', 'bazel', 'go', 'cargo', 'terraform'],
  ...['xoauth2', 'oauthbearer', 'mcp'],
];

/** `oauth-login credential`. */
export const credentialCommand: CommandDescription = {
  name: 'credential',
  description: 'answer another program that asks for a credential, such as git or docker',
  arguments: [
    {
      usage: '<kind>',
      description: `${kinds.slice(0, -1).join(', ')} or ${kinds.at(-1)}`,
      completes: { words: kinds },
    },
    {
      usage: '[words...]',
      description: 'the account (a target), and what the program adds',
      completes: { from: 'accounts' },
    },
  ],
  usage: '<kind> [target] [options]',
  flags: [
    install,
    { ...uninstall, conflicts: [print] },
    print,
    { usage: '--yes', description: 'do not ask before the change' },
    shared.account,
    shared.debug,
    shared.allowDebug,
    ...more,
  ],
};
