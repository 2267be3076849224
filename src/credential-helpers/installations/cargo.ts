import { join } from 'node:path';
import { UsageError } from '../../ground/errors.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { type OwnLines, withBlock, withoutBlock } from './marked-block.ts';
import { plainWords } from './plain-words.ts';
import { readTomlLines } from './toml-lines.ts';

const KEY = 'global-credential-providers';
const BLOCK = 'oauth-login credential cargo';
/** A list of texts in one line. */
const LIST = /\[(?:\s*"[^"\\]*"\s*,?)*\s*\]/;
/** At the end of a line that was added to a table of the user. */
const MARK = '# added by oauth-login';

/**
 * One more provider of credentials for all registries. cargo asks the last one first, and the one before it where a
 * registry is none of the account's.
 */
export const cargoInstallation: Installation = {
  what: 'the configuration of cargo',

  file({ surroundings }) {
    const { CARGO_HOME } = surroundings.env;
    return CARGO_HOME ? join(CARGO_HOME, 'config.toml') : homeFile(surroundings, '.cargo', 'config.toml');
  },

  snippet: (wish) => `[registry]\n${newLine(wish)}\n`,

  add(text, wish) {
    const place = placeOf(text);
    if (place === undefined) {
      return undefined;
    }
    const { lines, line, table } = place;
    if (line !== undefined) {
      const list = listIn(lines[line] ?? '');
      return list && (list.includes(entryOf(wish)) ? text : replaced(lines, line, [...list, entryOf(wish)]));
    }
    return table === undefined
      ? withBlock(text, { ...ownLines(newLine(wish)), lines: `[registry]\n${newLine(wish)}\n` })
      : [...lines.slice(0, table + 1), `${newLine(wish)} ${MARK}`, ...lines.slice(table + 1)].join('\n');
  },

  remove(text, wish) {
    const place = placeOf(text);
    if (place?.line === undefined) {
      return place && text;
    }
    const { lines, line } = place;
    const content = lines[line] ?? '';
    const list = listIn(content);
    if (list === undefined || !list.includes(entryOf(wish))) {
      return list && text;
    }
    const rest = list.filter((entry) => entry !== entryOf(wish));
    const isUsual = rest.length === 1 && rest[0] === '"cargo:token"';
    if (isUsual && content.endsWith(MARK)) {
      return lines.toSpliced(line, 1).join('\n');
    }
    const without = isUsual ? withoutBlock(text, ownLines(content)) : text;
    return without === text ? replaced(lines, line, rest) : without;
  },
};

const ownLines = (line: string): OwnLines => ({ name: BLOCK, header: '[registry]', own: [`${line}\n`] });

const newLine = (wish: InstallWish) => `${KEY} = ["cargo:token", ${entryOf(wish)}]`;

/** The program and the account, as cargo splits them at spaces. Throws a `UsageError` where the account cannot be named. */
function entryOf({ words: [target, flag, account] }: InstallWish): string {
  const isUnnamed = target === '--account' || (flag !== undefined && target?.includes(':') === true);
  if (isUnnamed) {
    throw new UsageError('usage_invalid', 'cargo names an account by its provider and its name', {
      hint: 'for example: oauth-login credential cargo github:octocat --install',
    });
  }
  const named = account === undefined ? target : `${target}:${account}`;
  return `"${plainWords(['cargo-credential-oauth-login', ...(named === undefined ? [] : [named])])}"`;
}

/** The lines of the file, and those of the table and the key; `undefined` for a text that is not understood. */
function placeOf(text: string) {
  const file = readTomlLines(text);
  if (file === undefined) {
    return undefined;
  }
  const own = file.values.filter(({ table, key }) =>
    [table, key].join('.').replace(/^\./, '').startsWith('registry.'),
  );
  const line = own.find(({ table, key }) => table === 'registry' && key === KEY)?.line;
  const isElsewhere =
    own.some(({ table, key }) => table !== 'registry' && `${table}.${key}`.includes(KEY)) ||
    own.some(({ table }) => table === '') ||
    file.values.some(({ table, key }) => table === '' && key === 'registry');
  return isElsewhere ? undefined : { lines: text.split('\n'), line, table: file.tables.get('registry') };
}

/** The texts of a list in one line, with their quotes; `undefined` for any other value. */
function listIn(line: string): readonly string[] | undefined {
  const [list] = LIST.exec(line) ?? [];
  const isAlone = list !== undefined && /^[^=[]*=\s*(?:#.*)?$/.test(line.replace(LIST, ''));
  return isAlone ? (list.match(/"[^"]*"/g) ?? []) : undefined;
}

function replaced(lines: readonly string[], line: number, list: readonly string[]): string {
  const content = (lines[line] ?? '').replace(LIST, () => `[${list.join(', ')}]`);
  return lines.toSpliced(line, 1, content).join('\n');
}
