import { openAccountStore } from '../accounts/account-store.ts';
import { type AccountFlags, chooseAccount } from '../accounts/choose-account.ts';
import { freshAccess } from '../accounts/fresh-access.ts';
import type { Context } from '../context.ts';
import { readTokenFormat, type TokenFormat, tokenText } from '../output/token-format.ts';
import { readConfiguration } from '../settings/configuration.ts';
import { type GrantFlags, refuseGrantFlags } from '../settings/grant-flags.ts';
import { secondsSetting } from '../settings/seconds.ts';
import { type SuppliedToken, suppliedToken, suppliedTokenOf } from '../settings/supplied-token.ts';
import { traceOf } from './http-options.ts';
import { withoutPerson } from './without-person.ts';

/** The flags of `token`. */
export interface TokenFlags extends AccountFlags, GrantFlags {
  readonly minValidity?: string;
  readonly format?: string;
  readonly refresh?: boolean;
  readonly json?: boolean;
  readonly debug?: boolean;
}

/** Seconds that a token which is handed out lasts at least by default: enough for the request it is wanted for. */
const DEFAULT_MIN_VALIDITY_SECONDS = 60;

/** A year; no access token that a script can count on lives longer. */
const LONGEST_MIN_VALIDITY_SECONDS = 31_536_000;

/** `oauth-login token`: prints an access token that is valid now, refreshed first when needed. */
export async function token(target: string | undefined, flags: TokenFlags, context: Context): Promise<void> {
  const format = chosenFormat(flags);
  const minValiditySeconds = secondsSetting('--min-validity', flags.minValidity, {
    standard: DEFAULT_MIN_VALIDITY_SECONDS,
    least: 0,
    most: LONGEST_MIN_VALIDITY_SECONDS,
  });
  const { grant } = flags;
  if (grant !== undefined) {
    const { grantToken } = await import('./grant-token.ts');
    const granted = await grantToken(target, { ...flags, grant }, minValiditySeconds, context);
    context.stdout.write(tokenText(format, granted.accessToken, granted.head));
    return;
  }
  refuseGrantFlags(flags);
  const configuration = () => readConfiguration(context.paths);
  const answer = ({ token: supplied, variable }: SuppliedToken) => {
    if (context.stderr.isTTY) context.stderr.write(`using the token in ${variable}\n`);
    context.stdout.write(tokenText(format, supplied, { variable }));
  };
  const place = target ?? flags.issuer;
  const supplied = place === undefined ? undefined : await suppliedTokenOf(place, flags, context);
  if (supplied !== undefined) return answer(supplied);
  const store = openAccountStore(context);
  const { accounts } = await store.list();
  const head = await chooseAccount(target, flags, accounts, configuration).catch((error: unknown) => {
    throw withoutPerson(error, place, context);
  });
  const own = place === undefined ? suppliedToken(head.provider, context) : undefined;
  if (own !== undefined) return answer(own);
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

function chosenFormat({ format, json }: TokenFlags): TokenFormat {
  return json ? 'json' : readTokenFormat(format ?? 'raw');
}
