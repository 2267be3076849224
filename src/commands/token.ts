import type { AccessSession } from '../access/access-session.ts';
import { type FreshToken, freshToken, releaseOf } from '../access/fresh-token.ts';
import { isFresh } from '../access/freshness.ts';
import { noteRelease } from '../access/note-release.ts';
import { presentationOf } from '../access/presentation.ts';
import { providerNameOf, type TokenSource } from '../access/token-source.ts';
import type { Context } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { UsageError } from '../ground/errors.ts';
import { maskLines } from '../output/masks.ts';
import { shortLivedText } from '../output/text.ts';
import { setsVariable, type TokenAnswer, type TokenFormat, tokenText } from '../output/token-format.ts';
import type { TokenPresentation } from '../providers/provider.ts';
import { withNamedAccount } from '../settings/named-account.ts';
import { tokenVariable } from '../settings/token-variable.ts';
import { chosenFormat, type FormatFlags } from './chosen-format.ts';
import { readMinValidity } from './min-validity.ts';
import { openAccess } from './open-access.ts';
import { type TokenSourceFlags, tokenSourceOf } from './token-flags.ts';

/** The flags of `token`. */
export interface TokenFlags extends TokenSourceFlags, FormatFlags {
  readonly minValidity?: string;
  readonly refresh?: boolean;
  /** The request that a header of OAuth 1.0a is signed for. */
  readonly method?: string;
  readonly url?: string;
  readonly idToken?: boolean;
  /** What the server tells of the token is asked for, and not the token. */
  readonly introspect?: boolean;
  readonly debug?: boolean;
}

/** `oauth-login token`: prints an access token that is valid now, refreshed or asked for first when needed. */
export async function token(typed: string | undefined, given: TokenFlags, context: Context): Promise<void> {
  const [target, flags] = withNamedAccount(typed, given);
  if (flags.idToken) {
    const { printIdToken } = await import('./print-id-token.ts');
    return printIdToken(target, flags, context);
  }
  const format = chosenFormat(flags);
  const minValiditySeconds = readMinValidity(flags.minValidity);
  const access = openAccess(flags, context, 'token');
  const { scope, ...unscoped } = flags;
  const isScoped = scope !== undefined && flags.grant === undefined;
  const source = await tokenSourceOf(target, isScoped ? unscoped : flags, access);
  const freshness = { minValiditySeconds, isJustListed: true, force: flags.refresh ?? false };
  if (flags.introspect) {
    const { printIntrospection } = await import('./print-introspection.ts');
    return printIntrospection(source, { freshness, json: flags.json ?? false }, access);
  }
  const { method, url } = flags;
  if (source.kind === 'account' && source.head.oauth1 !== undefined) {
    const { printOAuth1Token } = await import('./print-oauth1-token.ts');
    return printOAuth1Token(source, { format, freshness, ...defined({ method, url }) }, access);
  }
  if (isScoped && flags.refresh) {
    throw new UsageError('usage_conflict', '--scope asks for a new token anyway', {
      hint: 'leave out --refresh',
    });
  }
  const obtain = () =>
    isScoped ? scopedFreshToken(source, scope, access) : freshToken(source, freshness, access);
  let bearer: FreshToken | undefined;
  const printBound = async (get: () => Promise<FreshToken>) => {
    const { printBoundToken } = await import('./print-bound-token.ts');
    return printBoundToken(
      source,
      { format, obtain: get, ...defined({ target, method, url }) },
      flags,
      access,
    );
  };
  if (mayBeBound(source)) {
    bearer = await printBound(obtain);
    if (bearer === undefined) {
      return;
    }
  } else if (method !== undefined || url !== undefined) {
    throw new UsageError(
      'usage_conflict',
      '--method and --url are for a header that is signed for one request (DPoP, OAuth 1.0a)',
      {
        hint: 'leave them out: this token is the same for every request',
      },
    );
  }
  const details = await formatDetails(format, source, target, flags, access);
  const fresh = bearer ?? (await obtain());
  if (fresh.proofKey !== undefined) {
    await printBound(async () => fresh);
    return;
  }
  // A server sets how long its tokens live; refusing this one would never give another.
  if (fresh.kind === 'account' && !isFresh(fresh.head, { minValiditySeconds }, context)) {
    context.stderr.write(shortLivedText(fresh.head, minValiditySeconds, context.clock.now()));
  }
  print(format, { ...details, token: fresh }, context);
}

/** Whether the token may be bound to a key; of a grant, only the answer tells. */
function mayBeBound(source: TokenSource): boolean {
  return source.kind === 'account'
    ? source.head.tokenType !== undefined
    : source.kind === 'unattended' && source.settings.provider.dpop !== undefined;
}

/** A token with some of the scopes only. Throws a `UsageError` where no account is the source. */
async function scopedFreshToken(
  source: TokenSource,
  scope: readonly string[],
  access: AccessSession,
): Promise<FreshToken> {
  if (source.kind !== 'account') {
    throw new UsageError('usage_conflict', 'a token that a variable supplies has the scopes that it has', {
      hint: 'leave out --scope, or unset the variable',
    });
  }
  const [{ scopedToken }, { askedScopes }] = await Promise.all([
    import('../access/scoped-token.ts'),
    import('../settings/scope.ts'),
  ]);
  const fresh: FreshToken = {
    kind: 'account',
    ...(await scopedToken(source.head, askedScopes(scope), access)),
  };
  await noteRelease(releaseOf(fresh, source), access);
  return fresh;
}

/** What some of the formats have to know besides the token; it is known before anything is asked of a server. */
async function formatDetails(
  format: TokenFormat,
  source: TokenSource,
  target: string | undefined,
  flags: TokenFlags,
  access: AccessSession,
): Promise<Omit<TokenAnswer, 'token'>> {
  const variable = setsVariable(format) ? tokenVariable(flags.as, providerNameOf(source)) : '';
  if (format === 'header' || format === 'headers-json') {
    const presentation = await presentationOf(source, target, flags, access);
    return { variable, origins: [], ...defined({ presentation: requireHeader(presentation) }) };
  }
  if (format !== 'netrc') {
    return { variable, origins: [] };
  }
  const { tokenOrigins } = await import('../access/token-origins.ts');
  const { origins } = tokenOrigins(source, target, flags, await access.configuration());
  return { variable, origins };
}

function requireHeader(presentation: TokenPresentation | undefined): TokenPresentation | undefined {
  if (presentation === undefined || !('query' in presentation)) {
    return presentation;
  }
  throw new UsageError(
    'usage_conflict',
    `this API takes the token in the query, as ${presentation.query}, and not in a header`,
    { hint: 'print the token alone with --format raw' },
  );
}

/** The masks are out before the token is. */
function print(format: TokenFormat, answer: TokenAnswer, context: Context): void {
  const text = tokenText(format, answer);
  const masks = maskLines(answer.token.accessToken, context.env);
  if (masks !== '') {
    context.stderr.write(masks);
  }
  context.stdout.write(text);
}
