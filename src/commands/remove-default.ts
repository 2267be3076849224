import { isMeantBy, isNamed } from '../accounts/account-words.ts';
import type { Session } from '../accounts/session.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import { jsonText } from '../output/json.ts';
import { writeWords } from '../output/write-words.ts';
import { readOwnRules } from '../settings/account-rules.ts';
import { writeDefaultAccount, writeOverallDefault } from '../settings/configuration-change.ts';
import { readNamedAccount } from '../settings/named-account.ts';

/** The command that takes away the default where no provider is named. */
export const REMOVE_OVERALL = 'oauth-login switch --remove --everywhere';

/** The command that takes away the default account of a provider. */
export function removeDefaultCommand(provider: string): string {
  return `oauth-login switch ${shellQuoted(provider)} --remove`;
}

/** The defaults of the user's own configuration. */
interface Defaults {
  /** By the name of the provider. */
  readonly accounts: Readonly<Record<string, string>>;
  /** The one where no provider is named. */
  readonly overall?: string | undefined;
}

/**
 * `switch --remove`: takes the default account of a provider away. With `--everywhere`, it is the default where no provider
 * is named; with a provider too, both, as far as they are of it. The account that is the default may be named, too. Says
 * which default is left.
 *
 * Throws a `UsageError` that lists the defaults, and the command for each, when there is none of that kind.
 */
export async function removeDefault(
  typed: string | undefined,
  { everywhere = false, json = false }: { readonly everywhere?: boolean; readonly json?: boolean },
  { context, configuration, store }: Session,
): Promise<void> {
  const { default_accounts: accounts = {} } = await configuration();
  const defaults: Defaults = { accounts, overall: readOwnRules(context.paths)?.overall };
  const { overall } = defaults;
  const name = await providerOfDefault(typed, accounts, store);
  const isOwn = name !== undefined && Object.hasOwn(accounts, name);
  const isOverall =
    everywhere &&
    overall !== undefined &&
    (name === undefined || [overall.toLowerCase(), readNamedAccount(overall)?.provider].includes(name));
  if (!isOwn && !isOverall) {
    throw noSuchDefault(typed, everywhere, defaults);
  }
  const removed: { readonly provider: string | null; readonly target: string }[] = [];
  const words: string[] = [];
  if (isOwn) {
    await writeDefaultAccount(context, name, undefined);
    removed.push({ provider: name, target: `${name}:${accounts[name]}` });
    words.push(`${name} has no default account any more`);
  }
  if (isOverall) {
    await writeOverallDefault(context, undefined);
    removed.push({ provider: null, target: overall });
    words.push('no account is the default any more where no provider is named');
  }
  if (json) {
    context.stdout.write(jsonText({ removed }));
  } else {
    writeWords(context, `${words.join('\n')}\n`, 'done');
  }
  if (!isOverall && overall !== undefined) {
    context.stderr.write(
      `note: ${safeText(overall)} is still the default where no provider is named; to change that: ${REMOVE_OVERALL}\n`,
    );
  }
}

/** The provider that was typed, or the one whose default account was; an account that is no default leaves the word as it is. */
async function providerOfDefault(
  typed: string | undefined,
  accounts: Defaults['accounts'],
  store: Session['store'],
): Promise<string | undefined> {
  const word = typed?.toLowerCase();
  if (typed === undefined || word === undefined || Object.hasOwn(accounts, word)) {
    return word;
  }
  const { accounts: heads } = await store.list();
  const isMeant = (readNamedAccount(typed) === undefined ? isNamed : isMeantBy)(typed);
  const isNamedSo = ([provider, name]: readonly [string, string]) => {
    const words = `${provider}:${name}`;
    return (
      [name.toLowerCase(), words.toLowerCase()].includes(word) ||
      heads.some((head) => isMeant(head) && isMeantBy(words)(head))
    );
  };
  const named = Object.entries(accounts).filter(isNamedSo);
  return named.length === 1 ? named[0]?.[0] : word;
}

function noSuchDefault(
  typed: string | undefined,
  everywhere: boolean,
  { accounts, overall }: Defaults,
): UsageError {
  const known = [
    ...Object.entries(accounts).map(
      ([provider, name]) => `${safeText(`${provider}:${name}`)} (${removeDefaultCommand(provider)})`,
    ),
    ...(overall === undefined ? [] : [`${safeText(overall)} where no provider is named (${REMOVE_OVERALL})`]),
  ];
  const [message, none] =
    typed === undefined && !everywhere
      ? ['which default account should be removed?', 'there is no default account']
      : [`${safeText(typed ?? 'the command without a provider')} has no default account`];
  return new UsageError('usage_invalid', (known.length === 0 && none) || (message ?? ''), {
    hint:
      known.length === 0
        ? 'to set one: oauth-login switch github:octocat'
        : `these are set: ${known.join(', ')}`,
  });
}
