import type { Paths } from '../ground/context.ts';
import { defined } from '../ground/defined.ts';
import { parsePlainJson, plainObject } from '../ground/plain-json.ts';
import { fileUnderHome } from './configuration-file.ts';
import { readConfigurationSource } from './configuration-source.ts';

/** What the user's own `config.json` says of accounts; absent members are empty ones. */
export interface OwnRules {
  readonly directories: ReadonlyMap<string, readonly string[]>;
  /** By the name of the provider: how the account is called there. */
  readonly defaults: ReadonlyMap<string, string>;
  /** `default_account`. */
  readonly overall?: string;
}

const none: OwnRules = { directories: new Map(), defaults: new Map() };

/** On every system, so that one file can serve several. */
export const ABSOLUTE_PATH = /^(?:\/|[A-Za-z]:[\\/]|\\\\)[^\p{C}]*$/u;

/** What a file without rules does not contain. Most files have none, and are not parsed then. */
const MARK = /"(?:directories|default_accounts?)"/;

/**
 * Reads the rules of the user's own `config.json`, and nothing of the machine's: it costs little, since every use of a
 * token needs it. `undefined` for a file that is not as it should be; `readConfiguration` then says what is wrong.
 *
 * Throws a `ConfigurationError` for a file that cannot be read.
 */
export function readOwnRules(paths: Paths): OwnRules | undefined {
  const file = fileUnderHome(paths);
  const source = file === undefined ? undefined : readConfigurationSource(file);
  if (source === undefined || !MARK.test(source)) {
    return none;
  }
  const {
    directories = {},
    default_accounts = {},
    default_account,
  } = plainObject(parsePlainJson(source)) ?? {
    directories: null,
  };
  const rules = plainObject(directories);
  const defaults = plainObject(default_accounts);
  if (rules === undefined || defaults === undefined) {
    return undefined;
  }
  const named = Object.entries(rules).map(([directory, value]) => [directory, textsOf(value)] as const);
  const isRight = named.every(
    ([directory, accounts]) => ABSOLUTE_PATH.test(directory) && accounts !== undefined,
  );
  if (default_account !== undefined && typeof default_account !== 'string') {
    return undefined;
  }
  if (!isRight || !Object.values(defaults).every((value) => typeof value === 'string')) {
    return undefined;
  }
  return {
    directories: new Map(named.map(([directory, accounts]) => [directory, accounts ?? []])),
    defaults: new Map(Object.entries(defaults) as [string, string][]),
    ...defined({ overall: default_account }),
  };
}

function textsOf(value: unknown): readonly string[] | undefined {
  const texts: readonly unknown[] = Array.isArray(value) ? value : [value];
  return texts.every((text) => typeof text === 'string') ? texts : undefined;
}
