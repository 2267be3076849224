import { saslResponse } from '../credential/sasl.ts';
import { UsageError } from '../ground/errors.ts';
import type { Helper } from './helper.ts';
import { accountOf, tokenOf } from './token-for.ts';

/** The text with which a mail client answers a server, for scripts and clients that cannot make it themselves. */
function mailHelper(mechanism: 'xoauth2' | 'oauthbearer'): Helper {
  return {
    of: `a mail server, by ${mechanism.toUpperCase()}`,

    reads: () => undefined,

    async answer({ words, options }, access) {
      const head = await accountOf(words[0], options, access);
      const user = options.user ?? head.profile?.email;
      if (user === undefined || !/^[^\p{Cc}]+$/u.test(user)) {
        throw new UsageError('usage_invalid', 'the user name at the mail server is needed', {
          hint: `name it: oauth-login credential ${mechanism} --user ada@example.com`,
        });
      }
      const { accessToken } = await tokenOf({ kind: 'account', head }, access);
      return { text: `${saslResponse(mechanism, user, accessToken)}\n` };
    },
  };
}

/** As Google and Microsoft have it. */
export const xoauth2Helper = mailHelper('xoauth2');

/** RFC 7628. */
export const oauthbearerHelper = mailHelper('oauthbearer');
