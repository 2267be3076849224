import { type Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import type { Run } from './commands/actions.ts';
import { commandLineError, unknownHelpTopic } from './commands/command-line-error.ts';
import { CommandLineFault } from './commands/command-line-fault.ts';
import { descriptionOf } from './commands/descriptions.ts';
import { namesOf } from './commands/flag.ts';
import { help } from './commands/flags.ts';
import { topicText } from './commands/topic-text.ts';
import { versionDocument } from './commands/version-document.ts';
import type { Context } from './ground/context.ts';
import { environmentWarnings } from './ground/environment.ts';
import { AbortedError, ExitCode, OAuthLoginError, UsageError } from './ground/errors.ts';
import type { SystemContext } from './host/system-context.ts';
import { report } from './output/error-report.ts';
import { createProgram } from './program.ts';

export { outputFailure } from './host/output-failure.ts';
export { systemContext } from './host/system-context.ts';
export { report } from './output/error-report.ts';
export { releaseEveryLock } from './secrets/lock.ts';

/** A context, and how the process was started where it is one of its own. */
type MainContext = Context & Partial<Pick<SystemContext, 'debugOptions'>>;

/** Runs one command line and gives its exit code; every error becomes two lines (or one document) and a code. */
export async function main(argv: readonly string[], context: MainContext): Promise<number> {
  for (const warning of environmentWarnings(context.env)) {
    context.stderr.write(`oauth-login: warning: ${warning}\n`);
  }
  // What a command runs in turn is no process of its own: the person was asked, and allowed it, at the start.
  const runWithin: Run = (line, inner) => main(line, { ...inner, debugOptions: [] });
  try {
    return await runTyped(withLogin(inUsualSpelling(argv)), context, runWithin);
  } catch (cause) {
    if (cause instanceof CommanderError && cause.exitCode === 0) {
      return ExitCode.done;
    }
    return report(familyOf(cause, argv, context), argv, context.stderr);
  }
}

/** Gives the exit code of the command that was typed; rejects with what it throws. */
function runTyped(argv: readonly string[], context: MainContext, run: Run): Promise<number> {
  return new Promise((resolve, reject) => {
    const program = createProgram(context, run, resolve);
    const text = versionDocument(argv, () => packageJson.version) ?? topicText(argv, program);
    if (text !== undefined) {
      context.stdout.write(text);
      resolve(ExitCode.done);
      return;
    }
    program.hook('preAction', (_program, command: Command) => {
      if (command.optsWithGlobals().allowDebug !== true) {
        requireNoDebugger(context.debugOptions);
      }
    });
    program.parseAsync([...argv], { from: 'user' }).catch(reject);
  });
}

/** Before anything is read that is worth stealing. */
function requireNoDebugger([option]: readonly string[] = []): void {
  if (option === undefined) {
    return;
  }
  throw new UsageError(
    'usage_debugger',
    `Node was started with ${option}, which shows your tokens to other programs or writes them to disk`,
    {
      hint: 'start it without that option; --allow-debug allows it, if you are debugging this program itself',
    },
  );
}

function familyOf(cause: unknown, argv: readonly string[], context: Context): unknown {
  const isTold =
    cause instanceof AbortedError || (cause instanceof OAuthLoginError && cause.exitCode === ExitCode.store);
  if (context.signal.aborted && !isTold) {
    return context.signal.reason instanceof OAuthLoginError ? context.signal.reason : new AbortedError();
  }
  if (cause instanceof CommandLineFault) {
    return commandLineError(cause.fault, argv);
  }
  return cause instanceof CommanderError ? unknownHelpTopic(argv) : cause;
}

/** Flags that other programs have for the same; alone on the command line they can mean nothing else. */
const otherSpellings: Readonly<Record<string, string>> = { '-v': '--version', '-?': '--help' };

function inUsualSpelling(argv: readonly string[]): readonly string[] {
  const [only = '', ...rest] = argv;
  if (only === 'help' && rest.length === 1 && namesOf(help).includes(rest[0] ?? '')) {
    return ['--help'];
  }
  const usual = Object.hasOwn(otherSpellings, only) ? otherSpellings[only] : undefined;
  return usual === undefined || rest.length > 0 ? argv : [usual];
}

/** The help of a sign-in is that of `login`, where the word is left out and a target is given. */
function withLogin(argv: readonly string[]): readonly string[] {
  const [first = '-', ...rest] = argv;
  const isCommand = first === 'help' || descriptionOf(first) !== undefined;
  const asksForHelp = namesOf(help).some((name) => rest.includes(name));
  return asksForHelp && !isCommand && !first.startsWith('-') ? ['login', ...argv] : argv;
}
