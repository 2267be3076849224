import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  confirmDevicePage,
  deviceApprovedPage,
  enterCodePage,
  failurePage,
} from '../../../src/demo/device-pages.ts';
import { closedPage, consentPage, signInPage } from '../../../src/demo/interaction-pages.ts';
import { renderPage } from '../../../src/demo/page.ts';
import { people } from '../../../src/demo/person.ts';
import type { PageOutcome } from '../../../src/loopback/authorization-response.ts';
import { fixedPage, fixedReplies } from '../../../src/loopback/fixed-reply.ts';
import { type PageLanguage, pageWords } from '../../../src/loopback/page-language.ts';
import { outcomePage } from '../../../src/loopback/pages.ts';
import { chromiumLaunchOptions } from '../../support/chromium.ts';
import { describeWith } from '../../support/requirements.ts';

const outcomes: Readonly<Record<string, PageOutcome>> = {
  'signed in': {
    kind: 'signed-in',
    provider: 'GitHub',
    person: { name: 'The Octocat', userName: 'octocat', email: 'octocat@github.com' },
    scopes: ['repo', 'a', 'b', 'c', 'd', 'e', 'f', 'g'],
    command: 'oauth-login token github',
  },
  unnamed: { kind: 'signed-in', provider: 'GitHub', scopes: [] },
  'goes on': { kind: 'goes-on', provider: 'GitHub' },
  refused: { kind: 'refused', provider: 'GitHub', next: 'run `oauth-login github` again' },
  failed: { kind: 'failed', provider: 'GitHub', code: 'as_x', what: 'it is `x`', next: 'run `x`' },
  stopped: { kind: 'failed', provider: 'GitHub', code: 'aborted', what: 'stopped', next: 'run `x`' },
};

const request = {
  uid: 'u',
  client: 'A client',
  returnTo: 'http://127.0.0.1:4000',
  scopes: ['email', 'x'],
  loginHint: '',
};
const demoPages = {
  'sign in': signInPage(request, people, true),
  consent: consentPage(request, people[0]),
  closed: closedPage(),
  'enter code': enterCodePage('x', true),
  'confirm device': confirmDevicePage('x', 'A client', 'ABCD-EFGH'),
  'device connected': deviceApprovedPage('A client'),
  failure: failurePage('invalid_request', undefined),
};

function pagesIn(language: PageLanguage): [string, string][] {
  return [
    ...Object.entries(outcomes).map(([name, outcome]): [string, string] => [
      `${name} (${language})`,
      outcomePage(outcome, language),
    ]),
    ...Object.entries(fixedReplies).map(([name, reply]): [string, string] => [
      `${name} (${language})`,
      fixedPage(reply, language),
    ]),
  ];
}

const everyPage: readonly [string, string][] = [
  ...pagesIn('en'),
  // The other languages differ by their words alone: the fullest page of each end is enough.
  ...(Object.keys(pageWords) as PageLanguage[])
    .filter((language) => language !== 'en')
    .flatMap((language) =>
      pagesIn(language).filter(([name]) => /^(?:signed in|failed|unconfirmed) /.test(name)),
    ),
  ...Object.entries(demoPages).map(([name, page]): [string, string] => [`demo: ${name}`, renderPage(page)]),
];

/** What axe-core finds wrong with a page, each with the element. */
interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

const require = createRequire(import.meta.url);
const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
let browser: Browser;

async function violationsOf(
  pages: readonly [string, string][],
  colorScheme: 'light' | 'dark',
): Promise<string[]> {
  const context = await browser.newContext({ colorScheme, viewport: { width: 320, height: 640 } });
  const page = await context.newPage();
  const found: string[] = [];
  for (const [name, html] of pages) {
    await page.setContent(html.replaceAll('<details>', '<details open>'));
    await page.evaluate(axe);
    const result = await page.evaluate<{ violations: Violation[]; passes: unknown[] }>('axe.run()');
    expect(result.passes.length, name).toBeGreaterThan(10);
    found.push(...result.violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`));
    const isWider = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    if (await page.evaluate<boolean>(isWider)) {
      found.push(`${name}: wider than 320 px`);
    }
  }
  await context.close();
  return found;
}

describeWith(['chromium'], 'accessibility of the pages, by axe-core in Chromium at 320 px', () => {
  beforeAll(async () => {
    browser = await chromium.launch(chromiumLaunchOptions());
  }, 60_000);
  afterAll(() => browser.close());

  it.each(['light', 'dark'] as const)(
    'has no violation in the %s scheme, whatever the page',
    async (scheme) => {
      expect(everyPage).toHaveLength(19 + 7 * 3 + 7);
      expect(await violationsOf(everyPage, scheme)).toEqual([]);
    },
    300_000,
  );

  it('is measured by something that finds violations', async () => {
    const [[, html] = ['', '']] = pagesIn('en');
    const pale = html.replace('--quiet: #596273', '--quiet: #bbbbbb').replace(' lang="en"', '');
    const found = await violationsOf([['spoiled', pale]], 'light');
    expect(found.join()).toMatch(/color-contrast.*html-has-lang/);
  });

  it('is ready for a language from right to left', async () => {
    const html = outcomePage(outcomes.failed ?? { kind: 'goes-on', provider: '' }, 'en');
    const context = await browser.newContext({ viewport: { width: 800, height: 640 } });
    const page = await context.newPage();
    await page.setContent(html.replace('dir="ltr"', 'dir="rtl"'));
    const right = (selector: string) =>
      page.evaluate<number>(
        `innerWidth - document.querySelector(${JSON.stringify(selector)}).getBoundingClientRect().right`,
      );
    expect(await right('header .mark')).toBeLessThan(await right('header span'));
    expect(await right('.sign')).toBeLessThan(250);
    await context.close();
  });
});
