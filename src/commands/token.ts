import { openAccountStore } from '../accounts/account-store.ts';
import type { AccountFlags } from '../accounts/choose-account.ts';
import { freshAccess, isFresh } from '../accounts/fresh-access.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { maskLines } from '../output/masks.ts';
import { shortLivedText } from '../output/text.ts';
import {
  readTokenFormat,
  setsVariable,
  type TokenAnswer,
  type TokenFormat,
  tokenText,
} from '../output/token-format.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { type GrantFlags, refuseGrantFlags } from '../settings/grant-flags.ts';
import { tokenVariable } from '../settings/token-variable.ts';
import { traceOf } from './http-options.ts';
import { readMinValidity } from './min-validity.ts';
import { chooseTokenSource, type TokenSource } from './token-source.ts';

/** The flags of `token`. */
export interface TokenFlags extends AccountFlags, GrantFlags {
  readonly minValidity?: string;
  readonly format?: string;
  readonly as?: string;
  readonly refresh?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** `oauth-login token`: prints an access token that is valid now, refreshed first when needed. */
export async function token(target: string | undefined, flags: TokenFlags, context: Context): Promise<void> {
  const format = chosenFormat(flags);
  const minValiditySeconds = readMinValidity(flags.minValidity);
  const { grant } = flags;
  if (grant !== undefined) {
    const details = await formatDetails(format, undefined, target, flags, context);
    const { grantToken } = await import('./grant-token.ts');
    const { accessToken, head } = await grantToken(target, { ...flags, grant }, minValiditySeconds, context);
    print(format, { ...details(head.provider), token: accessToken, source: head }, context);
    return;
  }
  refuseGrantFlags(flags);
  const configuration = () => readConfiguration(context.paths);
  const store = openAccountStore(context);
  const source = await chooseTokenSource(target, flags, store, context, configuration);
  const details = await formatDetails(format, source, target, flags, context);
  if (!('head' in source)) {
    print(format, { ...details(source.provider), token: source.token, source }, context);
    return;
  }
  const answer = details(source.head.provider);
  const trace = traceOf(flags, context);
  const { head, secrets } = await freshAccess(
    source.head,
    { minValiditySeconds, force: flags.refresh ?? false, ...(trace === undefined ? {} : { trace }) },
    store,
    context,
    configuration,
  );
  // A server sets how long its tokens live; refusing this one would never give another.
  if (!isFresh(head, { minValiditySeconds }, context)) {
    context.stderr.write(shortLivedText(head, minValiditySeconds, context.clock.now()));
  }
  print(format, { ...answer, token: secrets.accessToken, source: head }, context);
}

/** What some of the formats have to know besides the token; it is known before anything is asked of a server. */
async function formatDetails(
  format: TokenFormat,
  source: TokenSource | undefined,
  target: string | undefined,
  flags: TokenFlags,
  context: Context,
): Promise<(provider: string) => Pick<TokenAnswer, 'variable' | 'origins'>> {
  let origins: readonly string[] = [];
  if (format === 'netrc') {
    const { tokenOrigins } = await import('./token-origins.ts');
    ({ origins } = tokenOrigins(source, target, flags, await readConfiguration(context.paths)));
  }
  return (provider) => ({
    variable: setsVariable(format) ? tokenVariable(flags.as, provider) : '',
    origins,
  });
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
