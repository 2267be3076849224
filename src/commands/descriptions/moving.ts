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
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};

/** `oauth-login import`. */
export const importCommand: CommandDescription = {
  name: 'import',
  description: 'take in an account from a file of export, or the login of another program',
  arguments: [{ usage: '[file]' }],
  flags: [
    {
      usage: '--from <program>',
      description: 'gh, gcloud, or refresh-token (on standard input, with the target in place of the file)',
      choices: ['gh', 'gcloud', 'refresh-token'],
    },
    passphraseFile,
    shared.store,
    { usage: '--replace', description: 'replace an account that is signed in here already' },
    { usage: '--as <name>', description: 'give the account a name (with --from)' },
    { ...shared.account, description: 'with --from gh: the user, if gh has several' },
    shared.host,
    shared.issuer,
    shared.clientId,
    shared.clientSecretFile,
    shared.scope,
    shared.allowHttpLoopback,
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};
