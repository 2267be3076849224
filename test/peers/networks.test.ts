import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { findChromium } from '../support/chromium.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { startPds, startSolidServer } from '../support/network-peers.ts';
import { missingPeer } from '../support/peer-servers.ts';
import { openScriptedBrowser } from '../support/scripted-browser.ts';

const local = ['--allow-http-loopback', '--timeout', '90'];
const reason =
  missingPeer('networks', 'networkNode') ?? (findChromium() === undefined ? 'needs Chromium' : undefined);
const shown = reason === undefined ? '' : `(${reason})`;

let home: CommandHome;
beforeEach(async () => {
  home = openHome(await buildCommand());
});
afterEach(() => home.close());

describe('an open network, on the servers that it runs', () => {
  it.skipIf(reason !== undefined)(`is Bluesky ${shown}`, async () => {
    const pds = closeAfterTest(await startPds());
    const configuration = join(home.home, '.config/oauth-login');
    mkdirSync(configuration, { recursive: true, mode: 0o700 });
    const entry = { identity: { kind: 'atproto', directory: pds.directory } };
    writeFileSync(join(configuration, 'config.json'), JSON.stringify({ providers: { bluesky: entry } }), {
      mode: 0o600,
    });
    expect(pds.did).toMatch(/^did:plc:/);
    const browser = closeAfterTest(await openScriptedBrowser('bluesky'));
    const signedIn = await home.run(['bluesky', pds.did, ...local], { env: { BROWSER: browser.program } });
    expect(signedIn).toMatchObject({ code: 0 });
    expect((await browser.report()).pages[0]?.title).toMatch(/signed in/i);
    expect(signedIn.stdout).toContain(`Signed in to Bluesky as ${pds.did}`);

    const session = `${pds.address}/xrpc/com.atproto.server.getSession`;
    const asked = await home.run(['request', 'bluesky', session, '--fail']);
    expect(JSON.parse(asked.stdout)).toMatchObject({ did: pds.did, handle: 'ada.test' });
    const before = JSON.parse((await home.run(['token', 'bluesky', '--json'])).stdout);
    const after = JSON.parse((await home.run(['token', 'bluesky', '--refresh', '--json'])).stdout);
    expect(after).toMatchObject({ token_type: 'DPoP' });
    expect(after.access_token).not.toBe(before.access_token);
    expect((await home.run(['request', 'bluesky', session, '--fail'])).code).toBe(0);
    const stolen = await fetch(session, { headers: { authorization: `Bearer ${after.access_token}` } });
    expect(stolen.status).toBeGreaterThanOrEqual(400);
    expect((await home.run(['logout', 'bluesky'])).stdout).toContain('were revoked');
  });

  it.skipIf(reason !== undefined)(`is Solid ${shown}`, async () => {
    const solid = closeAfterTest(await startSolidServer());
    const [pod, me] = [`${solid.address}ada/`, `${solid.address}ada/profile/card#me`];
    for (const target of [me, pod]) {
      const browser = closeAfterTest(await openScriptedBrowser('solid'));
      const signedIn = await home.run([target, ...local], { env: { BROWSER: browser.program } });
      expect(signedIn).toMatchObject({ code: 0 });
      expect((await browser.report()).pages[0]?.title).toMatch(/signed in/i);
      expect(signedIn.stdout).toContain(` as ${me}`);
    }
    const closed = `${pod}profile/`;
    expect((await fetch(closed)).status).toBe(401);
    const read = await home.run(['request', pod, closed, '--fail', '-H', 'Accept: text/turtle']);
    expect([read.code, read.stdout]).toEqual([0, expect.stringContaining('Container')]);
    const after = JSON.parse((await home.run(['token', pod, '--refresh', '--json'])).stdout);
    expect(after).toMatchObject({ token_type: 'DPoP' });
    const again = await home.run(['request', me, closed, '--fail']);
    expect(again.code).toBe(0);
    const stolen = await fetch(closed, { headers: { authorization: `Bearer ${after.access_token}` } });
    expect(stolen.status).toBe(401);
    expect((await home.run(['logout', pod])).stdout).toContain('were revoked');
  });
});
