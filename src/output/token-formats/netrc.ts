import { UsageError } from '../../errors.ts';

/** GitLab wants this user name with an OAuth token, and the others take any. */
const LOGIN = 'oauth2';

/**
 * Lines for a `.netrc` file, one for each host the token may be sent to.
 *
 * The file knows no ports: only origins on the port of https have a line. Throws a `UsageError` when there are none,
 * and for a token that readers of the file would read differently.
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
  if (/["'\\#]/.test(token)) {
    throw new UsageError(
      'usage_unsafe_format',
      'this token has characters that not every reader of a .netrc file understands',
      { hint: 'use another format, such as --format header' },
    );
  }
  return hosts.map((host) => `machine ${host} login ${LOGIN} password ${token}\n`).join('');
}
