import { responseModes } from '../../providers/response-mode.ts';
import type { CommandDescription, Flag } from '../flag.ts';
import * as shared from '../flags.ts';

function under(group: string, flags: readonly Flag[]): readonly Flag[] {
  return flags.map((flag) => ({ ...flag, group }));
}

const noStore: Flag = { usage: '--no-store', description: 'store nothing, only show who signed in' };

/** Begins a sign-in that another call goes on with. */
const noWait: Flag = {
  usage: '--no-wait',
  description: 'only begin: print the address or the code at once, and go on with --resume',
};

/** Goes on with a sign-in that `--no-wait` has begun. */
const resume: Flag = {
  usage: '--resume <id>',
  description: 'go on with it: wait for the person, or take the address on standard input',
};

const device: Flag = { usage: '--device', description: 'show a code to enter on any device instead' };

const bindingMessage: Flag = {
  usage: '--binding-message <text>',
  description: 'with --ciba: a short text that the person sees there and you see here',
};

const ciba: Flag = {
  usage: '--ciba',
  description: 'let the server ask the person of --login-hint on a device of theirs',
  conflicts: [device, noWait],
};

/** `oauth-login login`. */
export const loginCommand: CommandDescription = {
  name: 'login',
  description: 'sign in; you may leave out the word "login"',
  arguments: [
    {
      usage: '[target]',
      description: 'a provider (github), your own provider, or the address of an issuer or an API',
      completes: { from: 'targets' },
    },
    { usage: '[person]', description: 'who signs in, where that decides the server: a handle of Bluesky' },
  ],
  flags: [
    { usage: '--no-browser', description: 'print the address instead of opening a browser' },
    { usage: '--oauth1', description: 'sign in with OAuth 1.0a, if the provider has both (X)' },
    device,
    ciba,
    bindingMessage,
    shared.scope,
    shared.account,
    {
      usage: '--as <name>',
      description: 'give the account a name, such as work, that you can type instead of the provider',
      conflicts: [noStore],
    },
    { usage: '--timeout <seconds>', description: 'how long to wait for you (default: 300)' },
    shared.store,
    noStore,
    shared.json,
    ...under('Which server:', [shared.host, shared.tenant, shared.issuer]),
    ...under('Your client:', [
      shared.clientId,
      shared.clientSecretFile,
      shared.keyFile,
      shared.clientAuthentication,
      shared.clientCertificateFile,
      shared.clientCertificateKeyFile,
      shared.redirectUri,
      { usage: '--port <ports>', description: 'listen on this port, or the first free one of a list' },
    ]),
    ...under('In two calls, for agents and scripts:', [
      noWait,
      resume,
      { usage: '--once', description: 'with --resume: ask once whether the person has finished' },
    ]),
    ...under('An API by its address:', [
      {
        usage: '--yes',
        description:
          'agree to the sign-in server that the API names, once it is shown, and to a registration there',
      },
      {
        usage: '--client-metadata-url <url>',
        description: 'where your client metadata document is, for servers that read one',
      },
      { usage: '--no-resource-parameter', description: 'do not name the API to a server that refuses that' },
    ]),
    ...under('Rarely needed:', [
      { usage: '--login-hint <name>', description: 'tell the provider who will sign in' },
      shared.param,
      {
        usage: '--authorization-details <path>',
        description: 'a JSON file that says what to allow, for servers with RFC 9396',
      },
      {
        usage: '--response-mode <mode>',
        description: 'how the server sends its answer, if not in the address: form_post, jwt, …',
        choices: responseModes,
      },
      {
        usage: '--signed-request',
        description: 'sign the request with the key of the client (RFC 9101)',
      },
      {
        usage: '--par',
        description: 'push the request to the server before the browser opens (RFC 9126)',
      },
      {
        usage: '--dpop',
        description: 'have the tokens bound to a key of this account (DPoP); a stolen one is of no use then',
      },
      {
        usage: '--short-lived',
        description: 'request tokens that expire soon and are refreshed (GitHub)',
      },
      { usage: '--no-offline-access', description: 'do not request a refresh token' },
      shared.caFile,
      shared.allowHttpLoopback,
      {
        usage: '--events',
        description: 'like --json, with progress as lines of JSON on standard error',
      },
      shared.debug,
    ]),
    shared.allowDebug,
  ],
};
