import { namesOf } from './flag.ts';
import { version as versionFlag } from './flags.ts';

/**
 * What `--version --json` answers: the version, and what it runs on. `undefined` for any other command line; the two flags
 * may come in either order.
 */
export function versionDocument(argv: readonly string[], version: () => string): string | undefined {
  const [first = '', second = '', ...rest] = argv;
  const flag = first === '--json' ? second : second === '--json' ? first : '';
  if (rest.length > 0 || !namesOf(versionFlag).includes(flag)) {
    return undefined;
  }
  const { versions, platform, arch } = process;
  return `${JSON.stringify({ version: version(), node: versions.node, platform, arch }, null, 2)}\n`;
}
