import { Command, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { options } from './commands/options.ts';
import { addTokenCommands, type Ending } from './commands/token-commands.ts';
import type { Context } from './ground/context.ts';

/** Runs a command line in a context; gives the exit code. */
export type Run = (argv: readonly string[], context: Context) => Promise<number>;

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
      getOutHelpWidth: () => context.stdout.columns || 80,
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
    .addOption(options.clientId())
    .addOption(options.clientSecretFile())
    .addOption(options.clientAuthentication())
    .addOption(options.scope())
    .addOption(options.issuer())
    .addOption(options.host())
    .addOption(options.tenant())
    .option('--no-browser', 'print the address instead of opening a browser')
    .option('--device', 'show a code to enter on another device instead')
    .option('--port <ports>', 'listen on this port, or the first free one of a list')
    .addOption(options.redirectUri())
    .addOption(options.account())
    .option('--login-hint <name>', 'tell the provider who is going to sign in')
    .addOption(options.param())
    .option(
      '--short-lived',
      'ask for tokens that expire soon and are refreshed, where they would not (GitHub)',
    )
    .option('--no-offline-access', 'do not ask for a refresh token')
    .option('--timeout <seconds>', 'how long to wait for you (default: 300)')
    .addOption(options.store())
    .option('--no-store', 'keep nothing, only say who signed in')
    .addOption(options.caFile())
    .addOption(options.allowHttpLoopback())
    .addOption(options.json())
    .option('--events', 'as --json, and tell a program how it goes: lines of JSON on standard error')
    .addOption(options.debug())
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
    .addOption(options.account())
    .addOption(options.host())
    .addOption(options.issuer())
    .addOption(options.json())
    .addOption(options.debug())
    .action(async (target, flags) => (await import('./commands/whoami.ts')).whoami(target, flags, context));

  addTokenCommands(program, context, ending);

  program
    .command('status')
    .description('every account and kept token, scopes and expiry, where secrets live; no network')
    .addOption(options.json())
    .action(async (flags) => (await import('./commands/status.ts')).status(flags, context));

  program
    .command('logout')
    .description('revoke at the provider where it can be done, and forget')
    .argument('[target]')
    .addOption(new Option('--all', 'every account (of the target, when there is one)').conflicts('account'))
    .option('--forget', 'forget also what cannot be revoked, and say what stays valid there')
    .addOption(options.account())
    .addOption(options.host())
    .addOption(options.issuer())
    .addOption(options.json())
    .addOption(options.debug())
    .action(async (target, flags) => (await import('./commands/logout.ts')).logout(target, flags, context));

  program
    .command('providers')
    .description('the providers known by name, or one of them in full')
    .argument('[name]')
    .addOption(new Option('--search <words>', 'list those that the words fit, such as cloud'))
    .option('--device', 'list those where --device works')
    .addOption(options.host())
    .addOption(options.tenant())
    .addOption(options.json())
    .action(async (name, flags) => (await import('./commands/providers.ts')).providers(name, flags, context));

  program
    .command('setup')
    .description('register a client for a provider, or define a provider of your own')
    .argument('<name>', 'a provider, or the name your own shall have')
    .addOption(options.issuer())
    .addOption(
      new Option('--from <file>', 'import the client file that the provider offers for download').conflicts([
        'issuer',
        'clientId',
        'clientSecretFile',
      ]),
    )
    .addOption(options.clientId())
    .addOption(options.clientSecretFile())
    .addOption(options.clientAuthentication())
    .addOption(options.scope())
    .addOption(options.host())
    .addOption(options.tenant())
    .addOption(options.redirectUri())
    .addOption(
      new Option(
        '--code-challenge-method <method>',
        'the method of PKCE that the server supports but does not list: S256',
      ).choices(['S256']),
    )
    .addOption(options.store())
    .addOption(options.caFile())
    .addOption(options.allowHttpLoopback())
    .addOption(options.debug())
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

  for (const each of [program, ...program.commands]) each.addOption(options.allowDebug());
  return program;
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
