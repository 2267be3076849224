import { ConfigurationError } from '../ground/errors.ts';
import { shellQuoted } from '../ground/file-system-words.ts';
import { safeText } from '../ground/safe-text.ts';
import { type Fault, isObject, type Rule } from '../providers/description.ts';

/**
 * Gives the document that a text holds, once it is what the rule asks for.
 *
 * Throws a `ConfigurationError` that names file, line, key and what was expected.
 */
export async function checkedDocument<Value extends object>(
  file: string,
  source: string,
  rule: Rule<Value>,
): Promise<Value> {
  if (source.trim() === '') {
    throw new ConfigurationError('config_invalid_file', `${file} is empty`, {
      hint: `delete it: rm ${shellQuoted(file)}; nothing was changed`,
    });
  }
  let document: unknown;
  try {
    document = JSON.parse(source);
  } catch {
    throw await invalidDocument(file, source, { path: [], what: 'is not JSON' });
  }
  if (!isObject(document)) {
    throw await invalidDocument(file, source, { path: [], what: 'must hold one JSON object' });
  }
  const fault = rule.check(document, []);
  if (fault !== undefined) {
    throw await invalidDocument(file, source, fault);
  }
  // Checked just now, member by member.
  return document as Value;
}

/** Why a file is not JSON, by the parser's name for the fault. */
const parseFaults: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a value is not valid JSON (a string needs double quotes)',
  PropertyNameExpected: 'a name in double quotes is missing (there must be no comma before a closing brace)',
  ValueExpected: 'a value is missing (there must be no comma before a closing bracket)',
  ColonExpected: 'a colon is missing before the value',
  CommaExpected: 'a comma is missing between two members',
  CloseBraceExpected: 'a closing brace is missing',
  CloseBracketExpected: 'a closing bracket is missing',
  EndOfFileExpected: 'there is more after the end',
  InvalidCommentToken: 'comments are not allowed',
  UnexpectedEndOfComment: 'comments are not allowed',
  UnexpectedEndOfString: 'a closing double quote is missing',
  InvalidNumberFormat: 'a number is not valid JSON',
  InvalidEscapeCharacter: 'a backslash is followed by a character that JSON does not allow there',
  InvalidUnicode: 'a backslash and u are not followed by four hexadecimal digits',
  InvalidCharacter: 'a string contains a control character',
};

/** The error for what is wrong with a document, with the line at which it stands. */
export async function invalidDocument(
  file: string,
  source: string,
  fault: Fault,
): Promise<ConfigurationError> {
  const { findNodeAtLocation, parseTree, printParseErrorCode } = await import('jsonc-parser');
  const errors: import('jsonc-parser').ParseError[] = [];
  let tree: import('jsonc-parser').Node | undefined;
  try {
    tree = parseTree(source, errors, { disallowComments: true, allowTrailingComma: false });
  } catch {
    // The parser calls itself for each level, so it ends where a document nests thousands of them.
    return new ConfigurationError(
      'config_invalid_file',
      `${file} is nested too deeply for a configuration file`,
      {
        hint: `correct the file, or move it away: mv ${shellQuoted(file)} ${shellQuoted(`${file}.bad`)}`,
      },
    );
  }
  const { path } = fault;
  const node = tree === undefined ? undefined : findNodeAtLocation(tree, [...path]);
  const offset = path.length === 0 ? (errors[0]?.offset ?? 0) : (node?.parent?.offset ?? node?.offset ?? 0);
  const line = source.slice(0, offset).split('\n').length;
  const key = path.length === 0 ? '' : ` key ${shownPath(path)}`;
  const last = path.at(-1);
  const isSecret = fault.isUnknownName === true && last === 'client_secret';
  const parseFault = errors[0] === undefined ? undefined : printParseErrorCode(errors[0].error);
  const detail =
    path.length > 0 || parseFault === undefined ? '' : `: ${parseFaults[parseFault] ?? parseFault}`;
  const what = isSecret ? 'never belongs in this file' : `${fault.what}${detail}`;
  return new ConfigurationError('config_invalid_file', `${file}:${line}:${key} ${what}`, {
    // The name of the entry is the one that `setup` takes.
    hint: isSecret
      ? `remove the key ${shownKey(last)} in line ${line}, and store it encrypted with: oauth-login setup ${path.at(-2) ?? 'NAME'}`
      : `correct line ${line} of the file; nothing was changed`,
  });
}

/** The keys that lead to a member, as in `"providers"."work"."scopes"[0]`. */
function shownPath(path: Fault['path']): string {
  const parts = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${shownKey(part)}`));
  return parts.join('').slice(1);
}

/** A key of the file as it stands there, without what a terminal would obey. */
function shownKey(key: string): string {
  return JSON.stringify(safeText(key, 100));
}
