import { defined } from '../ground/defined.ts';
import type { ErrorResponse } from './dialects/graph-error.ts';

/** Values of a code that say that nothing is wrong. */
const noError: ReadonlySet<unknown> = new Set([
  ...[0, '0', '00', '000', 200, '200', '', null, undefined, true, false],
  ...['ok', 'OK', 'success', 'SUCCESS', 'Success'],
]);

/** Names under which servers give a code in place of `error` (RFC 6749 §5.2), and words in place of `error_description`. */
const codes = ['errcode', 'error_code', 'errorCode', 'err_code', 'errorType', 'resultcode', 'code', 'type'];
const descriptionMembers = [
  ...['error_description', 'errmsg', 'err_msg', 'error_msg', 'errorMessage', 'error_message', 'message'],
  ...['msg', 'description', 'detail', 'title'],
];

/**
 * Gives the standard form of an error that a server tells in one of the other forms that are known: an `error` that is
 * an object, a number or a sentence; a list of `errors`; a code under another name, also inside `data`; `ok` or
 * `success` that is false; `status` "error". `undefined` when there is none.
 *
 * `failed`: the status says that it is an error, so words alone are its reason (RFC 9457 §3.1 among them).
 */
export function readForeignError(
  members: Readonly<Record<string, unknown>>,
  failed: boolean,
): ErrorResponse | undefined {
  const { error, errors, data, ok, success, status } = members;
  if (isObject(error)) {
    return standardForm(error, members) ?? { error: 'unknown_error' };
  }
  if (typeof error === 'number' && error !== 0) {
    return withWords(String(error), words(members));
  }
  if (typeof error === 'string' && error !== '') {
    const said = words(members);
    return isCode(error) ? withWords(error, said) : withWords(codeOf(members), said ?? error);
  }
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  if (isObject(first)) {
    return standardForm(first, members) ?? { error: 'unknown_error' };
  }
  if (typeof first === 'string') {
    return withWords(codeOf(members), first);
  }
  if (codeOf(members) !== undefined || ok === false || success === false || status === 'error') {
    return withWords(codeOf(members), words(members));
  }
  if (isObject(data)) {
    return codeOf(data) === undefined ? undefined : standardForm(data, members);
  }
  return failed && words(members) !== undefined ? withWords(undefined, words(members)) : undefined;
}

function standardForm(
  inner: Readonly<Record<string, unknown>>,
  outer: Readonly<Record<string, unknown>>,
): ErrorResponse | undefined {
  const said = words(inner) ?? words(outer);
  const code = codeOf(inner);
  return code === undefined && said === undefined ? undefined : withWords(code, said);
}

function withWords(code: string | undefined, said: string | undefined): ErrorResponse {
  return { error: code ?? 'unknown_error', ...defined({ error_description: said }) };
}

function codeOf(members: Readonly<Record<string, unknown>>): string | undefined {
  for (const name of codes) {
    const code = members[name];
    if (noError.has(code) || (typeof code !== 'string' && typeof code !== 'number')) {
      continue;
    }
    if (isCode(String(code))) {
      return String(code);
    }
  }
  return undefined;
}

function words(members: Readonly<Record<string, unknown>>): string | undefined {
  const said = descriptionMembers
    .map((name) => members[name])
    .find((value) => typeof value === 'string' && value !== '');
  return typeof said === 'string' ? said : undefined;
}

function isCode(text: string): boolean {
  return /^[\w.:-]{1,64}$/.test(text);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
