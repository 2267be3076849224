import { helpers } from '../credential-helpers/helpers.ts';
import type { Surroundings } from '../credential-helpers/installations/installation.ts';
import { installationOf } from '../credential-helpers/installations.ts';
import { MOST_OF_FOREIGN_FILE, readRegularFile } from '../ground/regular-file.ts';

/** A file of another program that still tells it to ask this tool. */
export interface RemainingHelper {
  readonly kind: string;
  readonly file: string;
  /** The entries can be found without the words that they were made with. */
  readonly isFoundAlone: boolean;
}

/** Their entries are told by what they are, and not by the words that they were made with. */
const foundAlone: ReadonlySet<string> = new Set(['git', 'docker', 'bazel', 'terraform']);

/** The files of other programs that name this tool. A file that cannot be read is passed over. */
export function remainingHelpers(surroundings: Surroundings): readonly RemainingHelper[] {
  return Object.keys(helpers).flatMap((kind) => {
    const installation = installationOf(kind, undefined);
    if ('why' in installation) {
      return [];
    }
    const file = installation.file({ origins: [], words: [], options: {}, surroundings });
    return file !== undefined && namesThisTool(file)
      ? [{ kind, file, isFoundAlone: foundAlone.has(kind) }]
      : [];
  });
}

function namesThisTool(file: string): boolean {
  try {
    const bytes = readRegularFile(file, MOST_OF_FOREIGN_FILE);
    return typeof bytes !== 'string' && bytes.includes('oauth-login');
  } catch {
    return false;
  }
}
