import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { AccountHead } from '../../src/accounts/account.ts';
import { type AccountStore, openAccountStore } from '../../src/accounts/account-store.ts';
import { Secret } from '../../src/ground/secret.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf } from '../support/command-line.ts';

/** The store as another process has it open. */
let elsewhere: AccountStore;

it.beforeEach(() => {
  elsewhere = openAccountStore(line.context);
});

const signIn = (...more: string[]) =>
  line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback', ...more);

async function onlyAccount(): Promise<AccountHead> {
  const [head] = (await elsewhere.list()).accounts;
  if (head === undefined) {
    throw new Error('nobody is signed in');
  }
  return head;
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await sleep(5);
  }
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

describe('T28 a refresh token that was rotated', () => {
  it('is not lost because the keys of the ID Token are out of reach', async () => {
    await signIn();
    const keyRequests = server.hits('jwks');
    server.breakEndpoint('jwks', { kind: 'html', status: 503 });
    const { exitCode, stdout } = await line.run('token', '--refresh');
    expect(exitCode).toBe(0);
    expect(server.hits('jwks')).toBeGreaterThan(keyRequests);
    server.restore();
    // Had the old one been kept, the server would take this for a theft.
    const again = await line.run('token', '--refresh');
    expect(again.exitCode).toBe(0);
    expect(again.stdout).not.toBe(stdout);
  });
});

describe('T43 an ID Token whose keys are out of reach', () => {
  it('ends a sign-in: nobody has been verified yet', async () => {
    server.breakEndpoint('jwks', { kind: 'html', status: 503 });
    const outcome = await signIn('--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'network_server_error', exit_code: 7 });
    expect((await elsewhere.list()).accounts).toEqual([]);
  });
});

describe('signing out', () => {
  it('twice at once says once that the tokens were revoked', async () => {
    await signIn();
    const outcomes = await Promise.all([line.run('logout'), line.run('logout')]);
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
    expect(outcomes.map(({ stdout }) => stdout).sort()).toEqual([
      'Nobody was signed in.\n',
      expect.stringMatching(/revoked at .+ and deleted from this machine/),
    ]);
  });

  it('revokes what a refresh has just stored', async () => {
    await signIn();
    const { id } = await onlyAccount();
    let leaving: ReturnType<typeof signIn> | undefined;
    const revoked = () => server.requestsTo('revocation').map(({ form }) => form.get('token'));
    let renewed = '';
    await elsewhere.withLock(id, async () => {
      leaving = line.run('logout');
      await sleep(100);
      const head = await onlyAccount();
      const secrets = await elsewhere.readSecrets(head);
      renewed = 'renewed-meanwhile';
      await elsewhere.write(head, { ...secrets, accessToken: new Secret(renewed) });
    });
    expect((await leaving)?.exitCode).toBe(0);
    expect(revoked()).toContain(renewed);
  });

  it('of a provider with --all leaves the accounts of others', async () => {
    await signIn();
    expect((await line.run('logout', 'github', '--all')).stdout).toBe('Nobody was signed in.\n');
    expect((await onlyAccount()).profile?.preferred_username).toBe('ada');
    expect((await line.run('logout', server.issuer, '--all')).stdout).toContain('Signed out ada');
  });
});

describe('a token that the provider rejects', () => {
  it('is not handed out again, and status tells why', async () => {
    await signIn('--no-offline-access');
    expect((await line.run('token')).exitCode).toBe(0);
    server.breakEndpoint('userinfo', { kind: 'reply', status: 401, body: '{}' });
    expect((await line.run('whoami')).exitCode).toBe(4);
    const { exitCode, stdout, stderr } = await line.run('token');
    expect([exitCode, stdout]).toEqual([4, '']);
    expect(stderr).toContain('does not accept the access token');
    expect((await line.run('status')).stdout).toContain('attention: ');
    server.restore();
    await signIn('--no-offline-access');
    expect((await line.run('token')).exitCode).toBe(0);
  });

  it('leaves a sign-in alone that was made meanwhile', async () => {
    await signIn('--no-offline-access');
    const before = await onlyAccount();
    server.breakEndpoint('userinfo', { kind: 'reply', status: 401, body: '{}' });
    let asking: ReturnType<typeof signIn> | undefined;
    await elsewhere.withLock(before.id, async () => {
      asking = line.run('whoami');
      const asked = server.hits('userinfo');
      await until(() => server.hits('userinfo') > asked);
      await sleep(100);
      const secrets = await elsewhere.readSecrets(before);
      await elsewhere.write({ ...before, issuedAt: '2026-01-01T00:00:00.000Z' }, secrets);
    });
    expect((await asking)?.exitCode).toBe(4);
    expect((await onlyAccount()).needsLogin).toBeUndefined();
  });
});

describe('an answer that cannot be noted', () => {
  it('is given all the same, with a warning', async () => {
    await signIn();
    const locks = join(line.directory, 'data', 'locks');
    rmSync(locks, { recursive: true, force: true });
    writeFileSync(locks, 'in the way');
    const { exitCode, stdout, stderr } = await line.run('whoami');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ada /);
    expect(stderr).toMatch(/^oauth-login: warning: .+\noauth-login: hint: .+\n$/);
  });
});

describe('--no-store', () => {
  it('does not speak of a refresh token that is not kept', async () => {
    await signIn();
    const { stdout } = await signIn('--no-store', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ store: null, refreshable: false });
  });
});
