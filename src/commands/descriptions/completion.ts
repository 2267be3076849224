import { shells } from '../completion/shells.ts';
import type { CommandDescription } from '../flag.ts';
import * as shared from '../flags.ts';

/** `oauth-login completion`. */
export const completionCommand: CommandDescription = {
  name: 'completion',
  description: 'print the script that completes command lines in your shell',
  arguments: [
    { usage: '<shell>', description: 'bash, zsh, fish or powershell', completes: { words: shells } },
    { usage: '[words...]', description: 'what was typed, after two dashes: the scripts ask what may follow' },
  ],
  usage: '<shell>',
  notes: {
    heading: 'To install it, add this line to the file that your shell reads at its start:',
    lines: [
      'bash, ~/.bashrc:',
      '  eval "$(oauth-login completion bash)"',
      'zsh, ~/.zshrc, after compinit:',
      '  eval "$(oauth-login completion zsh)"',
      'fish, ~/.config/fish/config.fish:',
      '  oauth-login completion fish | source',
      'PowerShell, the file in $PROFILE:',
      '  oauth-login completion powershell | Out-String | Invoke-Expression',
    ],
  },
  flags: [shared.debug, shared.allowDebug],
};
