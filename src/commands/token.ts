import { freshToken } from '../access/fresh-token.ts';
import { isFresh } from '../access/freshness.ts';
import {
  chooseTokenSource,
  providerNameOf,
  type TokenSource,
  type TokenSourceFlags,
} from '../access/token-source.ts';
import { openSession } from '../accounts/session.ts';
import type { Context } from '../ground/context.ts';
import { UsageError } from '../ground/errors.ts';
import { traceOf } from '../ground/http-options.ts';
import { maskLines } from '../output/masks.ts';
import {
  readTokenFormat,
  setsVariable,
  type TokenAnswer,
  type TokenFormat,
  tokenText,
} from '../output/token-format.ts';
import type { Configuration } from '../settings/configuration.ts';
import { tokenVariable } from '../settings/token-variable.ts';
import { readMinValidity } from './min-validity.ts';

/** The flags of `token`. */
export interface TokenFlags extends TokenSourceFlags {
  readonly minValidity?: string;
  readonly format?: string;
  readonly as?: string;
  readonly refresh?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** `oauth-login token`: prints an access token that is valid now, refreshed or asked for first when needed. */
export async function token(target: string | undefined, flags: TokenFlags, context: Context): Promise<void> {
  const format = chosenFormat(flags);
  const minValiditySeconds = readMinValidity(flags.minValidity);
  const { store, configuration } = openSession(context);
  const source = await chooseTokenSource(target, flags, store, context, configuration);
  const details = await formatDetails(format, source, target, flags, configuration);
  const trace = traceOf(flags, context);
  const freshness = {
    minValiditySeconds,
    isJustListed: true,
    force: flags.refresh ?? false,
    ...(trace === undefined ? {} : { trace }),
  };
  const fresh = await freshToken(source, freshness, store, context, configuration);
  // A server sets how long its tokens live; refusing this one would never give another.
  if ('profile' in fresh.source && !isFresh(fresh.source, { minValiditySeconds }, context)) {
    const { shortLivedText } = await import('../output/text.ts');
    context.stderr.write(shortLivedText(fresh.source, minValiditySeconds, context.clock.now()));
  }
  print(format, { ...details, token: fresh.accessToken, source: fresh.source }, context);
}

/** What some of the formats have to know besides the token; it is known before anything is asked of a server. */
async function formatDetails(
  format: TokenFormat,
  source: TokenSource,
  target: string | undefined,
  flags: TokenFlags,
  configuration: () => Promise<Configuration>,
): Promise<Pick<TokenAnswer, 'variable' | 'origins'>> {
  const variable = setsVariable(format) ? tokenVariable(flags.as, providerNameOf(source)) : '';
  if (format !== 'netrc') return { variable, origins: [] };
  const { tokenOrigins } = await import('../access/token-origins.ts');
  const { origins } = tokenOrigins(source, target, flags, await configuration());
  return { variable, origins };
}

/** The masks are out before the token is. */
function print(format: TokenFormat, answer: TokenAnswer, context: Context): void {
  const text = tokenText(format, answer);
  const masks = maskLines(answer.token, context.env);
  if (masks !== '') context.stderr.write(masks);
  context.stdout.write(text);
}

function chosenFormat({ format: text, json, as }: TokenFlags): TokenFormat {
  const format = json ? 'json' : readTokenFormat(text ?? 'raw');
  if (as === undefined) return format;
  tokenVariable(as, '');
  if (setsVariable(format)) return format;
  throw new UsageError('usage_conflict', `--as has no meaning with the format ${format}`, {
    hint: 'add a format that sets a variable, such as --format env',
  });
}
