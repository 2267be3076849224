import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { findChromium } from '../support/chromium.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import {
  listTools,
  missingPeer,
  type PeerServer,
  startFastMcp,
  startSdkExample,
  startWorker,
} from '../support/peer-servers.ts';
import { openScriptedBrowser } from '../support/scripted-browser.ts';

const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
});
const local = ['--allow-http-loopback', '--timeout', '60'];

/** A browser that leaves a mark when it is opened. */
function markingBrowser(home: CommandHome): { readonly program: string; readonly isOpened: () => boolean } {
  const [program, mark] = [join(home.home, '..', 'second-browser'), join(home.home, '..', 'opened')];
  writeFileSync(program, `#!/bin/sh\n: > '${mark}'\n`);
  chmodSync(program, 0o755);
  return { program, isOpened: () => existsSync(mark) };
}

const servers = [
  {
    name: 'the example of the MCP SDK',
    start: startSdkExample,
    needs: ['packages', 'node'],
    login: ['--yes'],
    refreshes: false,
    tools: 'greet',
  },
  {
    name: "Cloudflare's OAuth provider for Workers",
    start: startWorker,
    needs: ['packages', 'node'],
    login: [],
    refreshes: true,
    tools: undefined,
  },
  {
    name: 'FastMCP',
    start: startFastMcp,
    needs: ['packages', 'node', 'python'],
    login: [],
    refreshes: true,
    tools: 'hello',
  },
] as const;

describe.each(servers)('$name', ({ name, start, needs, login, refreshes, tools }) => {
  const reason = missingPeer(...needs);
  if (reason !== undefined) {
    console.warn(`skipped: ${name} (${reason})`);
  }
  let server: PeerServer;
  let home: CommandHome;
  beforeAll(async () => {
    if (reason === undefined) {
      [server, home] = [await start(), openHome(await buildCommand())];
    }
  });
  afterAll(async () => {
    home?.close();
    await server?.close();
  });

  it.skipIf(reason !== undefined)(
    `is signed in to with one command, for every program on the machine ${reason === undefined ? '' : `(${reason})`}`,
    async () => {
      const signedIn = await signIn(name, [server.address, ...local, ...login]);
      expect(signedIn).toMatchObject({ code: 0 });
      expect(signedIn.stdout).toMatch(/^Signed in to (?:localhost|127\.0\.0\.1):\d+\/mcp/);
      expect(existsSync(join(home.home, '.config/oauth-login/config.json'))).toBe(true);

      const second = markingBrowser(home);
      const run = (...words: string[]) => home.run(words, { env: { BROWSER: second.program } });
      const accept = ['-H', 'Accept: application/json, text/event-stream'];
      const call = await run(
        'request',
        server.address,
        server.address,
        '--fail',
        ...accept,
        '--json',
        initialize,
      );
      expect(call.stderr).toBe('');
      expect(call.stdout).toMatch(tools === undefined ? /"user":"ada"/ : /"serverInfo"/);

      const [one, other] = await Promise.all([run('token', server.address), run('token', server.address)]);
      expect(one).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S{16,}\n$/) });
      expect(other.stdout).toBe(one.stdout);
      const headers = (await run('token', server.address, '--format', 'headers-json')).stdout;
      if (tools === undefined) {
        const answer = await fetch(server.address, { headers: JSON.parse(headers) });
        expect(await answer.json()).toEqual({ user: 'ada' });
      } else {
        expect(await listTools(server.address, headers)).toContain(tools);
      }

      const refreshed = await run('token', server.address, '--refresh');
      expect(refreshed.code).toBe(refreshes ? 0 : 4);
      if (refreshes) {
        expect(refreshed.stdout).not.toBe(one.stdout);
        expect(
          (await run('request', server.address, server.address, ...accept, '--json', initialize)).code,
        ).toBe(0);
      }
      expect(second.isOpened()).toBe(false);
      expect((await run('logout', server.address)).code).toBe(0);
      expect((await run('token', server.address)).code).toBe(4);
    },
  );

  /** FastMCP is visited by a real Chromium, if there is one; the others by a program that submits their forms. */
  async function signIn(server: string, words: readonly string[]) {
    if (server !== 'FastMCP' || findChromium() === undefined) {
      return home.signIn(words);
    }
    const browser = closeAfterTest(await openScriptedBrowser('allowed-before'));
    const ended = await home.run(words, { env: { BROWSER: browser.program } });
    expect((await browser.report()).pages[0]?.title).toMatch(/signed in/i);
    return ended;
  }
});
