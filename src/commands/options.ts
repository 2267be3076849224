import { Option } from 'commander';

/** An option that may be given more than once; its value is a list. */
const repeatable = (flags: string, description: string) =>
  new Option(flags, description).argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);

/** A host as people paste it: from the bar of a browser, with the scheme in front and a slash behind. */
function plainHost(value: string): string {
  return value.replace(/^https:\/\//i, '').replace(/\/$/, '');
}

/** The options that more than one command has: each call makes one, for one command. */
export const options = {
  repeatable,
  account: () => new Option('--account <name>', 'which account, by user name, e-mail or id'),
  host: () =>
    new Option('--host <host>', 'the host of a self-hosted provider, such as git.example.com').argParser(
      plainHost,
    ),
  tenant: () => new Option('--tenant <tenant>', 'the tenant, where the provider has them'),
  issuer: () => new Option('--issuer <url>', 'the Issuer Identifier, named exactly'),
  json: () => new Option('--json', 'answer with one JSON document, errors included'),
  debug: () => new Option('--debug', 'show each request (never a secret) and stack traces'),
  allowDebug: () =>
    new Option(
      '--allow-debug',
      'run although Node was started with --inspect or the like (see docs/security.md)',
    ),
  minValidity: () => new Option('--min-validity <seconds>', 'valid for at least this long (default: 60)'),
  clientId: () => new Option('--client-id <id>', 'the client identifier'),
  clientSecretFile: () =>
    new Option('--client-secret-file <path>', 'read the client secret from a file, - for standard input'),
  clientAuthentication: () =>
    new Option(
      '--client-authentication <method>',
      'how the client shows its secret: client_secret_basic, client_secret_post, or none',
    ),
  scope: () => repeatable('--scope <scopes>', 'ask for more scopes; repeatable, commas and spaces work'),
  param: () => repeatable('--param <name=value>', 'one more parameter of the request; repeatable'),
  redirectUri: () => new Option('--redirect-uri <uri>', 'the redirect URI, when it was registered exactly'),
  store: () => new Option('--store <kind>', 'where the sealing key lives: keychain, passphrase or file'),
  caFile: () => new Option('--ca-file <path>', 'more certificate authorities, a PEM file'),
  allowHttpLoopback: () =>
    new Option('--allow-http-loopback', 'allow plain http to a loopback address (a local identity server)'),
} as const;
