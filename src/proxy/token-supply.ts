import type { AccessSession } from '../access/access-session.ts';
import { type FreshToken, freshToken } from '../access/fresh-token.ts';
import { MIN_VALIDITY, markRefused, type TokenSupply } from '../access/send-with-token.ts';
import type { TokenSource } from '../access/token-source.ts';
import type { Secret } from '../ground/secret.ts';

/** Milliseconds for which a token is used without a look at the store, where somebody may have signed out. */
const KEPT_FOR = 10_000;

/** Milliseconds for which a token is not replaced that took the place of a refused one: another would fare no better. */
const NOT_REPLACED_FOR = 30_000;

/** A supply for many requests at once. */
export interface LastingTokenSupply extends TokenSupply {
  /** Has the next request get another token than this one, which was refused. */
  refuse(token: FreshToken): void;
}

/**
 * Gives the tokens of a source to many requests at once. The one that was given last is given again for ten seconds,
 * while it is valid long enough; requests that come at the same time wait for one answer of the store or the server.
 */
export function openTokenSupply(source: TokenSource, access: AccessSession): LastingTokenSupply {
  const { clock } = access.context;
  let latest = source;
  let kept: { readonly token: FreshToken; readonly until: number } | undefined;
  let asked: Promise<FreshToken> | undefined;
  let withdrawn: { readonly token: FreshToken; readonly marked: Promise<void> } | undefined;
  let refusedBefore: FreshToken | undefined;
  let replacedUntil = Number.NEGATIVE_INFINITY;

  const ask = async (of: TokenSource, force: boolean): Promise<FreshToken> => {
    const token = await freshToken(of, { minValiditySeconds: MIN_VALIDITY, force }, access);
    const now = clock.monotonic();
    replacedUntil = force ? now + NOT_REPLACED_FOR : replacedUntil;
    kept = { token, until: now + KEPT_FOR };
    if (token.kind === 'account') {
      latest = { kind: 'account', head: token.head };
    }
    return token;
  };
  const askOnce = (of: TokenSource, force: boolean): Promise<FreshToken> => {
    asked ??= ask(of, force).finally(() => {
      asked = undefined;
    });
    return asked;
  };
  const keptOrAsked = async (): Promise<FreshToken> => {
    if (kept !== undefined && clock.monotonic() < kept.until && isValidYet(kept.token, clock.now())) {
      return kept.token;
    }
    return askOnce(latest, false);
  };
  const instead = async (refused: FreshToken, replacement: TokenSource): Promise<FreshToken> => {
    if (kept !== undefined && !isSame(kept.token, refused)) {
      return kept.token;
    }
    const given = await asked?.catch(() => undefined);
    return given === undefined || isSame(given, refused) ? askOnce(replacement, true) : given;
  };
  return {
    instead,
    async current() {
      const refused = refusedBefore;
      refusedBefore = undefined;
      const token = await (refused?.replacement === undefined
        ? keptOrAsked()
        : instead(refused, refused.replacement));
      return clock.monotonic() < replacedUntil ? withoutReplacement(token) : token;
    },
    refuse(token) {
      refusedBefore = token;
    },
    async withdraw(token) {
      if (withdrawn === undefined || !isSame(withdrawn.token, token)) {
        withdrawn = { token, marked: markRefused(token, access) };
      }
      await withdrawn.marked;
    },
  };
}

function isSame(one: FreshToken, other: FreshToken): boolean {
  return one.accessToken.reveal() === other.accessToken.reveal();
}

/** The same token, after whose refusal a request is not sent again. */
export function withoutReplacement({ replacement: _replacement, ...token }: FreshToken): FreshToken {
  return token;
}

function isValidYet(token: FreshToken, now: Date): boolean {
  const expiresAt = token.kind === 'supplied' ? undefined : token.head.expiresAt;
  return expiresAt === undefined || Date.parse(expiresAt) - now.getTime() >= MIN_VALIDITY * 1000;
}

/** What of a token must not be seen by those who use the proxy. */
export function secretsOf(token: FreshToken): readonly Secret[] {
  if (token.kind !== 'account') {
    return [token.accessToken];
  }
  const { accessToken, clientSecret, signer } = token;
  return [accessToken, clientSecret, signer?.token?.secret].filter((secret) => secret !== undefined);
}
