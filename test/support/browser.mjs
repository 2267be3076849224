// Plays the End-User in a real Chromium: `node browser.mjs CONTROL URL`.
// CONTROL is a JSON file: { scenario, username, launch | endpoint, context?, report, screenshots? }; what was seen is written to
// `report`. With an `endpoint` the tabs are opened in a Chromium that runs already.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

const patience = 20_000;
const [controlFile, link, ...surplus] = process.argv.slice(2);
const control = JSON.parse(await readFile(controlFile, 'utf8'));
const seen = { link, surplus, requests: [], pages: [] };

const scenarios = {
  async 'sign-in'(context) {
    const page = await open(context);
    await signIn(page);
    await decide(page, 'allow');
    await look(page, 'signed-in');
  },

  /** The person is signed in and has allowed the client before: the provider sends the browser straight back. */
  async 'allowed-before'(context) {
    const page = await open(context);
    await page.waitForURL((url) => url.origin === new URL(link).origin && url.search === '');
    await look(page, 'signed-in');
  },

  /** The pages of Bluesky's server: a password, then whether the program may. */
  async bluesky(context) {
    const page = await open(context);
    await page.fill('input[type=password]', 'correct horse');
    await page.click('button[type=submit]:has-text("Sign in")');
    await page.click('button[type=submit]:has-text("Authorize")');
    await page.waitForURL((url) => url.origin === new URL(link).origin && url.search === '');
    await look(page, 'signed-in');
  },

  /** Those of the Solid server: a mail address and a password, then which WebID. */
  async solid(context) {
    const page = await open(context);
    await page.fill('input[name=email]', 'ada@example.com');
    await page.fill('input[name=password]', 'correct horse');
    await page.click('button[type=submit]');
    await page.waitForSelector('input[name=webId]', { state: 'attached' });
    await page.click('#authorize');
    await page.waitForURL((url) => url.origin === new URL(link).origin && url.search === '');
    await look(page, 'signed-in');
  },

  async fail(context) {
    const page = await open(context);
    await signIn(page);
    await decide(page, 'allow');
    await look(page, 'failed');
  },

  async refuse(context) {
    const page = await open(context);
    await signIn(page);
    await decide(page, 'refuse');
    await look(page, 'refused');
  },

  async 'close-tab'(context) {
    const page = await open(context);
    await page.waitForSelector('input[name=username]', { state: 'attached' });
    await look(page);
    await page.close();
  },

  async 'two-tabs'(context) {
    const first = await open(context);
    const second = await open(context);
    await signIn(second);
    await decide(second, 'allow');
    await look(second, 'signed-in');
    await first.reload().catch(() => undefined);
    await look(first);
  },

  async 'wrong-path'(context) {
    const page = await context.newPage();
    await page.goto(new URL('/no-such-page', link).href);
    await look(page, 'wrong-path');
  },
};

const browser = control.endpoint
  ? await chromium.connect(control.endpoint)
  : await chromium.launch({ ...control.launch, headless: true });
try {
  const context = await browser.newContext(control.context);
  context.setDefaultTimeout(patience);
  context.on('request', (request) =>
    seen.requests.push(`${request.method()} ${withoutQuery(request.url())}`),
  );
  await scenarios[control.scenario](context);
} catch (error) {
  seen.failure = String(error?.stack ?? error);
  process.exitCode = 1;
} finally {
  await browser.close();
  // Written under another name first, so that a waiting test never reads half of it.
  await writeFile(`${control.report}.part`, JSON.stringify(seen, null, 2), { mode: 0o600 });
  await rename(`${control.report}.part`, control.report);
}

async function open(context) {
  const page = await context.newPage();
  await page.goto(link);
  return page;
}

async function signIn(page) {
  await page.click(`button[name=person][value=${control.username}]`);
}

async function decide(page, decision) {
  await page.click(`button[name=decision][value=${decision}]`);
  await page.waitForURL((url) => url.origin === new URL(link).origin && url.search === '');
}

async function look(page, name) {
  seen.pages.push({
    url: page.url(),
    title: await page.title(),
    // As it is shown: without styles and hidden parts.
    // Unfolded first: what is folded is on the page as well.
    text: await page
      .evaluate(
        'document.querySelectorAll("details").forEach((folded) => { folded.open = true; }), document.body.innerText',
      )
      .catch(() => ''),
    historyLength: await page.evaluate(() => history.length),
    history: await historyOf(page),
  });
  if (name === undefined || control.screenshots === undefined) {
    return;
  }
  await mkdir(control.screenshots, { recursive: true });
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [320, 1024]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 720 });
      await page.screenshot({ path: join(control.screenshots, `${name}-${colorScheme}-${width}.png`) });
    }
  }
}

/** Every address that the button Back could lead to, and the present one. */
async function historyOf(page) {
  const session = await page.context().newCDPSession(page);
  const { entries } = await session.send('Page.getNavigationHistory');
  await session.detach();
  return entries.map(({ url }) => url);
}

function withoutQuery(address) {
  const url = new URL(address);
  return `${url.origin}${url.pathname}`;
}
