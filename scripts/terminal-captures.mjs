// Runs the built command in terminals of tmux, against the provider of the tests, and writes what they show into
// artifacts/terminal/: as text, and as a picture in the colours of a light and a dark terminal.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const run = promisify(execFile);
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'artifacts', 'terminal');
const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path && existsSync(path),
);

const scratch = await mkdtemp(join(tmpdir(), 'terminal-'));
const bundle = join(root, 'artifacts', 'support.mjs');
await mkdir(folder, { recursive: true });
await build({
  stdin: {
    contents: `export { startAuthorizationServer } from './test/support/authorization-server.ts';
export { playUserAgent } from './src/demo/http-user-agent.ts';`,
    resolveDir: root,
    loader: 'ts',
  },
  outfile: bundle,
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { startAuthorizationServer, playUserAgent } = await import(pathToFileURL(bundle).href);
const server = await startAuthorizationServer();
const client = `${server.issuer} --client-id ${server.clientId} --allow-http-loopback --store file`;

/** What is typed, and the words that show that the screen is complete; `browser` lets the sign-in end. */
const scenes = [
  { name: 'waiting', command: `oauth-login ${client}`, until: 'Waiting for you' },
  { name: 'signed-in', command: `oauth-login ${client}`, until: 'valid:', signsIn: true },
  { name: 'status', command: 'oauth-login status', until: 'verified:', after: 'signed-in' },
  { name: 'logout', command: 'oauth-login logout', until: 'Signed out', after: 'signed-in' },
  { name: 'no-browser', command: `oauth-login ${client} --no-browser`, until: 'Paste the address' },
  {
    name: 'ssh',
    command: `SSH_CONNECTION='198.51.100.7 50000 203.0.113.9 22' oauth-login ${client} --no-browser`,
    until: 'Paste the address',
  },
  { name: 'device', command: `oauth-login ${client} --device`, until: 'left (' },
  { name: 'error', command: 'oauth-login whoami', until: 'nobody is signed in' },
  { name: 'mistyped', command: 'oauth-login gihtub', until: 'hint', orUntil: '✗' },
];
const terminals = {
  '80x24': { size: [80, 24] },
  '120x40': { size: [120, 40] },
  '80x24-no-color': { size: [80, 24], env: { NO_COLOR: '1' } },
  '80x24-accessible': { size: [80, 24], env: { ACCESSIBLE: '1' } },
};
const themes = [
  {
    paper: '#ffffff',
    ink: '#1f2328',
    palette: {
      30: '#000',
      31: '#cf222e',
      32: '#1a7f37',
      33: '#9a6700',
      36: '#0e7c86',
      37: '#fff',
      90: '#6e7781',
    },
  },
  {
    paper: '#0d1117',
    ink: '#e6edf3',
    palette: {
      30: '#000',
      31: '#ff7b72',
      32: '#3fb950',
      33: '#d29922',
      36: '#56d4dd',
      37: '#fff',
      90: '#8b949e',
    },
  },
];
const only = process.argv.slice(2);

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
for (const [name, terminal] of Object.entries(terminals)) {
  for (const scene of scenes) {
    if (only.length === 0 || only.includes(scene.name)) {
      await capture(`${scene.name}-${name}`, scene, terminal);
    }
  }
}

async function capture(name, scene, { size: [columns, rows], env = {} }) {
  const home = await mkdtemp(join(scratch, 'home-'));
  const links = join(home, 'links');
  const opener = join(home, 'browser');
  await writeFile(opener, `#!/bin/sh\nprintf '%s\\n' "$@" >>'${links}'\n`, { mode: 0o755 });
  await writeFile(
    join(home, 'oauth-login'),
    `#!/bin/sh\nexec '${process.execPath}' '${root}bin/oauth-login.js' "$@"\n`,
    { mode: 0o755 },
  );
  const socket = name;
  const tmux = async (...args) =>
    (
      await run('tmux', ['-u', '-L', socket, '-f', '/dev/null', ...args], {
        env: { ...process.env, TMUX_TMPDIR: home },
      })
    ).stdout;
  const variables = {
    PATH: `${home}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: home,
    LANG: 'C.UTF-8',
    TERM: 'screen-256color',
    DISPLAY: ':9',
    BROWSER: opener,
    PS1: '$ ',
    OAUTH_LOGIN_STORE: 'file',
    ...env,
  };
  const pairs = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  await tmux(
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    String(rows),
    '-c',
    home,
    'env',
    '-i',
    ...pairs,
    'sh',
  );
  const play = async ({ command, until, orUntil = until, signsIn = false }) => {
    await tmux('send-keys', '-l', `clear; ${command}`);
    await tmux('send-keys', 'Enter');
    if (signsIn) {
      while (!existsSync(links)) {
        await sleep(100);
      }
      await playUserAgent((await readFile(links, 'utf8')).trim().split('\n').at(-1), {
        user: 'ada',
        consent: true,
      });
    }
    for (let tries = 0; tries < 200; tries += 1) {
      const text = await tmux('capture-pane', '-p', '-J', '-S', '-');
      if (text.includes(until) || text.includes(orUntil)) {
        break;
      }
      await sleep(100);
    }
    await sleep(400);
  };
  if (scene.after !== undefined) {
    await play(scenes.find((other) => other.name === scene.after));
  }
  await play(scene);
  const screen = (await tmux('capture-pane', '-p', '-e')).trimEnd();
  await tmux('send-keys', 'C-c');
  await tmux('kill-server').catch(() => {});
  await writeFile(join(folder, `${name}.txt`), `${screen}\n`);
  const page = await browser.newPage({
    viewport: { width: Math.round(columns * 8.43) + 80, height: 200 },
    deviceScaleFactor: 1,
  });
  const screens = themes.map(
    ({ paper, ink, palette }) =>
      `<pre style="margin:0;padding:16px 24px;min-height:${rows * 17}px;font:14px/17px 'DejaVu Sans Mono',monospace;background:${paper};color:${ink}">${html(screen, palette)}</pre>`,
  );
  await page.setContent(`<body style="margin:0">${screens.join('')}</body>`);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
  await page.close();
  console.log(`artifacts/terminal/${name}.png`);
}

/** The screen in HTML: the few escape sequences that the command writes, in the colours of that theme. */
function html(screen, palette) {
  const named = {
    0: () => ({}),
    1: (style) => ({ ...style, 'font-weight': 'bold' }),
    2: (style) => ({ ...style, opacity: '0.6' }),
    7: (style) => ({ ...style, filter: 'invert(1)' }),
    22: (style) => ({ ...style, 'font-weight': 'normal', opacity: '1' }),
    39: (style) => ({ ...style, color: 'inherit' }),
    49: (style) => ({ ...style, background: 'none' }),
  };
  const indexed = { 16: '#000', 231: '#fff' };
  let style = {};
  const apply = ([code, ...rest]) => {
    if (code === undefined) {
      return;
    }
    if (code === 38 || code === 48) {
      style = { ...style, [code === 38 ? 'color' : 'background']: indexed[rest[1]] ?? '#888' };
      apply(rest.slice(2));
      return;
    }
    const colour = palette[code >= 40 && code < 48 ? code - 10 : code];
    const coloured = { ...style, [code >= 40 && code < 48 ? 'background' : 'color']: colour };
    style = named[code]?.(style) ?? (colour === undefined ? style : coloured);
    apply(rest);
  };
  return screen
    .split(/(\u001b\[[\d;]*m)/)
    .map((part) => {
      const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1];
      if (codes !== undefined) {
        apply(codes.split(';').map(Number));
        return '';
      }
      const css = Object.entries(style).map((pair) => pair.join(':'));
      return `<span style="${css.join(';')}">${part.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</span>`;
    })
    .join('');
}

await browser.close();
await server.close();
await rm(scratch, { recursive: true, force: true });
await rm(bundle, { force: true });
