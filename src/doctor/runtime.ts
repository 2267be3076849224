import { arch } from 'node:os';
import packageJson from '../../package.json' with { type: 'json' };
import { ConfigurationError } from '../ground/errors.ts';
import type { Check } from './check.ts';
import { type Finding, fine, problem, warning } from './finding.ts';

/**
 * The days on which the versions of Node end.
 *
 * @see [Node.js releases](https://github.com/nodejs/Release#release-schedule)
 */
const endOfVersions: Readonly<Record<string, string>> = {
  20: '2026-04-30',
  22: '2027-04-30',
  24: '2028-04-30',
  26: '2029-04-30',
};

/** Which version this is, of what. */
export const versionCheck: Check = {
  name: 'version',
  run: ({ session }) => [
    fine('version', `oauth-login ${packageJson.version} (${session.context.platform} ${arch()})`),
  ],
};

/** What runs it: a version that is new enough, and still gets corrections. */
export const runtimeCheck: Check = {
  name: 'runtime',
  run: ({ session }) => [runtimeFinding(process.versions, session.context.clock.now())],
};

/** What is to be said of a runtime with these versions on that day. */
export function runtimeFinding(versions: Readonly<Record<string, string | undefined>>, now: Date): Finding {
  if (versions.bun !== undefined) {
    return fine('runtime', `Bun ${versions.bun}, with OpenSSL ${versions.openssl ?? 'unknown'}`);
  }
  const { node = '', openssl } = versions;
  const least = packageJson.engines.node.replace('>=', '');
  if (isOlder(node, least)) {
    return problem(
      'runtime',
      new ConfigurationError(
        'config_old_runtime',
        `Node ${node} is too old: ${least} is the oldest that works`,
        {
          hint: 'install a newer Node from https://nodejs.org, then run the command again',
        },
      ),
    );
  }
  const end = endOfVersions[node.split('.')[0] ?? ''];
  if (end === undefined || now.toISOString().slice(0, 10) <= end) {
    return fine('runtime', `Node ${node}, with OpenSSL ${openssl}`);
  }
  return warning('runtime', {
    message: `Node ${node} gets no security fixes any more, since ${end}`,
    hint: 'install a newer Node from https://nodejs.org',
  });
}

function isOlder(version: string, least: string): boolean {
  const wanted = least.split('.').map(Number);
  const parts = version.split('.').map(Number);
  const at = wanted.findIndex((number, index) => number !== parts[index]);
  return at !== -1 && (parts[at] ?? 0) < (wanted[at] ?? 0);
}
