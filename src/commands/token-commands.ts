import type { Command } from 'commander';
import type { Context } from '../ground/context.ts';
import { addGrantOptions } from './grant-options.ts';
import { options } from './options.ts';

/** How a command ended that ran another program. */
export interface Ending {
  /** The exit code of that program, which becomes ours. */
  exitCode?: number;
}

/** Adds the commands that hand an access token over: `token`, `exec` and `request`, in the order of the help. */
export function addTokenCommands(program: Command, context: Context, ending: Ending): void {
  const token = program
    .command('token')
    .description('print an access token that is valid now, refreshed when needed')
    .argument('[target]')
    .addOption(options.minValidity())
    .option(
      '--format <format>',
      'raw, json, header, env, dotenv, fish, powershell, github-actions, gitlab-dotenv or netrc (default: raw)',
    )
    .option(
      '--as <variable>',
      'the variable that a format for shells or files sets (default: GITHUB_TOKEN, say)',
    )
    .option('--refresh', 'refresh even when the stored token would do')
    .addOption(options.account())
    .addOption(options.host())
    .addOption(options.tenant())
    .addOption(options.issuer())
    .addOption(options.json().conflicts('format'))
    .addOption(options.debug())
    .action(async (target, flags) => (await import('./token.ts')).token(target, flags, context));
  addGrantOptions(token);

  const exec = program
    .command('exec')
    .description('run a command with an access token in its environment, nowhere else')
    .argument('<target>')
    .argument('[command...]', 'the program and its arguments, behind two dashes')
    .usage('<target> [options] -- <command...>')
    .option('--as <variable>', 'the variable that holds the token (default: GITHUB_TOKEN for github)')
    .addOption(options.minValidity())
    .addOption(options.account())
    .addOption(options.host())
    .addOption(options.tenant())
    .addOption(options.issuer())
    .addOption(options.debug())
    .action(async (target: string, words: string[], flags) => {
      const { requireSeparator, runWithToken } = await import('./exec.ts');
      requireSeparator(rawArguments(program), target, words);
      ending.exitCode = await runWithToken(target, words, flags, context);
    });
  addGrantOptions(exec);

  const request = program
    .command('request')
    .description(
      'send a request with an access token, only to the API it was issued for; flags as curl has them',
    )
    .argument('<target>')
    .argument('<url>')
    .option('-X, --request <method>', 'the method (default: GET, or POST with data)')
    .addOption(options.repeatable('-H, --header <line>', 'one more header; repeatable'))
    .addOption(options.repeatable('-d, --data <data>', 'a form body; @FILE reads a file, @- standard input'))
    .addOption(options.repeatable('--json <data>', 'a JSON body; @FILE and @- as well'))
    .option('-i, --include', 'show the status and the headers too')
    .option('-f, --fail', 'exit 5 for a status of 4xx and 7 for 5xx, without the body')
    .option(
      '-o, --output <file>',
      'write into a file, which appears when it is complete; - for standard output',
    )
    .addOption(options.account())
    .addOption(options.host())
    .addOption(options.tenant())
    .addOption(options.issuer())
    .addOption(options.debug())
    .action(async (target, url, flags) =>
      (await import('./request.ts')).request(target, url, flags, context),
    );
  addGrantOptions(request);
}

/** The command line as it was given: commander keeps it, only its types do not say so. */
function rawArguments(program: Command & { readonly rawArgs?: readonly string[] }): readonly string[] {
  return program.rawArgs ?? [];
}
