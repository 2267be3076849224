import { shellQuoted } from '../ground/file-system-words.ts';

/** Words that name no command here but something in other tools, and the line that leads on. */
export interface OtherWords {
  readonly words: readonly string[];
  /**
   * What to type instead. `{target}` stands for the first word that was typed after it, `{second}` for the one after that,
   * `{words}` for two and more; the example after `|` takes their place where fewer were typed.
   */
  readonly hint: string;
}

/** What people type who know `gh`, `git`, `npm`, `aws` or `gcloud`. */
export const otherWords: readonly OtherWords[] = [
  {
    words: ['auth', 'signin', 'sign-in', 'log-in', 'logon', 'connect', 'authorize', 'authenticate'],
    hint: 'to sign in, use: oauth-login {target|github}',
  },
  {
    words: ['signout', 'sign-out', 'log-out', 'logoff', 'disconnect', 'revoke', 'remove', 'rm', 'delete'],
    hint: 'to sign out, use: oauth-login logout {target}',
  },
  {
    words: ['list', 'ls', 'account', 'accounts', 'profile', 'profiles', 'show'],
    hint: 'to see every account, use: oauth-login status',
  },
  {
    words: ['me', 'user', 'userinfo', 'whois', 'which', 'current'],
    hint: 'to see who is signed in, use: oauth-login whoami {target}',
  },
  {
    words: ['activate', 'select', 'set-account', 'default', 'set-default'],
    hint: 'to choose the default account of a provider, use: oauth-login switch {target}; for a directory: oauth-login use github:octocat --here',
  },
  {
    words: ['refresh', 'renew'],
    hint: 'to refresh a token, use: oauth-login token {target} --refresh',
  },
  {
    words: ['access-token', 'get-token', 'print-access-token', 'print-token'],
    hint: 'to print an access token, use: oauth-login token {target}',
  },
  {
    words: ['register', 'init', 'configure', 'add', 'create', 'new'],
    hint: 'to register a client, use: oauth-login setup {target|github}',
  },
  {
    words: ['config', 'settings', 'set'],
    hint: 'to save a client, use: oauth-login setup github; docs/configuration.md describes the other settings of config.json',
  },
  {
    words: ['search', 'find'],
    hint: 'to search the providers, use: oauth-login providers --search {target|cloud}',
  },
  {
    words: ['curl', 'http', 'api', 'fetch'],
    hint: 'to send a request with the token, use: oauth-login request {words|github https://api.github.com/user}',
  },
  {
    words: ['run', 'env', 'shell'],
    hint: 'to run a program with the token in its environment, use: oauth-login exec github -- printenv GITHUB_TOKEN',
  },
  {
    words: [
      'credentials',
      'credential-helper',
      'git-credential',
      'setup-git',
      'helper',
      'get',
      'store',
      'erase',
    ],
    hint: 'to let git use your sign-in, use: oauth-login credential git --install',
  },
  {
    words: ['rename', 'alias', 'name'],
    hint: 'to give an account a name, sign in again with it: oauth-login login {target|github} --as {second|work}',
  },
  {
    words: ['backup', 'save', 'dump'],
    hint: 'to write an account into an encrypted file, use: oauth-login export {target|github} --to account.export',
  },
  {
    words: ['restore', 'load'],
    hint: 'to take in an account that was exported, use: oauth-login import {target|account.export}',
  },
  {
    words: ['serve', 'server', 'listen'],
    hint: 'to open an address that adds the token to requests, use: oauth-login proxy {target|github}',
  },
  {
    words: ['reset', 'uninstall', 'purge', 'clear', 'clean'],
    hint: 'to sign out everywhere and leave nothing of this tool on the machine, use: oauth-login forget --everything',
  },
  {
    words: ['diagnose', 'check'],
    hint: 'to find out why a sign-in does not work, use: oauth-login doctor {target}',
  },
  {
    words: ['completions', 'autocomplete', 'complete'],
    hint: 'to print the completion script of a shell, use: oauth-login completion {target|bash}',
  },
  {
    words: ['upgrade', 'update', 'self-update'],
    hint: 'install the new version in the way you installed this one; to see which you have, use: oauth-login --version',
  },
  { words: ['version', 'ver'], hint: 'to see the version, use: oauth-login --version' },
  { words: ['man', 'docs', 'commands'], hint: 'to see the commands, use: oauth-login --help' },
];

/** Words that other tools have before the name of a command; the command after them is meant. */
const wordsBefore = new Set(['auth', 'account', 'accounts', 'profile', 'profiles', 'sso', 'oauth-login']);

/**
 * The hint for a command line that begins with a word of another tool, filled in with the words after it; `undefined`
 * for any other. `gh` has `auth` before its commands, and `aws` has `sso`: a command after such a word is the one that
 * is meant. A line that is copied after the name of this tool has that name twice.
 */
export function otherWordsHint(typed: readonly string[], commands: readonly string[]): string | undefined {
  const [first = '', ...rest] = typed.map((word, index) => (index === 0 ? word.toLowerCase() : word));
  const second = rest[0]?.toLowerCase() ?? '';
  if (first === 'oauth-login' || (wordsBefore.has(first) && commands.includes(second))) {
    const meant = commands.includes(second) ? [second, ...rest.slice(1)] : rest;
    // Without a target, `login` would ask for one.
    if (meant.length === 1 && second === 'login') {
      return findWord('signin')?.hint.replace('{target|github}', 'github');
    }
    return rest.length === 0
      ? 'to see the commands, use: oauth-login --help'
      : (otherWordsHint(meant, commands) ?? `use: ${['oauth-login', ...meant.map(shellQuoted)].join(' ')}`);
  }
  if (wordsBefore.has(first) && findWord(second) !== undefined) {
    return otherWordsHint(rest, commands);
  }
  return findWord(first)?.hint.replace(/ ?\{(target|second|words)(?:\|([^}]*))?\}/g, (_, what, example) => {
    const all = rest.length < 2 ? [] : rest;
    const words = what === 'target' ? rest.slice(0, 1) : what === 'second' ? rest.slice(1, 2) : all;
    const shown = words.length === 0 ? example : words.map(shellQuoted).join(' ');
    return shown === undefined ? '' : ` ${shown}`;
  });
}

function findWord(word: string): OtherWords | undefined {
  return otherWords.find(({ words }) => words.includes(word));
}
