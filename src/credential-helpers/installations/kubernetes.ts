import { existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { isScalar } from 'yaml';
import { plainObject } from '../../ground/plain-json.ts';
import { MOST_OF_FOREIGN_FILE, readRegularFile } from '../../ground/regular-file.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { type Kubeconfig, lineEnd, placeOfItem, readConfig, withoutItem, withoutOnly } from './kubeconfig.ts';
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
function inEmptyPlace(text: string, { root }: Kubeconfig, wish: InstallWish): string | undefined {
  const pair = root?.items.find(({ key }) => isScalar(key) && key.value === 'users');
  const start = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
  const end = start === undefined ? -1 : lineEnd(text, start);
  const line = start === undefined ? '' : text.slice(start, end);
  const lines = `users:\n${indented(entry(wish), '')}`;
  return /^users:[ \t]*(?:null|~|\[\s*\])?[ \t]*\n?$/.test(line)
    ? `${text.slice(0, start)}${line.endsWith('\n') ? lines : lines.slice(0, -1)}${text.slice(end)}`
    : undefined;
}

function afterLast(text: string, { users }: Kubeconfig, wish: InstallWish): string | undefined {
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
