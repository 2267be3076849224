import type { AccessSession } from '../access/access-session.ts';
import { refuseBoundToken } from '../access/bound-token.ts';
import type { FreshToken } from '../access/fresh-token.ts';
import { tokenOrigins } from '../access/token-origins.ts';
import type { TokenSource } from '../access/token-source.ts';
import { BOUND_TOKEN_TYPE } from '../credential/credential.ts';
import { boundAuthorization } from '../credential/dpop/bound-authorization.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { jsonText } from '../output/json.ts';
import { maskLines } from '../output/masks.ts';
import { type TokenFormat, tokenFacts } from '../output/token-format.ts';
import { requestAddress, requestMethod } from '../settings/request-settings.ts';
import type { TargetFlags } from '../settings/target.ts';
import { requireOrigin } from './require-origin.ts';

/** What is asked of a token that may be bound to a key. */
export interface BoundTokenQuestion {
  readonly format: TokenFormat;
  readonly target?: string;
  /** The request that the headers are made for. */
  readonly method?: string;
  readonly url?: string;
  /** Gives the token that is valid now. */
  readonly obtain: () => Promise<FreshToken>;
}

/**
 * Prints what can be had of a token that is bound to a key: the two headers of one request, or the token as JSON with its
 * type. Gives a bearer token that came in its place, which is left to be printed as any other.
 *
 * The token alone authorizes nothing, so every other format is refused with a `UsageError`. So is an address that the
 * token was not issued for.
 *
 * @see [RFC 9449 §7.1](https://www.rfc-editor.org/rfc/rfc9449.html#section-7.1)
 */
export async function printBoundToken(
  source: TokenSource,
  { format, target, method = 'GET', url, obtain }: BoundTokenQuestion,
  flags: TargetFlags,
  access: AccessSession,
): Promise<FreshToken | undefined> {
  const { context } = access;
  const asksForHeaders = format === 'header' || format === 'headers-json';
  if (format !== 'json' && !asksForHeaders) {
    await refuseBoundToken(source);
  }
  const address = asksForHeaders ? addressOf(url, target) : undefined;
  if (address !== undefined) {
    const configuration = await access.configuration();
    requireOrigin(address, tokenOrigins(source, target, flags, configuration), configuration, context.paths);
  }
  const fresh = await obtain();
  const { accessToken, proofKey } = fresh;
  if (proofKey === undefined) {
    return fresh;
  }
  if (address !== undefined) {
    const { authorization, dpop } = await boundAuthorization(proofKey, accessToken, {
      method: requestMethod(method, '--method'),
      url: address,
    });
    context.stdout.write(
      format === 'header'
        ? `Authorization: ${authorization}\nDPoP: ${dpop}\n`
        : jsonText({ Authorization: authorization, DPoP: dpop }),
    );
    return undefined;
  }
  if (format !== 'json') {
    await refuseBoundToken(fresh);
  }
  context.stderr.write(maskLines(accessToken, context.env));
  context.stdout.write(
    jsonText({
      access_token: accessToken.reveal(),
      token_type: BOUND_TOKEN_TYPE,
      ...tokenFacts(fresh),
    }),
  );
  return undefined;
}

function addressOf(url: string | undefined, target = ''): URL {
  if (url !== undefined) {
    return requestAddress(url);
  }
  const example = `oauth-login token ${shellQuoted(target)} --format header --method GET --url https://api.example.com/me`;
  throw new UsageError('usage_invalid', 'a proof (DPoP) is signed for one request: which one?', {
    hint: `name it with --url and --method, for example: ${example}`,
  });
}
