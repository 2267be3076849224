import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountHead } from '../../src/accounts/account.ts';
import { type AccountStore, openAccountStore } from '../../src/accounts/account-store.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';

let server: AuthorizationServer;
let line: CommandLine;
/** The store as another process has it open. */
let elsewhere: AccountStore;

beforeAll(async () => {
  server = await startAuthorizationServer();
});
afterAll(() => server.close());
beforeEach(() => {
  line = openCommandLine({ user: 'ada' });
  elsewhere = openAccountStore(line.context);
});
afterEach(() => {
  server.restore();
  line.close();
});

const signIn = (...more: string[]) =>
  line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...more);

async function onlyAccount(): Promise<AccountHead> {
  const [head] = (await elsewhere.list()).accounts;
  if (head === undefined) throw new Error('nobody is signed in');
  return head;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5);
}

describe('T26 a sign-in while another process uses the account', () => {
  it('waits, and is what is stored in the end', async () => {
    await signIn();
    const before = await onlyAccount();
    const asked = server.hits('userinfo');
    let again: ReturnType<typeof signIn> | undefined;
    await elsewhere.withLock(before.id, async () => {
      again = signIn('--scope', 'offline_access');
      await until(() => server.hits('userinfo') > asked);
      await sleep(200);
      const unchanged = await elsewhere.read(before.id);
      expect(unchanged?.signedInAt).toBe(before.signedInAt);
      // What a refresh that began before would write.
      await elsewhere.write({ ...before, scopes: ['stale'] }, await elsewhere.readSecrets(before));
    });
    expect((await again)?.exitCode).toBe(0);
    const after = await onlyAccount();
    expect(after.scopes).not.toContain('stale');
    expect(Date.parse(after.signedInAt)).toBeGreaterThan(Date.parse(before.signedInAt));
  });
});

describe('--no-store', () => {
  it('does not speak of a refresh token that is not kept', async () => {
    await signIn();
    const { stdout } = await signIn('--no-store', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ store: null, refreshable: false });
  });
});
