import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { type Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap, type YAMLSeq } from 'yaml';
import { plainObject } from '../../ground/plain-json.ts';
import { MOST_OF_FOREIGN_FILE, readRegularFile } from '../../ground/regular-file.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { type OwnLines, withBlock, withoutBlock } from './marked-block.ts';

const BLOCK = 'oauth-login credential kubernetes';

/**
 * A user of the kubeconfig that runs the exec plugin. Only lines are added and taken away, so that comments and the form
 * of everything else stay.
 */
export const kubernetesInstallation: Installation = {
  what: 'the kubeconfig',

  file(wish) {
    const files = (wish.surroundings.env.KUBECONFIG ?? '').split(delimiter).filter((file) => file !== '');
    const there = files.filter((file) => existsSync(file));
    // As kubectl itself chooses: where the user is, else the first file that is there, else the last that is named.
    return (
      there.find((file) => hasUser(file, wish)) ??
      there[0] ??
      files.at(-1) ??
      homeFile(wish.surroundings, '.kube', 'config')
    );
  },

  snippet: (wish) => linesOf(wish),

  add(text, wish) {
    const config = readConfig(text);
    if (config === undefined) {
      return undefined;
    }
    const { users } = config;
    const item = users?.items.find(isNamed(nameOf(wish)));
    if (item !== undefined) {
      return isOwn(wish)(item) ? text : undefined;
    }
    if (text.trim() === '') {
      return `${text}apiVersion: v1\nkind: Config\nusers:\n${indented(entry(wish), '')}`;
    }
    if (config.place === 'absent') {
      return withBlock(text, { ...ownLines(wish), lines: linesOf(wish) });
    }
    return config.place === 'empty' ? inEmptyPlace(text, config, wish) : afterLast(text, config, wish);
  },

  remove(text, wish) {
    const config = readConfig(text);
    if (config === undefined) {
      return undefined;
    }
    const index = config.users?.items.findIndex(isOwn(wish)) ?? -1;
    if (config.users === undefined || index === -1) {
      return text;
    }
    if (config.users.items.length > 1) {
      return withoutItem(text, config.users, index);
    }
    const rest = withoutBlock(text, ownLines(wish));
    const left = readConfig(rest);
    if (left !== undefined && left.users === undefined) {
      return rest;
    }
    // Its lines are not as they were written, so the comments are all that goes with them.
    const others = withoutOnly(text, config.users);
    return others && withoutBlock(others, { name: BLOCK, own: [] });
  },

  next: (wish) =>
    `Let a context use it: kubectl config set-context --current --user=${JSON.stringify(nameOf(wish))}`,
};

const linesOf = (wish: InstallWish) => `users:\n${indented(entry(wish), '')}`;

const ownLines = (wish: InstallWish): OwnLines => ({ name: BLOCK, own: [linesOf(wish)] });

/** The name of the user in the kubeconfig. */
const nameOf = ({ words: [target = 'oauth-login'] }: InstallWish) => target;

function userOf(wish: InstallWish) {
  const flags = wish.options.accessToken === true ? ['--access-token'] : [];
  return {
    name: nameOf(wish),
    user: {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'oauth-login',
        args: ['credential', 'kubernetes', ...wish.words, ...flags],
        interactiveMode: 'Never',
        provideClusterInfo: true,
      },
    },
  };
}

/** The user as an item of a list, one line each. */
function entry(wish: InstallWish): readonly string[] {
  const { name, user } = userOf(wish);
  const { args, ...exec } = user.exec;
  return [
    `- name: ${scalar(name)}`,
    '  user:',
    '    exec:',
    `      apiVersion: ${exec.apiVersion}`,
    `      command: ${exec.command}`,
    '      args:',
    ...args.map((word) => `      - ${scalar(word)}`),
    `      interactiveMode: ${exec.interactiveMode}`,
    `      provideClusterInfo: ${exec.provideClusterInfo}`,
  ];
}

/** A text of YAML that is nothing but a text. */
function scalar(text: string): string {
  const isWord = /^[a-z][a-z0-9-]*$/i.test(text) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isWord || text === '--account' || text === '--access-token' ? text : JSON.stringify(text);
}

const indented = (lines: readonly string[], indent: string) =>
  lines.map((line) => `${indent}${line}\n`).join('');

interface Config {
  /** Whether there is a list of users, one without a user, or none. */
  readonly place: 'list' | 'empty' | 'absent';
  readonly root: YAMLMap | undefined;
  readonly users: UserList | undefined;
}

interface UserList {
  readonly node: YAMLSeq;
  readonly items: readonly unknown[];
}

/** `undefined` for a text that is no kubeconfig in the form that kubectl writes: blocks of lines. */
function readConfig(text: string): Config | undefined {
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

function listed(document: Document, root: YAMLMap, node: YAMLSeq): Config | undefined {
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

const isNamed = (name: string) => (item: unknown) => plainObject(item)?.name === name;

/** kubectl writes the members of a user in another order, and adds some that are empty. */
const isOwn = (wish: InstallWish) => (item: unknown) => {
  const exec = plainObject(plainObject(plainObject(item)?.user)?.exec);
  const { command, args } = userOf(wish).user.exec;
  const isSame = exec?.command === command && JSON.stringify(exec.args) === JSON.stringify(args);
  return isSame && isNamed(nameOf(wish))(item);
};

function hasUser(file: string, wish: InstallWish): boolean {
  try {
    const bytes = readRegularFile(file, MOST_OF_FOREIGN_FILE);
    return (
      typeof bytes !== 'string' &&
      readConfig(bytes.toString('utf8'))?.users?.items.some(isNamed(nameOf(wish))) === true
    );
  } catch {
    // What cannot be read is reported when it is to be changed.
    return false;
  }
}

/** In place of `users:` with `null`, `[]` or nothing after it. */
function inEmptyPlace(text: string, { root }: Config, wish: InstallWish): string | undefined {
  const pair = root?.items.find(({ key }) => isScalar(key) && key.value === 'users');
  const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  const end = start === undefined ? -1 : lineEnd(text, start);
  const line = start === undefined ? '' : text.slice(start, end);
  const lines = `users:\n${indented(entry(wish), '')}`;
  return /^users:[ \t]*(?:null|~|\[\s*\])?[ \t]*\n?$/.test(line)
    ? `${text.slice(0, start)}${line.endsWith('\n') ? lines : lines.slice(0, -1)}${text.slice(end)}`
    : undefined;
}

/** The place after the line that holds this one. */
function lineEnd(text: string, position: number): number {
  const end = text.indexOf('\n', position);
  return end === -1 ? text.length : end + 1;
}

function afterLast(text: string, { users }: Config, wish: InstallWish): string | undefined {
  const [first, end] = [placeOfItem(text, users, 0), users?.node.range?.[1]];
  if (first === undefined || end === undefined) {
    return undefined;
  }
  const indent = text.slice(text.lastIndexOf('\n', first) + 1, first);
  const place = text[end - 1] === '\n' ? end : lineEnd(text, end);
  const before = text.slice(0, place);
  const lines = indented(entry(wish), indent);
  return before.endsWith('\n')
    ? `${before}${lines}${text.slice(place)}`
    : `${before}\n${lines.slice(0, -1)}${text.slice(place)}`;
}

/** The place of the dash before an item; `undefined` unless only spaces stand before it in its line. */
function placeOfItem(text: string, users: UserList | undefined, index: number): number | undefined {
  const node: unknown = users?.node.items[index];
  const start = isMap(node) ? node.range?.[0] : undefined;
  const dash = start === undefined ? -1 : text.lastIndexOf('-', start);
  return dash !== -1 && /^ *$/.test(text.slice(text.lastIndexOf('\n', dash) + 1, dash)) ? dash : undefined;
}

function withoutItem(text: string, users: UserList, index: number): string | undefined {
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

/** An empty list stays, in the line of its name. */
function withoutOnly(text: string, users: UserList): string | undefined {
  const start = placeOfItem(text, users, 0);
  const rest = withoutItem(text, users, 0);
  const head = start === undefined ? '' : text.slice(0, text.lastIndexOf('\n', start) + 1);
  if (rest === undefined || !/(?:^|\n)users:[ \t]*\n$/.test(head)) {
    return undefined;
  }
  const empty = `${head.replace(/users:[ \t]*\n$/, 'users: []\n')}${rest.slice(head.length)}`;
  return text.endsWith('\n') ? empty : empty.replace(/\n$/, '');
}
