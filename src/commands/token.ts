import { openAccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount } from '../accounts/choose-account.ts';
import { freshAccess } from '../accounts/fresh-access.ts';
import type { Context } from '../context.ts';
import { UsageError } from '../errors.ts';
import { readTokenFormat, type TokenFormat, tokenText } from '../output/token-format.ts';
import { Secret } from '../secrets/secret.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { type GrantFlags, refuseGrantFlags } from '../settings/grant-flags.ts';
import { providerVariable, variableName } from '../settings/variables.ts';
import { traceOf } from './http-options.ts';
import { withoutPerson } from './without-person.ts';

/** The flags of `token`. */
export interface TokenFlags extends AccountFlags, GrantFlags {
  readonly minValidity: string;
  readonly format?: string;
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
    const { grantToken } = await import('./grant-token.ts');
    const granted = await grantToken(target, { ...flags, grant }, minValiditySeconds, context);
    context.stdout.write(tokenText(format, granted.accessToken, granted.head));
    return;
  }
  refuseGrantFlags(flags);
  const configuration = () => readConfiguration(context.paths);
  const outside = await tokenOfVariable(target, flags, context);
  if (outside !== undefined) {
    context.stdout.write(tokenText(format, outside.token, outside));
    return;
  }
  const store = openAccountStore(context);
  const { accounts } = await store.list();
  const head = await chooseAccount(target, flags, accounts, configuration).catch((error: unknown) => {
    throw withoutPerson(error, target, context);
  });
  const fromOutside = target === undefined ? await tokenOfVariable(head.provider, flags, context) : undefined;
  if (fromOutside !== undefined) {
    context.stdout.write(tokenText(format, fromOutside.token, fromOutside));
    return;
  }
  const trace = traceOf(flags, context);
  const account = await freshAccess(
    head,
    { minValiditySeconds, force: flags.refresh ?? false, ...(trace === undefined ? {} : { trace }) },
    store,
    context,
    configuration,
  );
  context.stdout.write(tokenText(format, account.secrets.accessToken, account.head));
}

/** A token given in the environment is bound to the provider it is named after (and to its own host). */
async function tokenOfVariable(
  target: string | undefined,
  flags: TokenFlags,
  context: Context,
): Promise<{ readonly token: Secret; readonly variable: string } | undefined> {
  if (target === undefined) return undefined;
  let name = target;
  if (flags.host !== undefined || flags.issuer !== undefined || target.includes('/')) {
    const { chooseTarget } = await import('../settings/target.ts');
    name = chooseTarget(target, flags, await readConfiguration(context.paths)).provider.name;
  }
  const value = providerVariable(context.env, name, 'TOKEN');
  if (value === undefined) return undefined;
  const variable = variableName(name, 'TOKEN');
  if (!/^[\x21-\x7e]{1,65536}$/.test(value)) {
    throw new UsageError('usage_invalid', `${variable} does not hold a token`, {
      hint: 'it has to hold the access token and nothing else, or not to be set',
    });
  }
  if (context.stderr.isTTY) context.stderr.write(`using the token in ${variable}\n`);
  return { token: new Secret(value), variable };
}

function chosenFormat({ format, json }: TokenFlags): TokenFormat {
  return json ? 'json' : readTokenFormat(format ?? 'raw');
}

function readMinValidity(text: string): number {
  if (/^\d{1,7}$/.test(text)) return Number(text);
  throw new UsageError(
    'usage_invalid',
    `--min-validity takes a number of seconds, not ${JSON.stringify(text)}`,
    {
      hint: 'for example --min-validity 300',
    },
  );
}
