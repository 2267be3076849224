import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from '../../ground/errors.ts';
import { shellQuoted } from '../../ground/file-system-words.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { blockNames, type OwnLines, withBlock, withoutBlock } from './marked-block.ts';

/**
 * An entry for each origin in the user's configuration of git. An empty helper comes first: for this host, no other
 * helper is asked, or told the token to store (T51).
 */
export const gitInstallation: Installation = {
  what: 'the configuration of git',

  file({ surroundings }) {
    const { env } = surroundings;
    const usual = homeFile(surroundings, '.gitconfig');
    const other = env.XDG_CONFIG_HOME
      ? join(env.XDG_CONFIG_HOME, 'git', 'config')
      : homeFile(surroundings, '.config', 'git', 'config');
    // As git itself chooses the file of `git config --global`.
    const isOther = usual !== undefined && other !== undefined && !existsSync(usual) && existsSync(other);
    return env.GIT_CONFIG_GLOBAL || (isOther ? other : usual);
  },

  snippet: (wish) => (wish.origins ?? []).map((origin) => entry(origin, wish)).join(''),

  add: (text, wish) =>
    isUnderstood(text)
      ? (wish.origins ?? []).reduce(
          (before, origin) => withBlock(before, { ...ownLines(origin), lines: entry(origin, wish) }),
          text,
        )
      : undefined,

  remove(text, wish) {
    const { origins = originsIn(text, wish) } = wish;
    return isUnderstood(text)
      ? origins.reduce((before, origin) => withoutBlock(before, ownLines(origin)), text)
      : undefined;
  },
};

const nameOf = (origin: string) => `oauth-login credential git ${origin}`;

const headerOf = (origin: string) => `[credential "${origin}"]`;

/** `git config` writes its own keys of the section between the comments. */
const ownLines = (origin: string): OwnLines => ({
  name: nameOf(origin),
  header: headerOf(origin),
  own: [/^\thelper = "?!oauth-login credential git\b[^\n]*\n/m, /^\thelper =\n/m],
});

function entry(origin: string, { words }: InstallWish): string {
  const command = ['!oauth-login credential git', ...words.map(shellQuoted)].join(' ');
  return `${headerOf(origin)}\n\thelper =\n\thelper = ${gitValue(command)}\n`;
}

/** Those whose entry runs the helper with these words; without words, all of them. */
function originsIn(text: string, wish: InstallWish): readonly string[] {
  return blockNames(text, nameOf('')).filter(
    (origin) => wish.words.length === 0 || text.includes(`# begin ${nameOf(origin)}\n${entry(origin, wish)}`),
  );
}

/** Throws a `UsageError` for a text that would end its line. */
function gitValue(text: string): string {
  if (/[\r\n\0]/.test(text)) {
    throw new UsageError('usage_invalid', `${JSON.stringify(text)} cannot be written into that file`, {
      hint: 'give the account a short name of its own: oauth-login login NAME, with NAME under providers in config.json',
    });
  }
  return /[\\"#;]/.test(text) ? `"${text.replaceAll(/[\\"]/g, (character) => `\\${character}`)}"` : text;
}

/** Sections, names with or without a value, comments, and values that go on in the next line. */
function isUnderstood(text: string): boolean {
  let goesOn = false;
  return text.split(/\r?\n/).every((line) => {
    const isKnown =
      goesOn ||
      /^\s*(?:$|[#;]|\[[A-Za-z0-9.-]+(?:\s+"(?:[^"\\]|\\.)*")?\]|[A-Za-z][A-Za-z0-9-]*\s*(?:=|$|[#;]))/.test(
        line,
      );
    goesOn = /(?:^|[^\\])(?:\\\\)*\\$/.test(line);
    return isKnown;
  });
}
