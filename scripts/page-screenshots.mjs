// Takes pictures of the pages of the listener, as Chromium shows them after a real sign-in, into artifacts/pages/.
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
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

const OUTCOMES = {
  'signed-in': {
    kind: 'signed-in',
    account: 'octocat (The Octocat) <octocat@github.com>',
    provider: 'GitHub',
  },
  refused: {
    kind: 'refused',
    provider: 'GitHub',
    next: 'run `oauth-login github` again and allow access in the browser',
  },
  failed: {
    kind: 'failed',
    provider: 'GitHub',
    code: 'as_incorrect_client_credentials',
    what: 'the token endpoint refused the client secret',
    next: 'run `oauth-login setup github` and enter the client secret again; create a new one on the page of the application if it is lost',
  },
};

const scratch = await mkdtemp(join(tmpdir(), 'pages-'));
await build({
  entryPoints: [join(root, 'src/loopback/listener.ts')],
  outfile: join(scratch, 'listener.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  logLevel: 'warning',
});
const { openLoopbackListener } = await import(pathToFileURL(join(scratch, 'listener.mjs')).href);

// The authorization server: sends every browser straight back with a code.
const server = createServer((request, response) => {
  const asked = new URL(request.url ?? '/', 'http://127.0.0.1');
  const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
  back.searchParams.set('code', 'a');
  back.searchParams.set('state', asked.searchParams.get('state') ?? '');
  response.writeHead(302, { Location: back.href }).end();
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const authorizationEndpoint = `http://127.0.0.1:${server.address().port}/authorize`;

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
});
await mkdir(folder, { recursive: true });

async function openListener() {
  return await openLoopbackListener({
    host: '127.0.0.1',
    path: '/callback',
    ports: [0],
    state: 's',
    issuerRequired: false,
    providerLabel: 'GitHub',
    refuseUnconfirmed: true,
    platform: process.platform,
  });
}

async function picture(page, name) {
  const complaints = page.complaints.filter((text) => !text.includes('status of 404'));
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
  console.log(`artifacts/pages/${name}.png`);
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 320]) {
    const context = await browser.newContext({
      colorScheme,
      viewport: { width, height: width > 600 ? 800 : 640 },
    });
    for (const [name, outcome] of [...Object.entries(OUTCOMES), ['not-found', undefined]]) {
      const listener = await openListener();
      const page = await context.newPage();
      page.complaints = [];
      page.on('console', (message) => page.complaints.push(message.text()));
      if (outcome === undefined) {
        await page.goto(`http://127.0.0.1:${listener.port}/elsewhere`);
        await listener.close();
      } else {
        const request = new URL(authorizationEndpoint);
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
      await picture(page, `${name}-${colorScheme}-${width}`);
      await page.close();
    }
    await context.close();
  }
}

await browser.close();
server.close();
await rm(scratch, { recursive: true, force: true });
