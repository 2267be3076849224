import type { CommandDescription, Flag } from '../flag.ts';
import * as shared from '../flags.ts';

const uninstall: Flag = {
  usage: '--uninstall',
  description: 'undo --install',
};
const print: Flag = {
  usage: '--print',
  description: 'print what --install would add',
};
const install: Flag = {
  usage: '--install',
  description: 'change the configuration of the program, after showing the change and asking',
  conflicts: [uninstall, print],
};

/** `oauth-login credential`. */
export const credentialCommand: CommandDescription = {
  name: 'credential',
  description: 'answer another program that asks for a credential, such as git or docker',
  arguments: [
    { usage: '<kind>', description: 'the program: git' },
    { usage: '[words...]', description: 'the account (a target), and what the program adds' },
  ],
  usage: '<kind> [target] [options]',
  flags: [
    install,
    { ...uninstall, conflicts: [print] },
    print,
    { usage: '--yes', description: 'do not ask before the change' },
    shared.account,
    shared.debug,
    shared.allowDebug,
  ],
};
