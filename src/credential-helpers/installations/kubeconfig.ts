import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';

/** A kubeconfig, as far as its users are concerned. */
export interface Kubeconfig {
  /** Whether there is a list of users, one without a user, or none. */
  readonly place: 'list' | 'empty' | 'absent';
  readonly root: YAMLMap | undefined;
  readonly users: UserList | undefined;
}

/** The users, as nodes with their places in the text, and as they are read. */
export interface UserList {
  readonly node: YAMLSeq;
  readonly items: readonly unknown[];
}

/** Reads a kubeconfig. `undefined` for a text that is none in the form that kubectl writes: blocks of lines. */
export function readConfig(text: string): Kubeconfig | undefined {
  const document = parseDocument(text, { logLevel: 'silent', strict: true });
  const root: unknown = document.contents;
  if (document.errors.length > 0 || /^(?:---|\.\.\.|%)/m.test(text.replace(/^---\s*\n/, ''))) {
    return undefined;
  }
  if (root === null || (isScalar(root) && root.value === null)) {
    return { place: 'absent', root: undefined, users: undefined };
  }
  if (!isMap(root) || root.flow === true) {
    return undefined;
  }
  const users: unknown = root.get('users', true);
  if (isSeq(users)) {
    return listed(document, root, users);
  }
  if (!root.has('users')) {
    return { place: 'absent', root, users: undefined };
  }
  return users === null || users === undefined || (isScalar(users) && users.value === null)
    ? { place: 'empty', root, users: undefined }
    : undefined;
}

function listed(document: Document, root: YAMLMap, node: YAMLSeq): Kubeconfig | undefined {
  const items = plainItems(document, node);
  if (!Array.isArray(items)) {
    return undefined;
  }
  if (items.length === 0) {
    return { place: 'empty', root, users: undefined };
  }
  return node.flow === true ? undefined : { place: 'list', root, users: { node, items } };
}

/** `undefined` where a user has an alias: the lines of a user would not be all that it is. */
function plainItems(document: Document, node: YAMLSeq): unknown {
  try {
    return node.toJS(document, { maxAliasCount: 0 });
  } catch {
    return undefined;
  }
}

/** The place after the line that holds this one. */
export function lineEnd(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end === -1 ? text.length : end + 1;
}

/** The place of the dash before an item; `undefined` unless only spaces stand before it in its line. */
export function placeOfItem(text: string, users: UserList | undefined, index: number): number | undefined {
  const node: unknown = users?.node.items[index];
  const start = isMap(node) ? node.range?.[0] : undefined;
  const dash = start === undefined ? -1 : text.lastIndexOf('-', start);
  return dash !== -1 && /^ *$/.test(text.slice(text.lastIndexOf('\n', dash) + 1, dash)) ? dash : undefined;
}

/** The text without that user; `undefined` where the lines of a user cannot be told. */
export function withoutItem(text: string, users: UserList, index: number): string | undefined {
  const start = placeOfItem(text, users, index);
  const node: unknown = users.node.items[index];
  const end = isMap(node) ? node.range?.[1] : undefined;
  if (start === undefined || end === undefined) {
    return undefined;
  }
  const lineStart = text.lastIndexOf('\n', start) + 1;
  const stop = text[end - 1] === '\n' ? end : lineEnd(text, end);
  const rest = `${text.slice(0, lineStart)}${text.slice(stop)}`;
  return text.endsWith('\n') || stop < text.length ? rest : rest.slice(0, -1);
}

/** The text without its only user. An empty list stays, in the line of its name. */
export function withoutOnly(text: string, users: UserList): string | undefined {
  const start = placeOfItem(text, users, 0);
  const rest = withoutItem(text, users, 0);
  const head = start === undefined ? '' : text.slice(0, text.lastIndexOf('\n', start) + 1);
  if (rest === undefined || !/(?:^|\n)users:[ \t]*\n$/.test(head)) {
    return undefined;
  }
  const empty = `${head.replace(/users:[ \t]*\n$/, 'users: []\n')}${rest.slice(head.length)}`;
  return text.endsWith('\n') ? empty : empty.replace(/\n$/, '');
}
