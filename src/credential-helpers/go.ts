import { basicCredential } from '../credential/credential.ts';
import { type Helper, noAnswer } from './helper.ts';
import { SHARED_USER } from './receiving-account.ts';
import { headersFor, tokenFor } from './token-for.ts';

/**
 * The command of GOAUTH. go runs it without an address first, and gets nothing then; after a refusal of a server it runs
 * it with the address.
 *
 * @see `go help goauth`
 */
export const goHelper: Helper = {
  of: 'go (GOAUTH)',

  // go writes the response of the server, which decides nothing (T50).
  reads: () => undefined,

  async answer({ words, options }, access) {
    const url = words.at(-1) ?? '';
    if (!/^https:\/\//.test(url) || !URL.canParse(url)) {
      return noAnswer;
    }
    const address = new URL(url);
    const target = words.length > 1 ? words[0] : undefined;
    const receiver = { address, target, account: options.account };
    const api = await headersFor(receiver, access);
    if (api !== undefined) {
      return { text: answerText(api.resource ?? `${address.origin}/`, Object.entries(api.headers)) };
    }
    // Where a git server says which repository a module is in, it wants what git is given.
    const git = await tokenFor({ ...receiver, service: 'git' }, access);
    if (git === undefined) {
      return noAnswer;
    }
    const credential = basicCredential(git.username ?? SHARED_USER, git.fresh.accessToken);
    return {
      text: answerText(git.resource ?? `${address.origin}/`, [['Authorization', `Basic ${credential}`]]),
    };
  },
};

/** go sends the headers to each address below the prefix. */
function answerText(prefix: string, headers: readonly (readonly [string, string])[]): string {
  return `${prefix}\n\n${headers.map(([name, value]) => `${name}: ${value}\n`).join('')}\n`;
}
