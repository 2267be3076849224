import { UsageError } from '../../ground/errors.ts';

/** GitLab wants this user name with an OAuth token, and the others take any. */
const LOGIN = 'oauth2';

/** Bytes of a line that older versions of curl read; they pass longer ones over without a word. */
const LONGEST_LINE = 4095;

/** The words of the file's own language, which some readers obey wherever they stand. */
const KEYWORDS = /^(machine|default|macdef|login|password|account)$/i;

/**
 * Lines for a `.netrc` file, one for each host the token may be sent to.
 *
 * The file knows neither ports nor schemes, and curl sends what stands there for a host to each of its ports: only
 * origins on the port of https have a line. Throws a `UsageError` when there are none, and for a token that readers of
 * the file would read differently.
 */
export function netrcLines(token: string, origins: readonly string[]): string {
  const hosts = origins
    .map((origin) => new URL(origin))
    .filter(({ protocol, port }) => protocol === 'https:' && port === '')
    .map(({ hostname }) => hostname);
  if (hosts.length === 0) {
    throw new UsageError('usage_unsafe_format', 'there is no host to write into a .netrc file', {
      hint: 'name the API of your provider as api_origins in config.json, as an https origin without a port',
    });
  }
  if (/["'\\#]/.test(token) || KEYWORDS.test(token)) {
    throw unreadable('contains characters or words that some readers of a .netrc file do not understand');
  }
  const lines = hosts.map((host) => `machine ${host} login ${LOGIN} password ${token}\n`);
  if (lines.some((line) => line.length > LONGEST_LINE)) {
    throw unreadable('is too long for a .netrc file: curl would skip it');
  }
  return lines.join('');
}

function unreadable(what: string): UsageError {
  return new UsageError('usage_unsafe_format', `this token ${what}`, {
    hint: 'use another format, such as --format header',
  });
}
