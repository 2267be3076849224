import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { AccountHead } from '../../accounts/account.ts';
import { openAccountFiles } from '../../accounts/account-files.ts';
import { accountWords } from '../../accounts/account-words.ts';
import { listStoredHeads } from '../../accounts/list-stored-heads.ts';
import type { Paths } from '../../ground/context.ts';
import { parsePlainJson, plainObject } from '../../ground/plain-json.ts';
import { safeText } from '../../ground/safe-text.ts';
import { popularProviders } from '../../providers/popular-providers.ts';
import { PROVIDER_NAME } from '../../providers/provider-file-texts.ts';
import { providerIndex } from '../../providers/provider-index.ts';
import { readConfigurationSource } from '../../settings/configuration-source.ts';
import { readMachineFile } from '../../settings/machine-file.ts';
import type { Candidate, Offers } from './candidates.ts';

/** A word that no shell reads anything into, but for spaces; and that is no flag. */
const HARMLESS_WORD = /^[\p{L}\p{N}_.@+][\p{L}\p{M}\p{N}_.@+: -]*$/u;
/** Code points of a description at most, so that it stays beside its word. */
const LONGEST_DESCRIPTION = 60;

/** What is stored and configured here. No key is opened, nothing is sent, and what cannot be read is left out. */
export function storedOffers(paths: Paths): Offers {
  return {
    accounts: () => orNone(() => accountCandidates(paths)),
    providers: (which) => {
      const own = orNone(() => ownProviders(paths));
      const known = providerIndex().filter(({ name }) => which === 'all' || popularProviders.includes(name));
      return [
        ...own.map((value) => ({ value, description: 'your own provider' })),
        ...known
          .filter(({ name }) => !own.includes(name))
          .map(({ name, label }) => ({ value: name, description: safeText(label, LONGEST_DESCRIPTION) })),
      ];
    },
  };
}

/** The providers that somebody is signed in to, the names of `--as`, and the words of each account. */
function accountCandidates(paths: Paths): readonly Candidate[] {
  const heads = listStoredHeads(openAccountFiles(paths), undefined).accounts.map(({ head }) => head);
  const values = [
    ...heads.map((head) => [head.provider, head] as const),
    ...heads.map((head) => [head.alias ?? '', head] as const),
    ...heads.map((head) => [harmlessWords(head, heads), head] as const),
  ];
  const labels = new Map(values.map(([value, { label }]) => [value, safeText(label, LONGEST_DESCRIPTION)]));
  return [...labels]
    .filter(([value]) => HARMLESS_WORD.test(value))
    .map(([value, description]) => ({ value, description }));
}

/** As `status` shows them; a name that a shell could read something into is replaced by the identifier. */
function harmlessWords(head: AccountHead, heads: readonly AccountHead[]): string {
  const words = accountWords(head, heads);
  return HARMLESS_WORD.test(words) ? words : `${head.provider}:${head.id}`;
}

/** The names in `config.json`, the user's and the machine's, and those of provider files that were added. */
function ownProviders({ configDir, machine }: Paths): readonly string[] {
  const sources = [
    () => readConfigurationSource(join(configDir, 'config.json')),
    ...(machine === undefined ? [] : [() => readMachineFile(machine, 'config.json')]),
  ];
  const directories = [configDir, ...(machine === undefined ? [] : [machine.directory])];
  const names = [
    ...sources.flatMap((read) => orNone(() => namesIn(read()))),
    ...directories.flatMap((directory) => orNone(() => fileNames(join(directory, 'providers')))),
  ];
  return [...new Set(names)].filter((name) => PROVIDER_NAME.test(name));
}

function namesIn(source: string | undefined): readonly string[] {
  const document = plainObject(parsePlainJson(source ?? ''));
  return Object.keys(plainObject(document?.providers) ?? {});
}

function fileNames(directory: string): readonly string[] {
  if (!existsSync(directory)) {
    return [];
  }
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  return files.map((file) => file.slice(0, -'.json'.length));
}

/** Nobody wants to read in the middle of a command line why something is missing from it. */
function orNone<Value>(read: () => readonly Value[]): readonly Value[] {
  try {
    return read();
  } catch {
    return [];
  }
}
