import { join } from 'node:path';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { plainWords } from './plain-words.ts';

const NAME = 'GOAUTH=';

/** The line of go's environment file that `go env -w GOAUTH=…` writes. */
export const goInstallation: Installation = {
  what: 'the environment of go',

  file({ surroundings }) {
    const { GOENV, XDG_CONFIG_HOME, AppData, APPDATA } = surroundings.env;
    if (GOENV === 'off') {
      return undefined;
    }
    const [appData, { platform }] = [AppData ?? APPDATA, surroundings];
    const usual =
      platform === 'win32'
        ? appData && join(appData, 'go', 'env')
        : platform === 'darwin'
          ? homeFile(surroundings, 'Library', 'Application Support', 'go', 'env')
          : XDG_CONFIG_HOME
            ? join(XDG_CONFIG_HOME, 'go', 'env')
            : homeFile(surroundings, '.config', 'go', 'env');
    return GOENV || usual;
  },

  snippet: (wish) => `${newLine(wish)}\n`,

  add(text, wish) {
    const found = commandsOf(text);
    if (found === undefined || found.commands.includes('off')) {
      return undefined;
    }
    const { lines, index, commands } = found;
    if (index === -1) {
      const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
      return `${start}${newLine(wish)}\n`;
    }
    if (commands.includes(commandOf(wish))) {
      return text;
    }
    // go takes an empty value for none, which means netrc.
    const line = commands.every((command) => command === '')
      ? newLine(wish)
      : `${lines[index]};${commandOf(wish)}`;
    return lines.with(index, line).join('\n');
  },

  remove(text, wish) {
    const found = commandsOf(text);
    if (found === undefined || !found.commands.includes(commandOf(wish))) {
      return found && text;
    }
    const { lines, index, commands } = found;
    // The line of somebody else has no space before the command, and stays.
    if (lines[index] === newLine(wish) || commands.length === 1) {
      return lines.toSpliced(index, 1).join('\n');
    }
    const parts = (lines[index] ?? '').slice(NAME.length).split(';');
    const place = commands.indexOf(commandOf(wish));
    const [space = ''] = /^\s*/.exec(parts[place] ?? '') ?? [];
    const next = parts[place + 1];
    const rest = next === undefined ? [] : [`${space}${next.trimStart()}`, ...parts.slice(place + 2)];
    return lines.with(index, `${NAME}${[...parts.slice(0, place), ...rest].join(';')}`).join('\n');
  },
};

const commandOf = ({ words }: InstallWish) => plainWords(['oauth-login', 'credential', 'go', ...words]);

/** The line where there was none. */
const newLine = (wish: InstallWish) => `${NAME}netrc; ${commandOf(wish)}`;

/**
 * All lines, which of them is that of GOAUTH (-1: none), and its commands; `undefined` for a text with several such lines, or
 * with lines that go would not write.
 */
function commandsOf(text: string) {
  const lines = text.split('\n');
  const own = lines.filter((line) => line.startsWith(NAME));
  if (own.length > 1 || !lines.every((line) => /^(?:\s*$|#|[A-Z][A-Z0-9_]*=)/.test(line))) {
    return undefined;
  }
  const [line] = own;
  const commands = line?.slice(NAME.length).split(';') ?? [];
  return {
    lines,
    index: line === undefined ? -1 : lines.indexOf(line),
    commands: commands.map((command) => command.trim()),
  };
}
