import { defined } from '../ground/defined.ts';
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
  const { node, bun } = versions;
  // Bun says which Node its functions are those of.
  const document = { version: version(), node, ...defined({ bun }), platform, arch };
  return `${JSON.stringify(document, null, 2)}\n`;
}
