import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';

/** A provider and one of its accounts, as in `github:octocat`. */
export interface NamedAccount {
  readonly provider: string;
  /** A user name, an e-mail address, the name of `--as`, or an identifier. */
  readonly account: string;
}

/** The name of a provider, a colon, and the account; never the beginning of an address. */
const NAMED_ACCOUNT = /^([a-z0-9][a-z0-9._-]{0,63}):(?!\/\/)(\S.*)$/i;
/** A host is told by its dot, as in the name of a provider that is given by its address. */
const HOST = /\.|^localhost$/i;
const PORT = /^\d{1,5}$/;

/**
 * The two parts of `github:octocat`; `undefined` for every other target. A host with its port (`git.example.com:8443`)
 * and the address of a repository (`git@github.com:octo/cat`, `github.com:octo/cat`) name no account.
 */
export function readNamedAccount(text: string): NamedAccount | undefined {
  const [, provider, account] = NAMED_ACCOUNT.exec(text) ?? [];
  if (provider === undefined || account === undefined) {
    return undefined;
  }
  const isAddress = HOST.test(provider) && (PORT.test(account) || account.includes('/'));
  return isAddress ? undefined : { provider: provider.toLowerCase(), account };
}

/**
 * What is typed as a target, in two: `github:octocat` is the target `github` with `--account octocat`. Everything else
 * stays as it is. Throws a `UsageError` where `--account` names another one besides.
 */
export function withNamedAccount<
  Target extends string | undefined,
  Flags extends { readonly account?: string },
>(target: Target, flags: Flags): readonly [Target | string, Flags] {
  const named = target === undefined ? undefined : readNamedAccount(target);
  if (named === undefined) {
    return [target, flags];
  }
  const { provider, account } = named;
  if (flags.account !== undefined && flags.account.toLowerCase() !== account.toLowerCase()) {
    throw new UsageError(
      'usage_conflict',
      `${JSON.stringify(target)} and --account ${shellQuoted(flags.account)} name two accounts`,
      { hint: `leave out one of them, for example: ${shellQuoted(`${provider}:${account}`)}` },
    );
  }
  return [provider, { ...flags, account }];
}
