import { applyEdits, type JSONPath, modify, type ParseError, parse, visit } from 'jsonc-parser';
import { plainObject } from '../../ground/plain-json.ts';
import type { Installation, InstallWish } from './installation.ts';

/** A member of a JSON document, and the value that is wanted there. */
export type Entry = readonly [path: JSONPath, value: unknown];

/**
 * Members of a JSON file. One that has another value already stays, and so does a text that is not JSON, or that names a
 * member of an object twice: programs differ in which of them they read.
 */
export function jsonInstallation(
  { what, file, ...more }: Pick<Installation, 'what' | 'file' | 'next'>,
  entriesOf: (wish: InstallWish) => readonly Entry[],
  /** The entries of a document that may be those of accounts that are signed out. */
  entriesIn?: (document: Readonly<Record<string, unknown>>) => readonly Entry[],
): Installation {
  return {
    what,
    file,
    ...more,
    snippet: (wish) => `${edited('{}', entriesOf(wish))}\n`,
    add(text, wish) {
      const entries = entriesOf(wish);
      const isFree = entries.every(
        ([path, value]) =>
          hasRoom(text, path) && [undefined, JSON.stringify(value)].includes(valueAt(text, path)),
      );
      return isUnderstood(text) && isFree ? edited(text === '' ? '{}\n' : text, entries) : undefined;
    },
    remove(text, wish) {
      const isAny = wish.origins === undefined && entriesIn !== undefined;
      const candidates = isAny ? entriesIn(plainObject(parse(text)) ?? {}) : entriesOf(wish);
      const own = candidates.filter(([path, value]) => valueAt(text, path) === JSON.stringify(value));
      return isUnderstood(text)
        ? own.reduce((before, [path]) => withoutMember(before, path), text)
        : undefined;
    },
  };
}

function isUnderstood(text: string): boolean {
  const errors: ParseError[] = [];
  const document: unknown = parse(text, errors, { allowEmptyContent: true, disallowComments: true });
  const isDocument = text.trim() === '' || plainObject(document) !== undefined;
  return errors.length === 0 && isDocument && !hasTwins(text);
}

/** Whether an object of the text has two members of one name. */
function hasTwins(text: string): boolean {
  const open: Set<string>[] = [];
  let isFound = false;
  visit(text, {
    onObjectBegin: () => void open.push(new Set()),
    onObjectEnd: () => void open.pop(),
    onObjectProperty(name) {
      isFound ||= open.at(-1)?.has(name) === true;
      open.at(-1)?.add(name);
    },
  });
  return isFound;
}

/** Whether each object on the way is one, or is not there yet. */
const hasRoom = (text: string, path: JSONPath) =>
  path.slice(0, -1).every((_, index) => {
    const value = valueAt(text, path.slice(0, index + 1));
    return value === undefined || value.startsWith('{');
  });

/** As JSON; `undefined` where there is nothing, or something on the way that is no object. */
function valueAt(text: string, path: JSONPath): string | undefined {
  let value: unknown = parse(text);
  for (const key of path) {
    value = plainObject(value)?.[key];
  }
  return value === undefined ? undefined : JSON.stringify(value);
}

/** Without the member, and without the objects around it that have no other. */
function withoutMember(text: string, path: JSONPath): string {
  const after = edited(text, [[path, undefined]]);
  const around = path.slice(0, -1);
  if (around.length > 0 && valueAt(after, around) === '{}') {
    return withoutMember(after, around);
  }
  return valueAt(after, []) === '{}' ? after.replace(/\{\s+\}/, '{}') : after;
}

function edited(text: string, entries: readonly Entry[]): string {
  const indent = /^[ \t]+/m.exec(text)?.[0] ?? '  ';
  const formattingOptions = { insertSpaces: !indent.includes('\t'), tabSize: indent.length, eol: '\n' };
  return entries.reduce(
    (before, [path, value]) => applyEdits(before, modify(before, [...path], value, { formattingOptions })),
    text,
  );
}
