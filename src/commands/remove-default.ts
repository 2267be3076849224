import type { Session } from '../accounts/session.ts';
import { UsageError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import { jsonText } from '../output/json.ts';
import { writeWords } from '../output/write-words.ts';
import { readOwnRules } from '../settings/account-rules.ts';
import { writeDefaultAccount, writeOverallDefault } from '../settings/configuration-change.ts';
import { readNamedAccount, withNamedAccount } from '../settings/named-account.ts';

const REMOVE_OVERALL = 'oauth-login switch --remove --everywhere';

/** The defaults of the user's own configuration. */
interface Defaults {
  /** By the name of the provider. */
  readonly accounts: Readonly<Record<string, string>>;
  /** The one where no provider is named. */
  readonly overall?: string | undefined;
}

/**
 * `switch --remove`: takes the default account of a provider away. With `--everywhere`, it is the default where no provider
 * is named; with a provider too, both, as far as they are of it. Says which default is left.
 *
 * Throws a `UsageError` that lists the defaults, and the command for each, when there is none of that kind.
 */
export async function removeDefault(
  typed: string | undefined,
  { everywhere = false, json = false }: { readonly everywhere?: boolean; readonly json?: boolean },
  { context, configuration }: Session,
): Promise<void> {
  const { default_accounts: accounts = {} } = await configuration();
  const defaults: Defaults = { accounts, overall: readOwnRules(context.paths)?.overall };
  const { overall } = defaults;
  const name = withNamedAccount(typed, {})[0]?.toLowerCase();
  const isOwn = name !== undefined && Object.hasOwn(accounts, name);
  const isOverall =
    everywhere &&
    overall !== undefined &&
    (name === undefined || name === overall || readNamedAccount(overall)?.provider === name);
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

function noSuchDefault(
  typed: string | undefined,
  everywhere: boolean,
  { accounts, overall }: Defaults,
): UsageError {
  const known = [
    ...Object.entries(accounts).map(
      ([provider, name]) =>
        `${safeText(`${provider}:${name}`)} (oauth-login switch ${shellQuoted(provider)} --remove)`,
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
