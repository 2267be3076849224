// Takes pictures of all pages of the listener, as Chromium shows them after a real sign-in or a real wrong request, into
// artifacts/pages/: light and dark, narrow, in forced colours, and in two more languages; and a sheet with all of them.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'artifacts', 'pages');
const executablePath = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));

const GITHUB = { provider: 'GitHub' };
const outcomes = {
  'signed-in': {
    ...GITHUB,
    kind: 'signed-in',
    person: { name: 'The Octocat', userName: 'octocat', email: 'octocat@github.com' },
    scopes: ['repo', 'read:org', 'gist'],
    command: 'oauth-login token github',
  },
  'signed-in-long': {
    kind: 'signed-in',
    provider: 'Accounts of the University of Applied Sciences',
    person: {
      name: 'Dr. Maximiliane Freifrau von Hohenstein-Wallerstein',
      email:
        'maximiliane.freifrau.von.hohenstein-wallerstein@accounts.university-of-applied-sciences.example',
    },
    scopes: [
      'openid',
      'https://www.googleapis.com/auth/spreadsheets.readonly',
      ...'abcdefgh'.split('').map((letter) => `files.${letter}:read`),
    ],
    command: 'oauth-login token https://accounts.university-of-applied-sciences.example/realms/students',
  },
  unnamed: {
    kind: 'signed-in',
    provider: 'Linear MCP',
    scopes: [],
    command: 'oauth-login token linear-mcp',
  },
  'goes-on': { ...GITHUB, kind: 'goes-on' },
  refused: {
    ...GITHUB,
    kind: 'refused',
    next: 'run `oauth-login github` again and allow access in the browser',
  },
  failed: {
    ...GITHUB,
    kind: 'failed',
    code: 'as_incorrect_client_credentials',
    what: 'the token endpoint refused the client secret',
    next: 'run `oauth-login setup github` and enter the client secret again; create a new one on the page of the application if it is lost',
  },
  unreachable: {
    ...GITHUB,
    kind: 'failed',
    code: 'network_timeout',
    what: 'github.com did not answer within 30 seconds',
    next: 'check the connection, then run `oauth-login github` again',
  },
  'timed-out': {
    ...GITHUB,
    kind: 'failed',
    code: 'login_timeout',
    what: 'nobody came back from GitHub within 5 minutes',
    next: 'run `oauth-login github` again; `--timeout` waits longer',
  },
  stopped: {
    ...GITHUB,
    kind: 'failed',
    code: 'aborted',
    what: 'the sign-in was stopped',
    next: 'run `oauth-login github` again',
  },
};

const views = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  'light-320': { colorScheme: 'light', viewport: { width: 320, height: 640 } },
  'dark-320': { colorScheme: 'dark', viewport: { width: 320, height: 640 } },
  forced: { forcedColors: 'active', colorScheme: 'dark' },
  german: { colorScheme: 'light', locale: 'de-DE' },
  french: { colorScheme: 'dark', locale: 'fr-FR' },
};

const scratch = await mkdtemp(join(tmpdir(), 'pages-'));
await build({
  stdin: {
    contents: `export { openLoopbackListener } from './src/loopback/listener.ts';
export { fixedReplies } from './src/loopback/fixed-reply.ts';
export { sendFixedReply } from './src/loopback/reply.ts';`,
    resolveDir: root,
    loader: 'ts',
  },
  outfile: join(scratch, 'listener.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { openLoopbackListener, fixedReplies, sendFixedReply } = await import(
  pathToFileURL(join(scratch, 'listener.mjs')).href
);

// The authorization server, which sends every browser straight back with a code; below /reply/, each fixed reply.
const server = createServer((request, response) => {
  const asked = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (asked.pathname.startsWith('/reply/')) {
    sendFixedReply(request, response, fixedReplies[asked.pathname.slice('/reply/'.length)]);
    return;
  }
  const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
  back.searchParams.set('code', 'a');
  back.searchParams.set('state', asked.searchParams.get('state') ?? '');
  response.writeHead(302, { Location: back.href }).end();
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});
await mkdir(folder, { recursive: true });

async function showOutcome(page, outcome) {
  const listener = await openLoopbackListener({
    host: '127.0.0.1',
    path: '/callback',
    ports: [0],
    state: 's',
    issuerRequired: false,
    providerLabel: 'GitHub',
    refuseUnconfirmed: true,
    platform: process.platform,
  });
  const request = new URL(`${origin}/authorize`);
  request.searchParams.set('redirect_uri', listener.redirectUri);
  request.searchParams.set('state', 's');
  const shown = page.goto(listener.startLink(request.href));
  const { browser: which } = await listener.response;
  if (which !== 'same') {
    throw new Error(`the browser came back as ${which}`);
  }
  await listener.finish(outcome);
  await shown;
  if (!/\/done\/[\w-]+$/.test(page.url())) {
    throw new Error(`the address bar shows ${page.url()}`);
  }
}

async function picture(page, name) {
  const complaints = page.complaints.filter((text) => !/status of \d{3}/.test(text));
  if (complaints.length > 0) {
    throw new Error(`${name}: ${complaints.join('; ')}`);
  }
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth > document.documentElement.clientWidth,
  );
  if (overflow) {
    throw new Error(`${name}: wider than the window`);
  }
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true });
}

for (const [view, options] of Object.entries(views)) {
  const context = await browser.newContext({ viewport: { width: 800, height: 760 }, ...options });
  const names = [];
  for (const name of [...Object.keys(outcomes), 'failed-open', ...Object.keys(fixedReplies)]) {
    const page = await context.newPage();
    page.complaints = [];
    page.on('console', (message) => page.complaints.push(message.text()));
    const outcome = outcomes[name.replace(/-open$/, '')];
    if (outcome === undefined) {
      await page.goto(`${origin}/reply/${name}`);
    } else {
      await showOutcome(page, outcome);
    }
    if (name.endsWith('-open')) {
      await page.click('summary');
    }
    await picture(page, `${name}-${view}`);
    names.push(`${name}-${view}`);
    await page.close();
  }
  await context.close();
  await sheet(names, view);
  console.log(`artifacts/pages/sheet-${view}.png`);
}

/** All pictures of a view on one. */
async function sheet(names, view) {
  const pictures = await Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(join(folder, `${name}.png`));
      return `<figure style="margin:0"><img style="inline-size:400px" src="data:image/png;base64,${bytes.toString('base64')}"><figcaption>${name}</figcaption></figure>`;
    }),
  );
  const page = await browser.newPage({ viewport: { width: 1680, height: 800 } });
  await page.setContent(
    `<body style="font:14px sans-serif;margin:16px;display:grid;grid-template-columns:repeat(4,400px);gap:12px;align-items:start">${pictures.join('')}</body>`,
  );
  await page.screenshot({ path: join(folder, `sheet-${view}.png`), fullPage: true });
  await page.close();
}

await browser.close();
server.close();
await rm(scratch, { recursive: true, force: true });
