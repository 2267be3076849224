import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { chromiumLaunchOptions } from '../support/chromium.ts';
import { type FarMachine, type FarTerminal, startFarMachine } from '../support/far-machine.ts';
import { describeWith } from '../support/requirements.ts';

const bin = fileURLToPath(new URL('../../bin/oauth-login.js', import.meta.url));
const isRoot = process.getuid?.() === 0;

// Making a network of its own takes root; without it the test is skipped, and CI has it.
describeWith(
  ['chromium', 'ssh', 'sshd', 'ssh-keygen', ...(isRoot ? ['ip'] : ['a-root-shell'])],
  'signing in on another machine over SSH (needs root, chromium, openssh-server, iproute2)',
  () => {
    let far: FarMachine;
    let browser: Browser;
    let browserHome: string;
    let page: Page;
    let home: string;
    let terminal: FarTerminal | undefined;

    beforeAll(async () => {
      far = await startFarMachine();
      browserHome = mkdtempSync(join(tmpdir(), 'oauth-login-browser-home-'));
      // Chromium writes to the home of whoever runs the tests otherwise, beside the profile that it is given.
      const env = { PATH: process.env.PATH, HOME: browserHome };
      browser = await chromium.launch({ ...chromiumLaunchOptions(), env });
    });
    afterAll(async () => {
      await browser.close();
      rmSync(browserHome, { recursive: true, force: true, maxRetries: 5 });
      far.close();
    });
    beforeEach(async () => {
      home = mkdtempSync(join(tmpdir(), 'oauth-login-far-home-'));
      page = await (await browser.newContext()).newPage();
    });
    afterEach(async () => {
      terminal?.end();
      await page.context().close();
      rmSync(home, { recursive: true, force: true });
    });

    function start(...args: string[]): FarTerminal {
      terminal = far.terminal(`env HOME=${home} ${process.execPath} ${bin} ${args.join(' ')}`);
      return terminal;
    }

    const addressShown = async (far: FarTerminal) =>
      (await far.shows(/^(http:\/\/127\.0\.0\.1:\d+\/auth\?\S+)$/m))[1] ?? '';

    it('works at the first try with the port forwarding line that is printed', async () => {
      const session = start('demo', '--no-browser');
      const address = await addressShown(session);
      const [, line = ''] = await session.shows(/^ {4}(ssh -N -L .+)$/m);
      const endForwarding = await far.runPrinted(line);
      await page.goto(address);
      await page.getByRole('button', { name: /Ada Lovelace/ }).click();
      await page.getByRole('button', { name: 'Allow' }).click();
      await page.waitForURL(/\/done\//);
      expect(await page.title()).toMatch(/^Signed in/);
      await session.shows(/^Signed in to .+ as ada \(Ada Lovelace\)/m);
      expect(await session.exitCode).toBe(0);
      expect(session.said()).toMatch(/revoked at .+ and deleted from this machine/);
      endForwarding();
    });

    it('works without forwarding the listener: the address of the last page is pasted', async () => {
      const session = start('demo', '--no-browser');
      const address = await addressShown(session);
      const [, line = ''] = await session.shows(/^ {4}(ssh -N -L .+)$/m);
      // Only the identity server is brought here, as if it were on the internet.
      const [, ...forwards] = line.match(/-L \S+/g) ?? [];
      const endForwarding = await far.runPrinted(line.replace(/-L \S+ /, ''));
      expect(forwards).toHaveLength(1);
      const lastAddress = page.waitForRequest(/\/callback\?/).then((request) => request.url());
      await page.goto(address);
      await page.getByRole('button', { name: /Ada Lovelace/ }).click();
      await page.getByRole('button', { name: 'Allow' }).click();
      const pasted = await lastAddress;
      await session.shows(/Paste the address here/);
      session.type('http://127.0.0.1/nonsense\r');
      await session.shows(/Not yet: [\s\S]*Still waiting/);
      session.type(`${pasted}\r`);
      await session.shows(/^Signed in to .+ as ada/m);
      expect(await session.exitCode).toBe(0);
      const code = new URL(pasted).searchParams.get('code') ?? '';
      expect(code.length).toBeGreaterThan(20);
      expect(session.said()).not.toContain(code);
      endForwarding();
    });

    it('works with a code on another device', async () => {
      const session = start('demo', '--device');
      const [, line = ''] = await session.shows(/^ {4}(ssh -N -L .+)$/m);
      const [, address = ''] = await session.shows(/^(http:\/\/127\.0\.0\.1:\d+\/device)$/m);
      const [, code = ''] = await session.shows(/^ {4}([A-Z]{4}-[A-Z]{4})$/m);
      await session.shows(/Waiting, \d+:\d\d left/);
      const endForwarding = await far.runPrinted(line);
      await page.goto(address);
      await page.getByLabel('Code').fill(code);
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('button', { name: 'It is mine' }).click();
      await page.getByRole('button', { name: /Ada Lovelace/ }).click();
      await page.getByRole('button', { name: 'Allow' }).click();
      await session.shows(/^Signed in to .+ as ada/m);
      expect(await session.exitCode).toBe(0);
      endForwarding();
    });

    it('ends with Ctrl-C at the question, and leaves nothing behind', async () => {
      const session = start('demo', '--no-browser');
      await session.shows(/Paste the address here/);
      session.type('\u0003');
      // It ended by SIGINT, and ssh has this for every signal.
      expect(await session.exitCode).toBe(255);
      expect(session.said()).toContain('interrupted');
    });
  },
);
