import type { AccessSession } from '../access/access-session.ts';
import { refuseBoundToken } from '../access/bound-token.ts';
import { freshToken } from '../access/fresh-token.ts';
import { tokenOrigins } from '../access/token-origins.ts';
import type { AccountSource, SuppliedSource } from '../access/token-source.ts';
import { requireOrigin } from '../commands/require-origin.ts';
import { defined } from '../ground/defined.ts';
import { AuthenticationRequiredError, UsageError } from '../ground/errors.ts';
import type { TargetFlags } from '../settings/target.ts';
import type { AccessToken, Account } from './interface.ts';
import type { Program } from './program.ts';
import * as kind from './read-options.ts';
import { openRequests } from './request.ts';
import { requireScopes } from './require-scopes.ts';
import { signOutAccount } from './sign-out.ts';

/** Seconds that a token is valid at least, unless the program says otherwise: enough for one request. */
const MIN_VALIDITY = 60;

/** A year; no access token that a program can count on lives longer. */
const LONGEST_MIN_VALIDITY = 31_536_000;

const tokenKinds = {
  minValidity: kind.seconds(0, LONGEST_MIN_VALIDITY),
  scopes: kind.texts,
  audience: kind.text,
  signal: kind.signal,
};

const signOutKinds = { forget: kind.flag, signal: kind.signal };

/** Gives an account to the program. It holds no secret: each call reads what is stored then. */
export function openAccount(
  source: SuppliedSource | AccountSource,
  target: string | undefined,
  flags: TargetFlags,
  program: Program,
): Account {
  const head = source.kind === 'account' ? source.head : source.account;
  const requests = openRequests(target, flags);

  /** What is stored now: another process may have refreshed the account, or signed it out. */
  async function sourceNow({ store }: AccessSession): Promise<SuppliedSource | AccountSource> {
    if (source.kind === 'supplied') {
      return source;
    }
    const latest = await store.read(source.head.id);
    if (latest !== undefined) {
      return { kind: 'account', head: latest };
    }
    const { label, target: words } = source.head;
    throw new AuthenticationRequiredError('login_required', `nobody is signed in to ${label} any more`, {
      hint: `sign in again with: oauth-login ${words}`,
    });
  }

  return Object.freeze({
    ...defined({ id: head?.id, issuer: head?.issuer, profile: head?.profile }),
    provider: source.kind === 'account' ? source.head.provider : source.supplied.provider,
    scopes: source.kind === 'account' ? source.head.scopes : [],

    async token(options): Promise<AccessToken> {
      const asked = kind.readOptions('token', options, tokenKinds);
      const { minValidity: minValiditySeconds = MIN_VALIDITY, scopes, audience, signal } = asked;
      return program.during(signal, async (access) => {
        const now = await sourceNow(access);
        if (now.kind === 'account' && now.head.oauth1 !== undefined) {
          throw signsRequests(now.head.label);
        }
        if (scopes !== undefined && now.kind === 'account') {
          await requireScopes(scopes, now.head, access);
        }
        if (audience !== undefined) {
          const configuration = await access.configuration();
          const allowed = tokenOrigins(now, target, flags, configuration);
          requireOrigin(audienceOf(audience), allowed, configuration, access.context.paths);
        }
        await refuseBoundToken(now);
        const fresh = await freshToken(now, { minValiditySeconds, isJustListed: true }, access);
        await refuseBoundToken(fresh);
        const end = fresh.kind === 'supplied' ? undefined : fresh.head.expiresAt;
        return {
          token: fresh.accessToken.reveal(),
          ...(end === undefined ? {} : { expiresAt: new Date(end) }),
        };
      });
    },

    async request(url, init): Promise<Response> {
      const asked = await requests.read(url, init);
      return program.during(undefined, async (access) =>
        requests.send(asked, await sourceNow(access), access),
      );
    },

    async signOut(options) {
      const { forget = false, signal } = kind.readOptions('signOut', options, signOutKinds);
      return program.during(signal, (access) => signOutAccount(source, forget, access));
    },
  } satisfies Account);
}

function audienceOf(audience: string): URL {
  if (URL.canParse(audience)) {
    return new URL(audience);
  }
  throw new UsageError('usage_invalid', 'the option audience of token takes the address of an API', {
    hint: 'for example https://api.github.com',
  });
}

function signsRequests(label: string): UsageError {
  return new UsageError(
    'usage_unsafe_format',
    `a token of ${label} alone is of no use: its requests are signed`,
    {
      hint: 'call account.request(url), which signs them (OAuth 1.0a)',
    },
  );
}
