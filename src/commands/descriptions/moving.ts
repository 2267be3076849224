import type { CommandDescription, Flag } from '../flag.ts';
import * as shared from '../flags.ts';

const passphraseFile: Flag = {
  usage: '--passphrase-file <path>',
  description: 'read the passphrase from a file (- is standard input)',
};

/** `oauth-login export`. */
export const exportCommand: CommandDescription = {
  name: 'export',
  description: 'write an account into a file that only a passphrase opens',
  arguments: [{ usage: '[target]' }],
  flags: [
    { usage: '--to <file>', description: 'the file to write; it must not be there yet' },
    passphraseFile,
    ...shared.whichToken,
    shared.debug,
    shared.allowDebug,
  ],
};

/** `oauth-login import`. */
export const importCommand: CommandDescription = {
  name: 'import',
  description: 'take in an account from a file of export',
  arguments: [{ usage: '[file]' }],
  flags: [
    passphraseFile,
    shared.store,
    { usage: '--replace', description: 'replace an account that is signed in here already' },
    shared.debug,
    shared.allowDebug,
  ],
};
