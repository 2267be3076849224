import type { AccessSession } from '../access/access-session.ts';
import { destinationsOf } from '../access/destinations.ts';
import { UsageError } from '../ground/errors.ts';
import {
  type Helper,
  type HelperAnswer,
  type HelperRequest,
  jsonLine,
  LONGEST_QUESTION,
  noAnswer,
} from './helper.ts';
import { SHARED_USER } from './receiving-account.ts';
import { tokenFor } from './token-for.ts';

/** What docker compares, word by word. */
const NOT_FOUND = 'credentials not found in native keychain';
const NO_SERVER = 'no credentials server URL';

/**
 * The credential helper of docker, and of podman, skopeo and others that have its protocol.
 *
 * @see [docker-credential-helpers](https://github.com/docker/docker-credential-helpers#usage)
 */
export const dockerHelper: Helper = {
  of: 'docker, podman and skopeo',

  reads: () => LONGEST_QUESTION,

  async answer(request, access) {
    switch (request.words.at(-1)) {
      case 'get':
        return get(request, access);
      case 'list':
        return list(access);
      case 'erase':
        // docker says that it logged out. The sign-in is for other programs too.
        return noAnswer;
      default:
        throw new UsageError('usage_invalid', 'no passwords are kept for docker', {
          hint: 'sign in instead, for example: oauth-login github --scope read:packages',
        });
    }
  },

  refusal: (error) => `${error.message}\n`,
};

async function get({ input, words, options }: HelperRequest, access: AccessSession): Promise<HelperAnswer> {
  const server = input.toString('utf8').trim();
  if (server === '') {
    return { text: `${NO_SERVER}\n`, exitCode: 1 };
  }
  const target = words.length > 1 ? words[0] : undefined;
  for (const address of addressesOf(server)) {
    const receiver = { address, service: 'registry' as const, target, account: options.account };
    const found = await tokenFor(receiver, access);
    if (found !== undefined) {
      const { fresh, username: Username = SHARED_USER } = found;
      return { text: jsonLine({ ServerURL: server, Username, Secret: fresh.accessToken.reveal() }) };
    }
  }
  return { text: `${NOT_FOUND}\n`, exitCode: 1 };
}

/**
 * docker names a host alone; without TLS it is one on this machine that the account allows. Whatever path it names, it
 * sends the token to the whole host, so a token for a part of a server is none for docker.
 */
function addressesOf(server: string): readonly URL[] {
  const isWhole = /^https?:\/\//.test(server);
  const names = isWhole ? [server] : [`https://${server}`, `http://${server}`];
  return /[\s@\\]/.test(server)
    ? []
    : names.filter((name) => URL.canParse(name)).map((name) => new URL('/', name));
}

async function list(access: AccessSession): Promise<HelperAnswer> {
  const { accounts } = await access.store.list();
  const places = accounts.length === 0 ? [] : [...(await destinationsOf(accounts, access)).values()];
  const servers = places.flatMap(({ registry, origins, resource }) =>
    registry === undefined || resource !== undefined
      ? []
      : [...registry.origins, ...(registry.origins.length === 0 ? origins : [])].map(
          (origin) => [origin, registry.username ?? SHARED_USER] as const,
        ),
  );
  return { text: jsonLine(Object.fromEntries(servers)) };
}
