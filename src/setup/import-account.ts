import { resolve } from 'node:path';
import type { AccessSession } from '../access/access-session.ts';
import type { AccountHead, OpenAccount } from '../accounts/account.ts';
import { readExport } from '../accounts/exported-account.ts';
import { defined } from '../ground/defined.ts';
import { ConfigurationError, UsageError } from '../ground/errors.ts';
import { readFileUpTo } from '../ground/read-bytes.ts';
import { systemReason } from '../ground/system-words.ts';
import { storeQuestions } from '../output/sign-in-questions.ts';
import { accountAlias } from '../settings/account-alias.ts';
import {
  type Configuration,
  type ProviderConfiguration,
  readUserConfiguration,
} from '../settings/configuration.ts';
import { writeProviderConfiguration } from '../settings/configuration-change.ts';
import { isProviderName, namedPreset } from '../settings/named-preset.ts';
import { storeSetting } from '../settings/store-setting.ts';
import { chooseStore } from '../sign-in/choose-store.ts';
import { knownPassphrase } from './file-passphrase.ts';

/** How an account is taken in. */
export interface ImportWish {
  readonly passphraseFile?: string;
  readonly store?: string;
  /** An account that is here already is replaced. */
  readonly replace?: boolean;
}

/** The account that was taken in. */
export interface Imported {
  readonly head: AccountHead;
  /** The name of `--as` that it had, and could not keep here. */
  readonly lostAlias?: string;
  /** Why what was configured for its provider cannot stand in the configuration here, where that is so. */
  readonly refusal?: ConfigurationError;
}

/** Longest file that is read, in bytes. */
const MOST_BYTES = 1_048_576;

/** The keys of an entry that are safe to take for a provider of the catalogue. None of them says where its server is. */
const clientKeys: ReadonlySet<string> = new Set([
  'client_id',
  'client_authentication',
  'redirect_uri',
  'scopes',
  'host',
  'tenant',
]);

/**
 * Takes in an account that `exportAccount` wrote, with what is configured for its provider where nothing is here. The account
 * is kept also where that entry cannot be.
 *
 * Throws a `StoreError` for a wrong passphrase and a damaged file, and a `UsageError` for an account that is here
 * already, or whose provider has the name of another account; nothing is changed then.
 */
export async function importAccount(
  path: string,
  wish: ImportWish,
  access: AccessSession,
): Promise<Imported> {
  const { context } = access;
  const file = resolve(path);
  const sealed = readExport(await readBytes(file, access), file);
  const passphrase = await knownPassphrase(wish.passphraseFile, context);
  const { head, secrets, configuration } = await sealed.open(passphrase);
  const kept = await keepImported({ head, secrets }, wish, access);
  const refusal = await keepConfiguration(kept.head, configuration, access);
  return { ...kept, ...defined({ refusal }) };
}

/**
 * Keeps an account that comes from elsewhere, in the store that is chosen here.
 *
 * Throws a `UsageError` for an account that is here already, unless it may be replaced, or whose provider has the name
 * of another account, and a `StoreError`.
 */
export async function keepImported(
  { head, secrets }: OpenAccount,
  { store: asked, replace }: Pick<ImportWish, 'store' | 'replace'>,
  { context, store, configuration }: AccessSession,
): Promise<Imported> {
  if (replace !== true && (await store.read(head.id)) !== undefined) {
    throw new UsageError(
      'usage_conflict',
      'that account is signed in here already, and nothing was changed',
      {
        hint: 'to take the imported one in its place, run the command again with --replace',
      },
    );
  }
  const { accounts } = await store.list();
  const rivals = accounts.filter(({ id }) => id !== head.id);
  refuseProviderOfAlias(head, rivals, await configuration());
  const chosen = storeSetting(asked, context.env, await configuration());
  const kind = await chooseStore(chosen === 'none' ? undefined : chosen, storeQuestions(context), context);
  const { alias: wanted, ...others } = head;
  const alias = usableAlias(head, rivals, await configuration());
  const kept = { ...others, ...defined({ alias }), store: kind };
  await store.withLock(head.id, () => store.write(kept, secrets));
  return { head: kept, ...defined({ lostAlias: alias === undefined ? wanted : undefined }) };
}

/** The name of `--as`, unless it means something else here, or cannot be one: the file is from elsewhere (T02). */
function usableAlias(
  { alias, provider }: AccountHead,
  rivals: readonly AccountHead[],
  configuration: Configuration,
): string | undefined {
  if (alias === undefined || alias === provider || rivals.some((other) => other.alias === alias)) {
    return undefined;
  }
  try {
    return accountAlias(alias, configuration);
  } catch (error) {
    if (error instanceof UsageError) {
      return undefined;
    }
    throw error;
  }
}

/** A name by which an account here is called does not become that of a provider. */
function refuseProviderOfAlias(
  { provider }: AccountHead,
  rivals: readonly AccountHead[],
  configuration: Configuration,
): void {
  if (!isProviderName(provider, configuration) && rivals.some(({ alias }) => alias === provider)) {
    throw new UsageError(
      'usage_conflict',
      `${provider} is the name of an account here, and of a provider in that file; nothing was changed`,
      { hint: `give the account here another name first: oauth-login ${provider} --as my-${provider}` },
    );
  }
}

/** Takes over the entry of the provider, where there is none here; gives the error of one that is not valid here. */
async function keepConfiguration(
  { provider }: AccountHead,
  entry: Readonly<Record<string, unknown>> | undefined,
  { context, configuration }: AccessSession,
): Promise<ConfigurationError | undefined> {
  const here = (await readUserConfiguration(context.paths)).providers.get(provider);
  if (entry === undefined || here !== undefined) {
    return undefined;
  }
  const isKnown = namedPreset(provider, await configuration()) !== undefined;
  const taken = Object.entries(entry).filter(([key]) => !isKnown || clientKeys.has(key));
  const change: ProviderConfiguration = Object.fromEntries(taken);
  try {
    await writeProviderConfiguration(context, provider, change);
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError && error.code === 'config_invalid_file') {
      return error;
    }
    throw error;
  }
}

async function readBytes(file: string, { context }: AccessSession): Promise<Buffer> {
  try {
    return await readFileUpTo(file, MOST_BYTES, context);
  } catch (error) {
    context.signal.throwIfAborted();
    throw new ConfigurationError('config_invalid_file', `cannot read ${file} (${systemReason(error)})`, {
      hint: 'name a file that was exported (with: oauth-login export github --to FILE)',
      cause: error,
    });
  }
}
