import { openAccountStore } from '../accounts/account-store.ts';
import type { AccountFlags } from '../accounts/choose-account.ts';
import { freshAccess } from '../accounts/fresh-access.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { maskLines } from '../output/masks.ts';
import {
  readTokenFormat,
  setsVariable,
  type TokenAnswer,
  type TokenFormat,
  tokenText,
} from '../output/token-format.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { tokenVariable } from '../settings/token-variable.ts';
import { traceOf } from './http-options.ts';
import { readMinValidity } from './min-validity.ts';
import { chooseTokenSource } from './token-source.ts';

/** The flags of `token`. */
export interface TokenFlags extends AccountFlags {
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
  const configuration = () => readConfiguration(context.paths);
  const store = openAccountStore(context);
  const source = await chooseTokenSource(target, flags, store, context, configuration);
  const provider = 'head' in source ? source.head.provider : source.provider;
  const variable = setsVariable(format) ? tokenVariable(flags.as, provider) : '';
  const origins = async () => {
    const { tokenOrigins } = await import('./token-origins.ts');
    return tokenOrigins(source, target, flags, await configuration()).origins;
  };
  const answer = { variable, origins: format === 'netrc' ? await origins() : [] };
  if (!('head' in source)) {
    print(format, { ...answer, token: source.token, source }, context);
    return;
  }
  const trace = traceOf(flags, context);
  const { head, secrets } = await freshAccess(
    source.head,
    { minValiditySeconds, force: flags.refresh ?? false, ...(trace === undefined ? {} : { trace }) },
    store,
    context,
    configuration,
  );
  print(format, { ...answer, token: secrets.accessToken, source: head }, context);
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
  if (as === undefined || setsVariable(format)) return format;
  throw new UsageError('usage_conflict', `--as has no meaning with the format ${format}`, {
    hint: 'add a format that sets a variable, such as --format env',
  });
}
