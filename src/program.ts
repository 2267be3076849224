import { Command, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { Context } from './context.ts';

const collect = (value: string, before: readonly string[] | undefined) => [...(before ?? []), value];

const account = () => new Option('--account <name>', 'which account, by user name, e-mail or id');
const host = () => new Option('--host <host>', 'the host of a self-hosted provider, such as git.example.com');
const tenant = () => new Option('--tenant <tenant>', 'the tenant, where the provider has them');
const issuer = () => new Option('--issuer <url>', 'the Issuer Identifier, named exactly');
const json = () => new Option('--json', 'answer with one JSON document, errors included');
const debug = () => new Option('--debug', 'show each request (never a secret) and stack traces');
const minValidity = () =>
  new Option('--min-validity <seconds>', 'valid for at least this long (default: 60)');
const clientId = () => new Option('--client-id <id>', 'the client identifier');
const clientSecretFile = () =>
  new Option('--client-secret-file <path>', 'read the client secret from a file, - for standard input');
const scope = () =>
  new Option('--scope <scopes>', 'ask for more scopes; repeatable, commas and spaces work').argParser(
    collect,
  );
const redirectUri = () =>
  new Option('--redirect-uri <uri>', 'the redirect URI, when it was registered exactly');
const store = () => new Option('--store <kind>', 'where the sealing key lives: keychain, passphrase or file');
const caFile = () => new Option('--ca-file <path>', 'more certificate authorities, a PEM file');
const allowHttpLoopback = () =>
  new Option('--allow-http-loopback', 'allow plain http to a loopback address (a local identity server)');

const repeatable = (flags: string, description: string) => new Option(flags, description).argParser(collect);

/** The flags of `token` for jobs that no person stands behind. */
const grantOptions = (): readonly Option[] => [
  new Option(
    '--grant <grant>',
    'ask for a token without a person: client-credentials, refresh-token, jwt-bearer or token-exchange',
  ).conflicts('account'),
  clientId(),
  clientSecretFile(),
  new Option(
    '--client-authentication <method>',
    'client_secret_basic, client_secret_post, client_secret_jwt, private_key_jwt or none',
  ),
  new Option('--key-file <path>', 'a private key: JWK, PEM, or the JSON file of a Google service account'),
  new Option('--key-id <id>', 'what the server calls the key'),
  repeatable('--scope <scopes>', 'what to ask for; repeatable, commas and spaces work'),
  repeatable('--audience <audience>', 'for whom the token shall be; repeatable'),
  repeatable('--resource <uri>', 'the API the token shall be for (RFC 8707); repeatable'),
  repeatable('--param <name=value>', 'one more parameter of the request; repeatable'),
  new Option('--subject <name>', 'jwt-bearer: for whom the key acts'),
  new Option('--refresh-token-file <path>', 'refresh-token: read it from a file, - for standard input'),
  new Option('--rotate-to <file>', 'refresh-token: where to write the one that the server sends instead'),
  new Option('--subject-from <place>', "token-exchange: ci, the CI job's own identity"),
  new Option('--subject-token-file <path>', 'token-exchange: read it from a file, - for standard input'),
  new Option('--subject-token-env <name>', 'token-exchange: the variable that holds it'),
  new Option('--subject-token-type <type>', 'token-exchange: what it is, such as jwt or access_token'),
  new Option('--subject-audience <audience>', "token-exchange: for whom the CI job's identity is made out"),
  new Option('--requested-token-type <type>', 'token-exchange: what to ask for'),
  store(),
  new Option('--no-store', 'do not keep the token until it expires'),
  caFile(),
  allowHttpLoopback(),
];

/** Runs a command line in a context; gives the exit code. */
export type Run = (argv: readonly string[], context: Context) => Promise<number>;

/** How a command ended that ran another program. */
export interface Ending {
  /** The exit code of that program, which becomes ours. */
  exitCode?: number;
}

/** All commands, in the order of the help. */
export function createProgram(context: Context, run: Run, ending: Ending = {}): Command {
  const program = new Command('oauth-login')
    .description('Sign in to any OAuth 2.0 or OpenID Connect provider, and use the token in scripts.')
    .usage('<target> [options]\n       oauth-login <command> [options]')
    .version(packageJson.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError(true)
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => context.stdout.columns ?? 80,
      outputError: () => {},
    })
    .exitOverride()
    .allowExcessArguments()
    .hook('preAction', async (root, typed) =>
      (await import('./commands/refuse-excess.ts')).refuseExcess(typed, root),
    )
    .addHelpText('after', EXAMPLES);

  program
    .command('login', { isDefault: true })
    .description('sign in; the word "login" may be left out')
    .argument('[target]', 'a provider (github), one of your own, or the URL of an issuer')
    .addOption(clientId())
    .addOption(clientSecretFile())
    .addOption(scope())
    .addOption(issuer())
    .addOption(host())
    .addOption(tenant())
    .option('--no-browser', 'print the address instead of opening a browser')
    .option('--device', 'show a code to enter on another device instead')
    .option('--port <ports>', 'listen on this port, or the first free one of a list')
    .addOption(redirectUri())
    .addOption(account())
    .option('--login-hint <name>', 'tell the provider who is going to sign in')
    .addOption(
      new Option('--param <name=value>', 'one more parameter of the request; repeatable').argParser(collect),
    )
    .option('--no-offline-access', 'do not ask for a refresh token')
    .option('--timeout <seconds>', 'how long to wait for you (default: 300)')
    .addOption(store())
    .option('--no-store', 'keep nothing, only say who signed in')
    .addOption(caFile())
    .addOption(allowHttpLoopback())
    .addOption(json())
    .option('--events', 'with --json: tell a program how it goes, lines of JSON on standard error')
    .addOption(debug())
    .action(async (target: string | undefined, flags) => {
      const [{ login }, { requireTarget }, { orMistypedCommand }] = await Promise.all([
        import('./commands/login.ts'),
        import('./commands/require-target.ts'),
        import('./commands/mistyped-command.ts'),
      ]);
      const typed = requireTarget(target ?? flags.issuer);
      const commands = program.commands.map((command) => command.name());
      await login(typed, flags, context).catch((error: unknown) => {
        throw orMistypedCommand(error, typed, commands);
      });
    });

  program
    .command('whoami')
    .description('who is signed in: asks the provider')
    .argument('[target]')
    .option('--offline', 'tell what was stored, without asking')
    .addOption(account())
    .addOption(host())
    .addOption(issuer())
    .addOption(json())
    .addOption(debug())
    .action(async (target, flags) => (await import('./commands/whoami.ts')).whoami(target, flags, context));

  const token = program
    .command('token')
    .description('print an access token that is valid now, refreshed when needed')
    .argument('[target]')
    .addOption(minValidity())
    .option(
      '--format <format>',
      'raw, json, header, env, dotenv, fish, powershell, github-actions, gitlab-dotenv or netrc (default: raw)',
    )
    .option(
      '--as <variable>',
      'the variable that a format for shells or files sets (default: GITHUB_TOKEN, say)',
    )
    .option('--refresh', 'refresh even when the stored token would do')
    .addOption(account())
    .addOption(host())
    .addOption(tenant())
    .addOption(issuer())
    .addOption(json().conflicts('format'))
    .addOption(debug())
    .action(async (target, flags) => (await import('./commands/token.ts')).token(target, flags, context));
  for (const option of grantOptions()) token.addOption(option);

  program
    .command('exec')
    .description('run a command with an access token in its environment, nowhere else')
    .argument('<target>')
    .argument('[command...]', 'the program and its arguments, behind two dashes')
    .usage('<target> [options] -- <command...>')
    .option('--as <variable>', 'the variable that holds the token (default: GITHUB_TOKEN for github)')
    .addOption(minValidity())
    .addOption(account())
    .addOption(host())
    .addOption(issuer())
    .addOption(debug())
    .action(async (target: string, words: string[], flags) => {
      const { requireSeparator, runWithToken } = await import('./commands/exec.ts');
      requireSeparator(rawArguments(program), target);
      ending.exitCode = await runWithToken(target, words, flags, context);
    });

  program
    .command('request')
    .description(
      'send a request with an access token, only to the API it was issued for; flags as curl has them',
    )
    .argument('<target>')
    .argument('<url>')
    .option('-X, --request <method>', 'the method (default: GET, or POST with data)')
    .addOption(new Option('-H, --header <line>', 'one more header; repeatable').argParser(collect))
    .addOption(
      new Option('-d, --data <data>', 'a form body; @FILE reads a file, @- standard input').argParser(
        collect,
      ),
    )
    .addOption(new Option('--json <data>', 'a JSON body; @FILE and @- as well').argParser(collect))
    .option('-i, --include', 'show the status and the headers too')
    .option('-f, --fail', 'exit 5 for a status of 4xx and 7 for 5xx, without the body')
    .option(
      '-o, --output <file>',
      'write into a file, which appears when it is complete; - for standard output',
    )
    .addOption(account())
    .addOption(host())
    .addOption(issuer())
    .addOption(debug())
    .action(async (target, url, flags) =>
      (await import('./commands/request.ts')).request(target, url, flags, context),
    );

  program
    .command('status')
    .description('every account, its scopes and expiry, and where its secrets live; no network')
    .addOption(json())
    .action(async (flags) => (await import('./commands/status.ts')).status(flags, context));

  program
    .command('logout')
    .description('revoke at the provider where it can be done, and forget')
    .argument('[target]')
    .addOption(new Option('--all', 'every account (of the target, when there is one)').conflicts('account'))
    .addOption(account())
    .addOption(host())
    .addOption(issuer())
    .addOption(json())
    .addOption(debug())
    .action(async (target, flags) => (await import('./commands/logout.ts')).logout(target, flags, context));

  program
    .command('providers')
    .description('the providers known by name, or one of them in full')
    .argument('[name]')
    .addOption(host())
    .addOption(tenant())
    .addOption(json())
    .action(async (name, flags) => (await import('./commands/providers.ts')).providers(name, flags, context));

  program
    .command('setup')
    .description('register a client for a provider, or define a provider of your own')
    .argument('<name>', 'a provider, or the name your own shall have')
    .addOption(issuer())
    .addOption(
      new Option('--from <file>', 'import the client file that the provider offers for download').conflicts([
        'issuer',
        'clientId',
        'clientSecretFile',
      ]),
    )
    .addOption(clientId())
    .addOption(clientSecretFile())
    .addOption(scope())
    .addOption(host())
    .addOption(tenant())
    .addOption(redirectUri())
    .addOption(store())
    .addOption(caFile())
    .addOption(allowHttpLoopback())
    .addOption(debug())
    .action(async (name, flags) => (await import('./commands/setup.ts')).setup(name, flags, context));

  program
    .command('demo')
    .description('see it all work against a provider inside this program; touches nothing of yours')
    .option(
      '--no-browser',
      'finish in a browser of your own, elsewhere; without a terminal its part is played',
    )
    .option('--device', 'finish with a code on another device')
    .action(async (flags) => {
      ending.exitCode = await (await import('./commands/demo.ts')).demo(run, flags, context);
    });

  return program;
}

/** The command line as it was given: commander keeps it, only its types do not say so. */
function rawArguments(program: Command & { readonly rawArgs?: readonly string[] }): readonly string[] {
  return program.rawArgs ?? [];
}

const EXAMPLES = `
Examples:
  oauth-login github                        sign in to GitHub
  oauth-login gitlab --host git.example.com
  oauth-login https://issuer.example --client-id my-client
  oauth-login whoami
  curl -H "Authorization: Bearer $(oauth-login token github)" https://api.github.com/user

Exit codes: 0 done, 1 our own fault, 2 wrong command line, 3 configuration,
4 sign in first, 5 the server refused, 6 a reply not to be trusted, 7 network,
8 storage, 130 interrupted.
`;
