import { isContinuousIntegration, isInteractive, isPersonPresent } from '../ground/presence.ts';
import type { Check } from './check.ts';
import { fine, warning } from './finding.ts';

/** Whether a person can be asked here. */
export const terminalCheck: Check = {
  name: 'terminal',
  run: ({ session: { context } }) => {
    const where = context.surroundings === 'local' ? 'on your own machine' : `where: ${context.surroundings}`;
    if (isInteractive(context)) {
      return [fine('terminal', `questions can be asked (${where})`)];
    }
    if (isContinuousIntegration(context)) {
      const message = `CI is set, so nobody is asked and nobody is waited for (${where})`;
      return [
        warning('terminal', { message, hint: 'for tokens without a person, see: oauth-login help grants' }),
      ];
    }
    if (isPersonPresent(context)) {
      const why = context.env.BROWSER ? 'BROWSER is set' : 'one stream is a terminal';
      return [fine('terminal', `no questions are asked, but a sign-in waits for you: ${why} (${where})`)];
    }
    return [
      warning('terminal', {
        message: `there is no terminal, so a sign-in ends at once (${where})`,
        hint: 'run it in a terminal; for tokens without a person, see: oauth-login help grants',
      }),
    ];
  },
};
