import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login providers`. */
export const providersCommand: CommandDescription = {
  name: 'providers',
  description: 'list the known providers, or show one in full; add, export or remove a provider file',
  arguments: [
    {
      usage: '[name]',
      description: 'a provider; or add, export or remove, for a provider file',
      completes: { from: 'providers', words: ['add', 'export', 'remove'] },
    },
    {
      usage: '[file]',
      description: 'the file, URL or - to add; or the name of the provider',
      completes: { from: 'providers' },
    },
  ],
  flags: [
    { usage: '--search <words>', description: 'list those that match the words, such as cloud' },
    { usage: '--device', description: 'list those where --device works' },
    { usage: '--no-registration', description: 'list those where you need not register anything' },
    { usage: '--name <name>', description: 'with add: the name to use, instead of that of the file' },
    { usage: '--replace', description: 'with add: replace a known provider, or use its hosts' },
    { usage: '--yes', description: 'with add: do not ask' },
    shared.host,
    shared.tenant,
    shared.json,
    shared.debug,
    shared.allowDebug,
  ],
};
