import type { Context } from '../ground/context.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { stopped } from '../ground/stopped.ts';
import { whileChildRuns } from '../ground/while-child-runs.ts';
import { jsonText } from '../output/json.ts';
import { openTokenFile } from '../secrets/token-file.ts';
import { keepFileOf, type TokenFileFlags } from './token-file-run.ts';

/** The flags of `keep`. */
export interface KeepFlags extends TokenFileFlags {
  readonly json?: boolean;
}

/**
 * `oauth-login keep`: writes the token of a target to a file, keeps it fresh until it is stopped, and removes the file
 * then. A refresh that is under way ends first.
 */
export async function keep(target: string, path: string, flags: KeepFlags, context: Context): Promise<void> {
  context.signal.throwIfAborted();
  const file = openTokenFile(path, `oauth-login keep ${shellQuoted(target)} FILE`, context.paths);
  const kept = await keepFileOf(target, file, flags, whileChildRuns(context), 'keep');
  if (flags.json) {
    context.stdout.write(jsonText({ file: file.path, holds: flags.idToken ? 'id_token' : 'access_token' }));
  } else if (context.stderr.isTTY) {
    context.stderr.write(`oauth-login: ${file.path} holds the token until you press Ctrl-C\n`);
  }
  await stopped(context.signal);
  await kept.end();
}
