import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openBrowser } from '../../../src/adapters/browser.ts';
import { canOpenBrowser } from '../../../src/ground/presence.ts';
import { bundleScript, endOf, startScript } from '../../support/bundled-script.ts';

const START_LINK = 'http://127.0.0.1:43210/s/AAECAwQFBgcICQoLDA0ODw-_';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-login-browser-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(directory, { recursive: true, force: true });
});

/** An executable that writes down its arguments, one a line, and its variables. */
function stub(
  name: string,
  ending = 'exit 0',
): { path: string; argv(): string[] | undefined; env(): string } {
  const path = join(directory, name);
  const seen = `${path}.seen`;
  writeFileSync(
    path,
    `#!/bin/sh\nenv > '${path}.env'\nfor a; do printf '%s\\n' "$a"; done > '${seen}.part'\nmv '${seen}.part' '${seen}'\n${ending}\n`,
  );
  chmodSync(path, 0o755);
  return {
    path,
    argv: () => (existsSync(seen) ? readFileSync(seen, 'utf8').split('\n').slice(0, -1) : undefined),
    env: () => readFileSync(`${path}.env`, 'utf8'),
  };
}

function open(env: NodeJS.ProcessEnv, uri = START_LINK) {
  return openBrowser(uri, { env: { PATH: process.env.PATH, ...env }, platform: 'linux' });
}

describe('T01 only the start link of the listener is ever opened', () => {
  it.each([
    'https://as.test/authorize?client_id=1',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'ms-calculator:',
    '//host/share',
    '-a Calculator',
    'https://127.0.0.1:1/s/AAECAwQFBgcICQoLDA0ODw',
    'http://127.0.0.1/s/AAECAwQFBgcICQoLDA0ODw',
    'http://127.0.0.1:1/s/tooshort',
    'http://127.0.0.1:1/s/AAECAwQFBgcICQoLDA0ODw?x=$(calc)',
    'http://127.0.0.1:1/s/AAECAwQFBgcICQoLDA0ODw\n',
    'http://127.0.0.1:1/s/AAECAwQFBgcICQoLDA0ODw calc',
    'http://127.0.0.1.as.test:1/s/AAECAwQFBgcICQoLDA0ODw',
    'http://localhost@as.test:1/s/AAECAwQFBgcICQoLDA0ODw',
    ' http://127.0.0.1:1/s/AAECAwQFBgcICQoLDA0ODw',
  ])('refuses %j before any program is started', async (uri) => {
    const browser = stub('browser');
    await expect(open({ BROWSER: browser.path }, uri)).rejects.toThrow('only the start link');
    expect(browser.argv()).toBeUndefined();
  });

  it.each(['127.0.0.1', '[::1]', 'localhost'])('accepts the host %s', async (host) => {
    const browser = stub('browser');
    const uri = `http://${host}:8080/s/AAECAwQFBgcICQoLDA0ODw`;
    const { exited } = await open({ BROWSER: browser.path }, uri);
    expect(await exited).toBe(0);
    expect(browser.argv()).toEqual([uri]);
  });
});

describe('T55 the launcher does not split or reinterpret its argument', () => {
  it('gives the program of BROWSER exactly one argument', async () => {
    const browser = stub('browser');
    const { exited } = await open({ BROWSER: browser.path });
    expect(await exited).toBe(0);
    expect(browser.argv()).toEqual([START_LINK]);
  });

  it.each([
    ['--flag=%s', [`--flag=${START_LINK}`]],
    ['--new-window %s --x', ['--new-window', START_LINK, '--x']],
    ['--new-window', ['--new-window', START_LINK]],
    ['$(touch pwned) ;', ['$(touch', 'pwned)', ';', START_LINK]],
  ])('follows the template %j without a shell', async (template, expected) => {
    const browser = stub('browser');
    await (await open({ BROWSER: `${browser.path} ${template}` })).exited;
    expect(browser.argv()).toEqual(expected);
    expect(existsSync('pwned')).toBe(false);
  });

  it('takes the whole of BROWSER for a path that holds spaces, when there is such a file', async () => {
    const browser = stub('the browser');
    await (await open({ BROWSER: browser.path })).exited;
    expect(browser.argv()).toEqual([START_LINK]);
  });

  it('tries the programs of a list in turn, and those after a failure', async () => {
    const broken = stub('broken', 'exit 3');
    const good = stub('good');
    const unused = stub('unused');
    const list = [':', '/no/such/browser', broken.path, good.path, unused.path].join(':');
    const { exited } = await open({ BROWSER: list });
    expect(await exited).toBe(0);
    expect(broken.argv()).toEqual([START_LINK]);
    expect(good.argv()).toEqual([START_LINK]);
    expect(unused.argv()).toBeUndefined();
  });

  it('goes before the opener of the desktop', async () => {
    const browser = stub('browser');
    const desktop = { DISPLAY: ':99', XDG_CURRENT_DESKTOP: 'GNOME' };
    await (await open({ ...desktop, BROWSER: browser.path })).exited;
    expect(browser.argv()).toEqual([START_LINK]);
  });

  it('tells the exit code of a program that fails late', async () => {
    const browser = stub('browser', 'sleep 0.2; exit 7');
    expect(await (await open({ BROWSER: browser.path })).exited).toBe(7);
  });

  it('tells a program that was ended by a signal', async () => {
    const browser = stub('browser', 'kill -9 $$');
    expect(await (await open({ BROWSER: browser.path })).exited).toBeNull();
  });

  it('names what was tried when no program of BROWSER can be started', async () => {
    await expect(open({ BROWSER: '/no/such/browser --new:other-one' })).rejects.toMatchObject({
      code: 'config_no_browser',
      message: 'BROWSER names a program that cannot be run: /no/such/browser, other-one',
    });
  });

  it.each<[string, (path: string) => string, string[]]>([
    ['double quotes', (path) => `"${path}" --new`, ['--new', START_LINK]],
    ['single quotes', (path) => `'${path}' --title 'a b'`, ['--title', 'a b', START_LINK]],
    ['a backslash', (path) => `${path.replaceAll(' ', '\\ ')} -n`, ['-n', START_LINK]],
    ['a quoted place for the address', (path) => `"${path}" "%s"`, [START_LINK]],
    ['an ampersand', (path) => `"${path}" %s &`, [START_LINK]],
    ['no space before the ampersand', (path) => `"${path}" -n&`, ['-n', START_LINK]],
  ])('reads a program with %s', async (_what, browserOf, argv) => {
    const browser = stub('the other browser');
    expect(await (await open({ BROWSER: browserOf(browser.path) })).exited).toBe(0);
    expect(browser.argv()).toEqual(argv);
  });

  it('calls no opener without a display and without BROWSER', async () => {
    const opener = stub('x-www-browser');
    vi.stubEnv('PATH', `${directory}:${process.env.PATH}`);
    vi.stubEnv('DISPLAY', undefined);
    await expect(open({})).rejects.toMatchObject({ code: 'config_no_browser' });
    await expect(open({ BROWSER: 'w3m:/usr/bin/lynx -x' })).rejects.toMatchObject({
      code: 'config_no_browser',
    });
    expect(opener.argv()).toBeUndefined();
  });
});

describe('the opener of the desktop', () => {
  it('gets the start link as its only argument', async () => {
    const browser = stub('x-www-browser');
    stub('xdg-mime');
    vi.stubEnv('PATH', `${directory}:${process.env.PATH}`);
    vi.stubEnv('HOME', directory);
    vi.stubEnv('DISPLAY', ':99');
    for (const name of ['BROWSER', 'XDG_CURRENT_DESKTOP', 'WAYLAND_DISPLAY']) {
      vi.stubEnv(name, undefined);
    }
    const { exited } = await open({ DISPLAY: ':99' });
    expect(await exited).toBe(0);
    expect(browser.argv()).toEqual([START_LINK]);
  });
});

describe('T13 a child sees none of the variables of this tool', () => {
  it('removes them, and keeps the others', async () => {
    const browser = stub('browser');
    const env = {
      BROWSER: browser.path,
      HOME: directory,
      OAUTH_LOGIN_GITHUB_CLIENT_SECRET: 'CANARY-1',
      OAUTH_LOGIN_PASSPHRASE: 'CANARY-2',
      OAUTH_LOGIN_GITHUB_TOKEN: 'CANARY-3',
    };
    await (await open(env)).exited;
    expect(browser.env()).toContain(`HOME=${directory}`);
    expect(browser.env()).not.toMatch(/CANARY|OAUTH_LOGIN/);
  });
});

describe('T54 planted executables', () => {
  it('does not take a program from the working directory by an entry of PATH', async () => {
    const planted = stub('planted');
    const script = bundleScript(`
      import { openBrowser } from './src/adapters/browser.ts';
      const { env, platform } = process;
      await openBrowser('${START_LINK}', { env, platform }).catch((error) => console.log(error.code));
    `);
    try {
      const run = (path: string) => endOf(startScript(script, { PATH: path, BROWSER: 'planted' }, directory));
      expect((await run(`.::${process.env.PATH}`)).stdout).toBe('config_no_browser\n');
      expect(planted.argv()).toBeUndefined();
      await run(`${directory}:${process.env.PATH}`);
      await expect.poll(() => planted.argv()).toEqual([START_LINK]);
    } finally {
      script.remove();
    }
  });
});

describe('a browser that stays open', () => {
  it('does not keep the process waiting', async () => {
    const browser = stub('browser', 'echo $$ > "$0.pid"; exec sleep 20');
    const script = bundleScript(`
      import { openBrowser } from './src/adapters/browser.ts';
      const { env, platform } = process;
      (await openBrowser('${START_LINK}', { env, platform })).exited.then(() => console.log('ended'));
    `);
    try {
      const child = startScript(script, { PATH: process.env.PATH, BROWSER: browser.path });
      expect(await endOf(child)).toMatchObject({ code: 0, stdout: '', stderr: '' });
      const file = `${browser.path}.pid`;
      const pid = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
      // The shell makes the file before it writes to it, and 0 would mean everything that runs these tests.
      await expect.poll(pid).toMatch(/^[1-9]\d*\n$/);
      process.kill(Number(pid()));
    } finally {
      script.remove();
    }
  });
});

describe('canOpenBrowser', () => {
  const ssh = { SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' };
  it.each<[string, NodeJS.ProcessEnv, NodeJS.Platform, boolean]>([
    ['a Linux console', {}, 'linux', false],
    ['X', { DISPLAY: ':0' }, 'linux', true],
    ['Wayland', { WAYLAND_DISPLAY: 'wayland-0' }, 'linux', true],
    ['an empty DISPLAY', { DISPLAY: '' }, 'linux', false],
    ['WSL', { WSL_DISTRO_NAME: 'Debian' }, 'linux', true],
    ['SSH', ssh, 'linux', false],
    ['SSH with a forwarded display', { ...ssh, DISPLAY: 'localhost:10.0' }, 'linux', true],
    ['SSH into WSL', { ...ssh, WSL_DISTRO_NAME: 'Debian' }, 'linux', false],
    ['BROWSER', { BROWSER: '/opt/browser' }, 'linux', true],
    ['BROWSER over SSH', { ...ssh, BROWSER: '/opt/browser' }, 'linux', true],
    ['an empty BROWSER', { BROWSER: '' }, 'linux', false],
    ['a text browser', { BROWSER: 'lynx' }, 'linux', false],
    ['macOS', {}, 'darwin', true],
    ['SSH into macOS', ssh, 'darwin', false],
    ['Windows', {}, 'win32', true],
    ['BSD with a display', { DISPLAY: ':0' }, 'freebsd', true],
  ])('%s', (_where, env, platform, expected) => {
    expect(canOpenBrowser(env, platform)).toBe(expected);
  });
});
