import { UsageError } from '../../ground/errors.ts';

/** GitLab takes a report of 5 KiB by default, in bytes. */
const GITLAB_REPORT_CAP = 5 * 1024;

/**
 * The value of a line of a `.env` file that every reader understands alike.
 *
 * What needs no quotes gets none, because `docker --env-file` keeps them; a shell that reads the file would take
 * `~` and, in zsh, `=` for a path at the beginning and after a colon. Readers disagree about quotes and backslashes
 * inside quotes: a value with those throws a `UsageError`.
 */
export function dotenvValue(text: string): string {
  if (/^[\w.~+/=:@%,-]+$/.test(text) && !/(?:^|:)[~=]/.test(text)) {
    return text;
  }
  if (!/['\\]/.test(text)) {
    return `'${text}'`;
  }
  throw unsafe('a .env file', 'a quote or a backslash');
}

/**
 * The value of a line of a dotenv report of GitLab, which takes quotes literally and expands `$` later.
 *
 * Throws a `UsageError` for a value that would arrive as another one.
 *
 * @see https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsdotenv
 */
export function gitlabDotenvValue(text: string): string {
  if (text.includes('$')) {
    throw unsafe('a dotenv report', 'a dollar sign');
  }
  if (text.length > GITLAB_REPORT_CAP - 256) {
    throw unsafe('a dotenv report', 'too many characters');
  }
  return text;
}

function unsafe(file: string, fault: string): UsageError {
  return new UsageError(
    'usage_unsafe_format',
    `this token cannot be written to ${file}: it contains ${fault}`,
    {
      hint: 'use another format, such as --format json, or run the command with the token in a variable: oauth-login exec NAME -- COMMAND',
    },
  );
}
