import type { CommanderError } from 'commander';
import { UsageError } from '../errors.ts';

const VISIBLE = 'a secret on the command line can be read by others';

/** How each secret is given instead; the first name that fits counts. */
const WAYS: readonly (readonly [RegExp, string])[] = [
  [/refresh-?token/i, 'name a file with --refresh-token-file PATH, - for standard input'],
  [/subject-?token/i, 'name a file with --subject-token-file PATH, - for standard input'],
  [/token|bearer/i, 'set OAUTH_LOGIN_GITHUB_TOKEN, or the variable of another provider'],
  [/pass/i, 'set OAUTH_LOGIN_PASSPHRASE, or be asked for it in a terminal'],
  [/secret/i, 'name a file with --client-secret-file PATH, - for standard input'],
  [/key|assertion/i, 'name a file with --key-file PATH'],
];

/**
 * The `UsageError` for a command line that cannot be read. What stands behind the name of an unknown option is
 * never repeated: it may be a secret.
 */
export function usageMistake(cause: CommanderError, command: string): UsageError {
  if (cause.code === 'commander.help') return mistake(`there is no command ${JSON.stringify(command)}`);
  const message = cause.message.replace(/^error: /, '');
  if (cause.code !== 'commander.unknownOption') return mistake(message);
  const given = message.replace(/^unknown option '/, '');
  const [name = '-'] = /^--[a-z][\w-]*|^-./i.exec(given) ?? [];
  const [suggestion = ''] = given.startsWith(`${name}'`) ? (/\(Did you mean .+\)$/.exec(given) ?? []) : [];
  const way = WAYS.find(([pattern]) => pattern.test(name))?.[1];
  return mistake(`unknown option '${name}' ${suggestion}`.trimEnd(), way && `${VISIBLE}: ${way}`);
}

function mistake(message: string, hint?: string): UsageError {
  const words = message.replace(/\n/g, ' ');
  return new UsageError('usage_invalid', words.charAt(0).toLowerCase() + words.slice(1), {
    hint: hint ?? 'oauth-login --help shows the commands, oauth-login help COMMAND its options',
  });
}
