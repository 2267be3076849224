import type { CommandDescription, Flag } from '../flag.ts';
import * as shared from '../flags.ts';

const fromFile: Flag = {
  usage: '--from <file>',
  description: 'import the client file from the provider',
  conflicts: [shared.issuer, shared.clientId, shared.clientSecretFile],
};

const register: Flag = {
  usage: '--register',
  description: 'let the server register this tool, without asking you',
  conflicts: [fromFile, shared.clientId, shared.clientSecretFile],
};

const generateKey: Flag = {
  usage: '--generate-key',
  description: 'make a key that the client signs with, and print its public half to register',
  conflicts: [fromFile, register, shared.clientSecretFile, shared.keyFile],
};

/** `oauth-login setup`. */
export const setupCommand: CommandDescription = {
  name: 'setup',
  description: 'register a client for a provider, or define your own provider',
  arguments: [
    { usage: '<name>', description: 'a provider, or a name for your own', completes: { from: 'providers' } },
  ],
  flags: [
    shared.issuer,
    fromFile,
    register,
    {
      usage: '--remove',
      description: 'delete the saved client, also at the server if this tool registered it',
      conflicts: [fromFile, register, shared.clientId, shared.clientSecretFile],
    },
    { usage: '--forget', description: 'with --remove: delete it here even if the server does not' },
    shared.clientId,
    shared.clientSecretFile,
    shared.keyFile,
    generateKey,
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
    { usage: '--json', description: 'with --generate-key: print one JSON document, also for errors' },
    shared.caFile,
    shared.allowHttpLoopback,
    shared.debug,
    shared.allowDebug,
  ],
};
