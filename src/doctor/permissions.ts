import { join } from 'node:path';
import { OAuthLoginError } from '../ground/errors.ts';
import { readKeyDescriptor } from '../secrets/key-descriptor.ts';
import { isPrivateDirectory } from '../secrets/private-directory.ts';
import { storeKinds } from '../secrets/store-kind.ts';
import type { Check } from './check.ts';
import { type Finding, fine, problem } from './finding.ts';

/** Whether only the user can read and write what is stored. */
export const permissionsCheck: Check = {
  name: 'permissions',
  run: ({ session: { context } }) => {
    const { dataDir } = context.paths;
    const directories = ['', 'accounts', 'keys', 'clients'].map((name) => join(dataDir, name));
    const looks = [
      ...directories.map((directory) => () => void isPrivateDirectory(directory)),
      ...storeKinds.map((kind) => () => void readKeyDescriptor(kind, context)),
    ];
    const faults = looks.flatMap(faultOf);
    if (faults.length > 0) {
      return faults;
    }
    const isThere = isPrivateDirectory(dataDir);
    return [
      fine('permissions', isThere ? `only you can read ${dataDir}` : `nothing is stored yet (${dataDir})`),
    ];
  },
};

function faultOf(look: () => void): readonly Finding[] {
  try {
    look();
    return [];
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return [problem('permissions', error)];
    }
    throw error;
  }
}
