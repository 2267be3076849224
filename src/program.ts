import { Argument, Option } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { actions, type Run } from './commands/actions.ts';
import { CommandLineFault, FaultTellingCommand } from './commands/command-line-fault.ts';
import { type CommandName, descriptions } from './commands/descriptions.ts';
import { type CommandDescription, conflictAmong, type Flag, isTyped, takesValue } from './commands/flag.ts';
import { allowDebug, help, version } from './commands/flags.ts';
import { formatHelp } from './commands/help-format.ts';
import type { Context } from './ground/context.ts';
import { ExitCode } from './ground/errors.ts';

/** Columns of the help at most; wider lines are hard to read. */
const WIDEST_HELP = 100;

/**
 * All commands, in the order of the help, made from their descriptions. `end` is told the exit code of the one that has
 * run.
 */
export function createProgram(
  context: Context,
  run: Run,
  end: (exitCode: number) => void = () => {},
): FaultTellingCommand {
  const program = new FaultTellingCommand('oauth-login')
    .description('Sign in to any OAuth 2.0 or OpenID Connect provider, and use the token in scripts.')
    .usage('<target> [options]\n       oauth-login <command> [options]')
    .version(packageJson.version, version.usage, version.description)
    .helpOption(help.usage, help.description)
    .helpCommand('help [command]', 'show the help of a command')
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => void context.stdout.write(text),
      writeErr: () => {},
      getOutHelpWidth: () => Math.min(context.stdout.columns || 80, WIDEST_HELP),
      outputError: () => {},
    })
    .exitOverride()
    .allowExcessArguments()
    .configureHelp({ formatHelp, minWidthToWrap: 16 })
    .addOption(optionOf(allowDebug));
  for (const [name, description] of Object.entries(descriptions) as [CommandName, CommandDescription][]) {
    const command = program.command(name, { isDefault: name === 'login' });
    describe(command, description);
    command.hook('preAction', async () => {
      refuseConflict(description, command.opts());
      const { refuseExcess } = await import('./commands/refuse-excess.ts');
      const words = command.args;
      const most =
        name === 'login' && words.length === 2
          ? await (await import('./commands/person-word.ts')).mostWords(words, context)
          : undefined;
      refuseExcess(words, description, Object.keys(descriptions), most);
    });
    command.action(async () => {
      const surroundings = { context, run, argv: rawArguments(program) };
      const action = actions[name](surroundings, command.opts(), ...command.processedArgs);
      const exitCode = await action.catch(async (error: unknown) => {
        const { orFlagWithoutDashes } = await import('./commands/mistyped-command.ts');
        throw orFlagWithoutDashes(error, command.args, description);
      });
      end(exitCode ?? ExitCode.done);
    });
  }
  return program;
}

function describe(command: FaultTellingCommand, description: CommandDescription): void {
  command.description(description.description);
  if (description.usage !== undefined) {
    command.usage(description.usage);
  }
  for (const { usage, description: text } of description.arguments) {
    command.addArgument(new Argument(usage, text));
  }
  for (const flag of description.flags) {
    command.addOption(optionOf(flag));
  }
}

function optionOf(flag: Flag): Option {
  const { usage, description, group, choices } = flag;
  const read = (value: string) => {
    // What follows is another program's: the value was left out.
    if (value === '--') {
      throw new CommandLineFault({ kind: 'missing-value', flag: usage });
    }
    return flag.read?.(value) ?? value;
  };
  const option = new Option(usage, description);
  if (group !== undefined) {
    option.helpGroup(group);
  }
  if (!takesValue(flag)) {
    return option;
  }
  if (flag.isRepeatable) {
    return option.argParser((value: string, before: readonly string[] | undefined) => [
      ...(before ?? []),
      read(value),
    ]);
  }
  return option.argParser((value: string) => {
    const meant = read(value);
    if (choices !== undefined && !choices.includes(value)) {
      throw new CommandLineFault({ kind: 'not-a-choice', flag, value, choices });
    }
    return meant;
  });
}

function refuseConflict(description: CommandDescription, flags: Readonly<Record<string, unknown>>): void {
  const conflict = conflictAmong(description, (flag) => isTyped(flag, flags));
  if (conflict === undefined) {
    return;
  }
  const [flag, other] = conflict;
  throw new CommandLineFault({ kind: 'conflict', flag, other });
}

/** The command line as it was given: commander keeps it, only its types do not say so. */
function rawArguments(
  program: FaultTellingCommand & { readonly rawArgs?: readonly string[] },
): readonly string[] {
  return program.rawArgs ?? [];
}
