import type { CommandDescription, Flag } from './flag.ts';
import * as shared from './flags.ts';
import { exec, request, token } from './token-descriptions.ts';

const login: CommandDescription = {
  name: 'login',
  description: 'sign in; you may leave out the word "login"',
  arguments: [{ usage: '[target]', description: 'a provider (github), your own provider, or an issuer URL' }],
  flags: [
    shared.clientId,
    shared.clientSecretFile,
    shared.clientAuthentication,
    shared.scope,
    shared.issuer,
    shared.host,
    shared.tenant,
    { usage: '--no-browser', description: 'print the address instead of opening a browser' },
    { usage: '--device', description: 'show a code to enter on any device instead' },
    { usage: '--port <ports>', description: 'listen on this port, or the first free one of a list' },
    shared.redirectUri,
    shared.account,
    { usage: '--login-hint <name>', description: 'tell the provider who will sign in' },
    shared.param,
    { usage: '--short-lived', description: 'request tokens that expire soon and are refreshed (GitHub)' },
    { usage: '--no-offline-access', description: 'do not request a refresh token' },
    { usage: '--timeout <seconds>', description: 'how long to wait for you (default: 300)' },
    shared.store,
    { usage: '--no-store', description: 'store nothing, only show who signed in' },
    shared.caFile,
    shared.allowHttpLoopback,
    shared.json,
    { usage: '--events', description: 'like --json, with progress as lines of JSON on standard error' },
    shared.debug,
    shared.allowDebug,
  ],
};

const whoami: CommandDescription = {
  name: 'whoami',
  description: 'ask the provider who is signed in',
  arguments: [{ usage: '[target]' }],
  flags: [
    { usage: '--offline', description: 'show the stored answer, without asking' },
    shared.account,
    shared.host,
    shared.issuer,
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};

const status: CommandDescription = {
  name: 'status',
  description: 'show every account and kept token, without network access',
  arguments: [],
  flags: [shared.json, shared.allowDebug],
};

const logout: CommandDescription = {
  name: 'logout',
  description: 'revoke at the provider if possible, and delete',
  arguments: [{ usage: '[target]' }],
  flags: [
    {
      usage: '--all',
      description: 'every account (of the target, if there is one)',
      conflicts: [shared.account],
    },
    { usage: '--forget', description: 'also delete what cannot be revoked, and say what stays valid' },
    shared.account,
    shared.host,
    shared.issuer,
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};

const providers: CommandDescription = {
  name: 'providers',
  description: 'list the known providers, or show one in full',
  arguments: [{ usage: '[name]' }],
  flags: [
    { usage: '--search <words>', description: 'list those that match the words, such as cloud' },
    { usage: '--device', description: 'list those where --device works' },
    { usage: '--no-registration', description: 'list those where you need not register anything' },
    shared.host,
    shared.tenant,
    shared.json,
    shared.allowDebug,
  ],
};

const fromFile: Flag = {
  usage: '--from <file>',
  description: 'import the client file from the provider',
  conflicts: [shared.issuer, shared.clientId, shared.clientSecretFile],
};

const register: Flag = {
  usage: '--register',
  description: 'let the server register this tool, without a question',
  conflicts: [fromFile, shared.clientId, shared.clientSecretFile],
};

const setup: CommandDescription = {
  name: 'setup',
  description: 'register a client for a provider, or define your own provider',
  arguments: [{ usage: '<name>', description: 'a provider, or a name for your own' }],
  flags: [
    shared.issuer,
    fromFile,
    register,
    {
      usage: '--remove',
      description: 'delete the saved client, also at the server if this tool registered it',
      conflicts: [fromFile, register, shared.clientId, shared.clientSecretFile],
    },
    { usage: '--forget', description: 'with --remove: delete it here even if the server cannot be asked' },
    shared.clientId,
    shared.clientSecretFile,
    shared.clientAuthentication,
    shared.scope,
    shared.host,
    shared.tenant,
    shared.redirectUri,
    {
      usage: '--code-challenge-method <method>',
      description: 'the PKCE method that the server supports but does not list: S256',
      choices: ['S256'],
    },
    shared.store,
    shared.caFile,
    shared.allowHttpLoopback,
    shared.debug,
    shared.allowDebug,
  ],
};

const demo: CommandDescription = {
  name: 'demo',
  description: 'walk through sign-in, token and sign-out with a built-in test provider',
  arguments: [],
  flags: [
    {
      usage: '--no-browser',
      description: 'finish in your own browser, elsewhere; without a terminal, one is simulated',
    },
    { usage: '--device', description: 'finish with a code on another device' },
    shared.allowDebug,
  ],
};

/** All commands, in the order of the help. */
export const descriptions = {
  login,
  whoami,
  token,
  exec,
  request,
  status,
  logout,
  providers,
  setup,
  demo,
} as const;

/** The names of the commands. */
export type CommandName = keyof typeof descriptions;

/** The description of the command of that name; `undefined` when there is none. */
export function descriptionOf(name: string | undefined): CommandDescription | undefined {
  return Object.values(descriptions).find((description) => description.name === name);
}
