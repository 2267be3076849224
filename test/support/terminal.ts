import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const WIDTH = 100;
const PATIENCE_MILLISECONDS = 30_000;

/** A terminal of tmux with a shell in it, an empty HOME, and the installed command on its PATH. */
export interface Terminal {
  /** Nothing is in it but what the command writes. */
  readonly home: string;
  /** Types a command line; `ended` tells how it ended. */
  enter(command: string): Promise<void>;
  type(text: string): Promise<void>;
  /** A key by its name in tmux, such as `Enter` and `C-c`. */
  press(key: string): Promise<void>;
  /** Waits until the words are on the screen or above it. */
  shows(words: string): Promise<void>;
  /** The exit code of the command, once it has ended. */
  ended(): Promise<number>;
  /** All that was ever on the screen, line by line as the terminal shows it. */
  screen(): Promise<string>;
  /** The same with lines joined that only the width of the terminal broke. */
  text(): Promise<string>;
  /** Whether the cursor is shown, and typed text as well. */
  isSane(): Promise<boolean>;
  /** The links that the browser was started with; waits for that many. */
  links(count: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** Opens it; `binFolder` holds the command, and the browser only writes down which link it gets. */
export async function openTerminal(
  binFolder: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Terminal> {
  const folder = await mkdtemp(join(tmpdir(), 'oauth-login-terminal-'));
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  const browser = join(folder, 'browser');
  const linkFile = join(folder, 'links');
  await writeFile(browser, `#!/bin/sh\nprintf '%s\\n' "$@" >>'${linkFile}'\n`, { mode: 0o755 });
  const name = `oauth-login-${randomBytes(8).toString('hex')}`;
  const tmux = (...args: string[]) =>
    run('tmux', ['-u', '-L', name, '-f', '/dev/null', ...args], {
      env: { ...process.env, TMUX_TMPDIR: folder },
    }).then(({ stdout }) => stdout);
  const variables = {
    PATH: [binFolder, dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
    HOME: home,
    LANG: 'C.UTF-8',
    TERM: 'screen-256color',
    BROWSER: browser,
    PS1: '$ ',
    ...env,
  };
  const pairs = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  await tmux('new-session', '-d', '-x', String(WIDTH), '-y', '50', '-c', home, 'env', '-i', ...pairs, 'sh');
  // A command that ends by SIGINT ends the line it stands in, unless the shell has something else to do then.
  await tmux('send-keys', '-l', 'trap : INT');
  await tmux('send-keys', 'Enter');
  let commands = 0;
  const text = () => tmux('capture-pane', '-p', '-J', '-S', '-');

  /** Looks at the screen until something is there. */
  async function until<Found>(look: () => Promise<Found | undefined>, what: string): Promise<Found> {
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    for (;;) {
      const found = await look();
      if (found !== undefined) {
        return found;
      }
      if (Date.now() > deadline) {
        throw new Error(`${what} never came; the terminal shows:\n${await text()}`);
      }
      await sleep(50);
    }
  }

  return {
    home,
    enter: async (command) => {
      commands += 1;
      // An empty screen, so that nothing of an earlier command is taken for this one's.
      await tmux('send-keys', '-R');
      await tmux('clear-history');
      await tmux('send-keys', '-l', `${command}; echo "command ${commands} ended with $?"`);
      await tmux('send-keys', 'Enter');
    },
    type: async (typed) => void (await tmux('send-keys', '-l', typed)),
    press: async (key) => void (await tmux('send-keys', key)),
    shows: async (words) => {
      await until(async () => ((await text()).includes(words) ? words : undefined), words);
    },
    ended: () =>
      until(async () => {
        const code = new RegExp(`^command ${commands} ended with (\\d+)$`, 'm').exec(await text())?.[1];
        return code === undefined ? undefined : Number(code);
      }, 'the end of the command'),
    screen: () => tmux('capture-pane', '-p', '-S', '-'),
    text,
    isSane: async () => {
      const [cursor, device = ''] = (await tmux('display-message', '-p', '#{cursor_flag} #{pane_tty}'))
        .trim()
        .split(' ');
      const { stdout } = await run('stty', ['-F', device, '-a']);
      return cursor === '1' && / echo /.test(stdout) && / icanon /.test(stdout);
    },
    links: (count) =>
      until(async () => {
        const links = existsSync(linkFile) ? readFileSync(linkFile, 'utf8').split('\n').filter(Boolean) : [];
        return links.length >= count ? links : undefined;
      }, 'the browser'),
    close: async () => {
      await tmux('kill-server').catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
}
