import { join } from 'node:path';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { plainWords } from './plain-words.ts';

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

  snippet: (wish) => `GOAUTH=netrc; ${commandOf(wish)}\n`,

  add(text, wish) {
    const found = commandsOf(text);
    if (found === undefined || found.commands.includes('off')) {
      return undefined;
    }
    if (found.line === undefined) {
      const start = text === '' || text.endsWith('\n') ? text : `${text}\n`;
      return `${start}GOAUTH=netrc; ${commandOf(wish)}\n`;
    }
    return found.commands.includes(commandOf(wish))
      ? text
      : text.replace(found.line, () => `${found.line}; ${commandOf(wish)}`);
  },

  remove(text, wish) {
    const found = commandsOf(text);
    if (found?.line === undefined || !found.commands.includes(commandOf(wish))) {
      return found && text;
    }
    const rest = found.commands.filter((command) => command !== commandOf(wish));
    const isUsual = rest.length === 0 || (rest.length === 1 && rest[0] === 'netrc');
    return isUsual
      ? text.replace(new RegExp(`^${escaped(found.line)}\\n?`, 'm'), '')
      : text.replace(found.line, () => `GOAUTH=${rest.join('; ')}`);
  },
};

const commandOf = ({ words }: InstallWish) => plainWords(['oauth-login', 'credential', 'go', ...words]);

const escaped = (text: string) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The line of GOAUTH, and its commands; `undefined` for a text with several, or with lines that go would not write. */
function commandsOf(text: string) {
  const lines = text.split('\n');
  const own = lines.filter((line) => line.startsWith('GOAUTH='));
  if (own.length > 1 || !lines.every((line) => /^(?:\s*$|#|[A-Z][A-Z0-9_]*=)/.test(line))) {
    return undefined;
  }
  const [line] = own;
  const commands = line?.slice('GOAUTH='.length).split(';') ?? [];
  return { line, commands: commands.map((command) => command.trim()).filter((command) => command !== '') };
}
