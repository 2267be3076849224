import type { AccessSession } from '../access/access-session.ts';
import { basicCredential } from '../credential/credential.ts';
import { type GitMessage, gitMessage, LONGEST_MESSAGE, readGitMessage } from './git-message.ts';
import { type Helper, type HelperAnswer, type HelperRequest, noAnswer } from './helper.ts';
import { type Receiver, receivingAccount, SHARED_USER } from './receiving-account.ts';
import { endOf, tokenFor } from './token-for.ts';

/**
 * The credential helper of git. It answers `get` alone: `store` keeps nothing, `erase` has the refused token replaced, and
 * other words are for helpers to come.
 *
 * @see [gitcredentials, custom helpers](https://git-scm.com/docs/gitcredentials#_custom_helpers)
 */
export const gitHelper: Helper = {
  of: 'git',

  reads: (words) => (['get', 'erase'].includes(words.at(-1) ?? '') ? LONGEST_MESSAGE : undefined),

  async answer(request, access) {
    switch (request.words.at(-1)) {
      case 'get':
        return get(request, access);
      case 'erase':
        return erase(request, access);
      case 'capability':
        return { text: 'version 0\ncapability authtype\n' };
      default:
        return noAnswer;
    }
  },

  // git would ask the person for a password, which no server of this kind takes.
  refusal: (error, words) =>
    words.at(-1) === 'get' && error.code !== 'usage_invalid' ? gitMessage([['quit', '1']]) : '',
};

async function get(request: HelperRequest, access: AccessSession): Promise<HelperAnswer> {
  const message = readGitMessage(request.input);
  const receiver = receiverOf(message, request);
  const found = receiver === undefined ? undefined : await tokenFor(receiver, access);
  if (found === undefined) {
    return noAnswer;
  }
  const { fresh } = found;
  const username = found.username ?? message.get('username') ?? SHARED_USER;
  const end = endOf(fresh);
  // The refresh token is never told: git would hand it to every other helper to be stored.
  const expiry =
    end === undefined ? [] : ([['password_expiry_utc', String(Math.floor(end.getTime() / 1000))]] as const);
  const lines = message.list('capability').includes('authtype')
    ? ([
        // A capability stands before the keys that need it.
        ['capability[]', 'authtype'],
        ['authtype', 'Basic'],
        ['credential', basicCredential(username, fresh.accessToken)],
        // No other helper is to store it.
        ['ephemeral', '1'],
      ] as const)
    : ([
        ['username', username],
        ['password', fresh.accessToken.reveal()],
      ] as const);
  return { text: gitMessage([...lines, ...expiry]) };
}

/**
 * git was refused with this password. If it is the token that is stored, the next answer is another one. Without a
 * refresh token there is no other, and a server must not be able to sign anybody out.
 */
async function erase(request: HelperRequest, access: AccessSession): Promise<HelperAnswer> {
  const message = readGitMessage(request.input);
  const password = message.get('password');
  const receiver = receiverOf(message, request);
  const found =
    password === undefined || receiver === undefined ? undefined : await receivingAccount(receiver, access);
  if (found?.source.kind !== 'account' || !found.source.head.hasRefreshToken) {
    return noAnswer;
  }
  const { head } = found.source;
  const { accessToken } = await access.store.readSecrets(head);
  if (accessToken.reveal() === password) {
    const { markRefusedToken } = await import('../access/refused-token.ts');
    await markRefusedToken(head, access);
  }
  return noAnswer;
}

function receiverOf(message: GitMessage, { words, options }: HelperRequest): Receiver | undefined {
  const address = addressOf(message);
  const target = words.length > 1 ? words[0] : undefined;
  const username = message.get('username');
  return address && { address, service: 'git', target, account: options.account, username };
}

/** Exactly what git names: `undefined` where host and port are not the whole of it. */
function addressOf(message: GitMessage): URL | undefined {
  const [protocol, host, path = ''] = ['protocol', 'host', 'path'].map((key) => message.get(key));
  if ((protocol !== 'https' && protocol !== 'http') || !host || !/^[A-Za-z0-9.:[\]-]+$/.test(host)) {
    return undefined;
  }
  const address = `${protocol}://${host}/`;
  return URL.canParse(address)
    ? new URL(path.split('/').map(encodeURIComponent).join('/'), address)
    : undefined;
}
