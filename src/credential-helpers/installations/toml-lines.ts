/** A line of a TOML file that gives a key a value in one line. */
export interface TomlLine {
  /** The name of the table it is in, without spaces; empty before the first. */
  readonly table: string;
  readonly key: string;
  readonly value: string;
}

/** What of a TOML file can be changed line by line. */
export interface TomlFile {
  readonly values: readonly (TomlLine & { readonly line: number })[];
  /** The lines that begin a table, by its name. */
  readonly tables: ReadonlyMap<string, number>;
}

const NAME = String.raw`(?:[\w-]+|"[^"\\]*"|'[^']*')`;
const KEY = String.raw`${NAME}(?:[ \t]*\.[ \t]*${NAME})*`;
const TABLE = new RegExp(String.raw`^\s*\[[ \t]*(${KEY})[ \t]*\]\s*(?:#.*)?$`);
const LIST_TABLE = new RegExp(String.raw`^\s*\[\[[ \t]*(${KEY})[ \t]*\]\]\s*(?:#.*)?$`);
const VALUE = new RegExp(String.raw`^\s*(${KEY})\s*=\s*(\S.*)$`);
/** A text in quotes, or a comment to the end of the line. */
const OPAQUE = /"(?:[^"\\]|\\.)*"|'[^']*'|#.*$/g;

/**
 * Reads a file of tables, keys and values; `undefined` for a text with anything else. Texts of several lines count as such:
 * a line of such a text could look like a table or a key.
 */
export function readTomlLines(text: string): TomlFile | undefined {
  const values: (TomlLine & { line: number })[] = [];
  const tables = new Map<string, number>();
  let table = '';
  let depth = 0;
  for (const [line, content] of text.split('\n').entries()) {
    const [, name] = TABLE.exec(content) ?? [];
    const [, listName] = LIST_TABLE.exec(content) ?? [];
    const [, key, value] = VALUE.exec(content) ?? [];
    if (depth > 0) {
      depth += opened(content);
    } else if (name !== undefined || listName !== undefined) {
      table = plainName(name ?? listName ?? '');
      tables.set(table, line);
    } else if (key !== undefined && value !== undefined) {
      values.push({ table, key: plainName(key), value, line });
      depth = opened(value);
    } else if (!/^\s*(?:#.*)?$/.test(content)) {
      return undefined;
    }
    if (Number.isNaN(depth) || depth < 0) {
      return undefined;
    }
  }
  return depth === 0 ? { values, tables } : undefined;
}

const plainName = (name: string) => name.replaceAll(/["'\s]/g, '');

/** How many brackets a line opens and leaves open; NaN for quotes that it leaves open. */
function opened(text: string): number {
  const rest = /"""|'''/.test(text) ? '"' : text.replaceAll(OPAQUE, '');
  if (/["']/.test(rest)) {
    return Number.NaN;
  }
  return (rest.match(/[[{]/g) ?? []).length - (rest.match(/[\]}]/g) ?? []).length;
}
