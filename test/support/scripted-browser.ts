import { access, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BrowserContextOptions, chromium } from 'playwright-core';
import { chromiumLaunchOptions } from './chromium.ts';

/** What the End-User does in the browser. */
export type BrowserScenario =
  | 'sign-in'
  | 'allowed-before'
  | 'bluesky'
  | 'solid'
  | 'refuse'
  | 'fail'
  | 'close-tab'
  | 'two-tabs'
  | 'wrong-path';

/** A tab as the End-User last saw it. */
export interface SeenPage {
  readonly url: string;
  readonly title: string;
  readonly text: string;
  /** As the page itself can count it (`history.length`). */
  readonly historyLength: number;
  /** The addresses in the history of the tab, oldest first. */
  readonly history: readonly string[];
}

/** What happened in the browser. */
export interface BrowserReport {
  /** The only argument that the program was started with. */
  readonly link: string;
  /** Arguments after it; there must be none. */
  readonly surplus: readonly string[];
  /** Every request of every tab, without its query. */
  readonly requests: readonly string[];
  readonly pages: readonly SeenPage[];
  readonly failure?: string;
}

/** A program for the variable BROWSER that drives a real Chromium. */
export interface ScriptedBrowser {
  readonly program: string;
  /** What was seen; waits until the scenario is over, throws when it failed or when the program was never started. */
  report(): Promise<BrowserReport>;
  close(): Promise<void>;
}

/** A Chromium that runs, for the tabs of many tests. */
export interface SharedBrowser {
  readonly endpoint: string;
  close(): Promise<void>;
}

const browserModule = fileURLToPath(new URL('browser.mjs', import.meta.url));
const screenshots = fileURLToPath(new URL('../../artifacts/pages', import.meta.url));

/** Starts a Chromium with a home of its own; each scenario that is given it has cookies and a history of its own. */
export async function startSharedBrowser(): Promise<SharedBrowser> {
  const home = await mkdtemp(join(tmpdir(), 'oauth-login-browser-home-'));
  const env = { PATH: process.env.PATH, HOME: home };
  const running = await chromium.launchServer({ ...chromiumLaunchOptions(), headless: true, env });
  return {
    endpoint: running.wsEndpoint(),
    async close() {
      await running.close();
      await rm(home, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Writes the program for one scenario; it needs no variable but its own path, however the environment is cleaned. It
 * starts a Chromium of its own unless it is given one, and with `pictures` it leaves screenshots in `artifacts/pages`.
 */
export async function openScriptedBrowser(
  scenario: BrowserScenario,
  options: {
    readonly shared?: SharedBrowser;
    readonly pictures?: boolean;
    /** How the browser reaches the network, where that is not as usual. */
    readonly context?: BrowserContextOptions;
  } = {},
): Promise<ScriptedBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'oauth-login-browser-'));
  const reportFile = join(folder, 'report.json');
  const controlFile = join(folder, 'control.json');
  const logFile = join(folder, 'log');
  const program = join(folder, 'browser');
  const control = {
    scenario,
    username: 'ada',
    ...(options.shared ? { endpoint: options.shared.endpoint } : { launch: chromiumLaunchOptions() }),
    report: reportFile,
    ...(options.context ? { context: options.context } : {}),
    ...(options.pictures ? { screenshots } : {}),
  };
  await writeFile(controlFile, JSON.stringify(control));
  await writeFile(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${browserModule}' '${controlFile}' "$@" 2>'${logFile}'\n`,
    {
      mode: 0o755,
    },
  );
  return {
    program,
    report: () => readReport(reportFile, logFile),
    // Where a test goes on without it, the browser may be writing its report still.
    close: () => rm(folder, { recursive: true, force: true, maxRetries: 20 }),
  };
}

async function readReport(file: string, logFile: string): Promise<BrowserReport> {
  const deadline = Date.now() + 90_000;
  while (!(await exists(file))) {
    if (Date.now() > deadline) {
      const log = await readFile(logFile, 'utf8').catch(() => 'it was never started');
      throw new Error(`the browser left no report: ${log}`);
    }
    await sleep(50);
  }
  const report = JSON.parse(await readFile(file, 'utf8')) as BrowserReport;
  if (report.failure !== undefined) {
    throw new Error(`the browser scenario failed: ${report.failure}`);
  }
  return report;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
