import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { AccountHead } from '../../src/accounts/account.ts';
import { type AccountStore, openAccountStore } from '../../src/accounts/account-store.ts';
import { NetworkError } from '../../src/ground/errors.ts';
import { systemClock } from '../../src/host/clock.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import { signInAt } from '../support/sign-in.ts';

/** The store as another process has it open. */
let elsewhere: AccountStore;

it.beforeEach(async () => {
  elsewhere = openAccountStore(line.context);
});

async function onlyAccount(): Promise<AccountHead> {
  const [head] = (await elsewhere.list()).accounts;
  if (head === undefined) {
    throw new Error('nobody is signed in');
  }
  return head;
}

const refreshes = () =>
  server.requestsTo('token').filter(({ form }) => form.get('grant_type') === 'refresh_token').length;

/** The clock so many seconds ahead. */
const ahead = (seconds: number) => ({
  clock: { ...systemClock, now: () => new Date(systemClock.now().getTime() + seconds * 1_000) },
});

/** Runs as many at once; says what they did together. */
async function atOnce(count: number, seconds: number, ...argv: string[]) {
  const before = server.hits('token');
  const ended = await Promise.all(Array.from({ length: count }, () => line.runIn(ahead(seconds), ...argv)));
  return {
    requests: server.hits('token') - before,
    codes: [...new Set(ended.map(({ exitCode }) => exitCode))],
    tokens: [...new Set(ended.map(({ stdout }) => stdout))],
    errors: [...new Set(ended.map(({ stderr }) => stderr))],
  };
}

describe('T26 who waits for a refresh takes what it gives', () => {
  it.each([60, 30])('also where tokens live %i s only, and says how long', async (lifetime) => {
    await signInAt(server, line);
    server.rewriteReply('token', (body) => ({ ...body, expires_in: lifetime }));
    for (const round of [1, 2, 3]) {
      server.breakEndpoint('token', { kind: 'late', milliseconds: 150 });
      const { requests, codes, tokens, errors } = await atOnce(20, round * 400, 'token');
      expect({ requests, codes, tokens: tokens.length }).toEqual({ requests: 1, codes: [0], tokens: 1 });
      for (const said of errors) {
        expect(said).toMatch(/valid for \d\d seconds, less than the/);
      }
    }
  });

  it('and who comes a moment later takes it too, where no refresh could give more', async () => {
    await signInAt(server, line);
    server.rewriteReply('token', (body) => ({ ...body, expires_in: 60 }));
    const first = await line.runIn(ahead(400), 'token');
    expect(await atOnce(3, 405, 'token')).toMatchObject({ requests: 0, codes: [0], tokens: [first.stdout] });
    // Half of its life is over: now another one is worth a request.
    expect(await atOnce(1, 431, 'token')).toMatchObject({ requests: 1, codes: [0] });
  });

  it('as soon as it is on the disk, without a turn of its own', async () => {
    await signInAt(server, line);
    const before = await onlyAccount();
    const asked = refreshes();
    const waiting = await elsewhere.withLock(before.id, async () => {
      const running = line.run('token', '--refresh');
      await sleep(100);
      await elsewhere.write(
        { ...before, issuedAt: new Date().toISOString() },
        await elsewhere.readSecrets(before),
      );
      // Were it to wait for the lock, this would never end.
      return await running;
    });
    expect([waiting.exitCode, refreshes() - asked]).toEqual([0, 0]);
  });

  it('and has its key before it waits, so that no keychain is asked inside the lock', async () => {
    const keychain = new FakeKeychain();
    const store = { openKeychain: keychain.open, env: { BROWSER: 'played', OAUTH_LOGIN_STORE: 'keychain' } };
    const target = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
    expect((await line.runIn(store, ...target)).exitCode).toBe(0);
    const { id } = await onlyAccount();
    const asked = keychain.calls.get;
    await elsewhere.withLock(id, async () => {
      const running = line.runIn(store, 'token', '--refresh');
      await expect.poll(() => keychain.calls.get).toBeGreaterThan(asked);
      const other = openAccountStore({ ...line.context, ...store });
      const head = await onlyAccount();
      await other.write({ ...head, issuedAt: new Date().toISOString() }, await other.readSecrets(head));
      expect((await running).exitCode).toBe(0);
    });
    keychain.mode = 'hangs';
    const stuck = new AbortController();
    const running = line.runIn({ ...store, signal: stuck.signal }, 'token', '--refresh');
    running.catch(() => {});
    await expect.poll(() => keychain.calls.get).toBeGreaterThan(asked + 1);
    expect(await elsewhere.withLock(id, async () => 'free')).toBe('free');
    stuck.abort(new Error('the test has ended'));
  });
});

describe('T26 a server in trouble', () => {
  it.each([
    ['500', { kind: 'html', status: 500 }, 5],
    [
      '503 with Retry-After',
      { kind: 'reply', status: 503, body: '{}', headers: { 'retry-after': '30' } },
      30,
    ],
    [
      '429 with Retry-After',
      { kind: 'reply', status: 429, body: '{}', headers: { 'retry-after': '30' } },
      30,
    ],
    [
      '429 with more than is borne',
      { kind: 'reply', status: 429, body: '{}', headers: { 'retry-after': '99999' } },
      300,
    ],
  ] as const)(
    'that answers %s is asked once by thirty, and left alone for a while',
    async (_answer, fault, seconds) => {
      await signInAt(server, line);
      server.breakEndpoint('token', fault);
      const { requests, codes, tokens, errors } = await atOnce(30, 0, 'token', '--refresh');
      expect([requests, codes.length, tokens, errors.length]).toEqual([1, 1, [''], 1]);
      expect(codes).not.toEqual([0]);
      server.restore();
      const early = await atOnce(2, seconds - 3, 'token', '--refresh');
      expect([early.requests, early.codes]).toEqual([0, codes]);
      expect(early.errors[0]).toMatch(/; the next request to it is possible in [1-4] s\n/);
      expect(await atOnce(1, seconds + 1, 'token', '--refresh')).toMatchObject({ requests: 1, codes: [0] });
    },
  );

  it('does not keep a token from being handed out that is still good', async () => {
    await signInAt(server, line);
    server.breakEndpoint('token', { kind: 'html', status: 500 });
    expect((await atOnce(1, 0, 'token', '--refresh')).codes).toEqual([7]);
    expect(await atOnce(1, 0, 'token')).toMatchObject({ requests: 0, codes: [0] });
  });

  it('is not thought of where it refuses for another reason: the next command asks again', async () => {
    await signInAt(server, line);
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_client"}' });
    expect(await atOnce(5, 0, 'token', '--refresh')).toMatchObject({ requests: 1, codes: [5] });
    expect(await atOnce(1, 0, 'token', '--refresh')).toMatchObject({ requests: 1, codes: [5] });
    server.restore();
    expect(await atOnce(1, 0, 'token', '--refresh')).toMatchObject({ requests: 1, codes: [0] });
  });
});

describe('T28 an answer that never reached the disk', () => {
  it('is told of when the server refuses the old refresh token, which is tried once', async () => {
    await signInAt(server, line);
    const before = refreshes();
    server.breakEndpoint('token', { kind: 'reset', afterProcessing: true });
    expect((await line.run('token', '--refresh')).exitCode).toBe(7);
    server.restore();
    const { sentAt } = (await onlyAccount()).unfinishedRefresh ?? { sentAt: '' };
    expect((await onlyAccount()).unfinishedRefresh?.state).toBe('sent');
    const after = await line.run('token', '--refresh');
    expect([after.exitCode, after.stdout]).toEqual([4, '']);
    expect(after.stderr).toContain(
      `the reply to a refresh that was sent at ${sentAt.slice(0, 19).replace('T', ' ')} UTC was not stored`,
    );
    expect(after.stderr).toContain('\noauth-login: hint: sign in again with: oauth-login ');
    expect((await line.run('token', '--refresh')).exitCode).toBe(4);
    expect(refreshes() - before).toBe(2);
    await signInAt(server, line);
    expect((await onlyAccount()).unfinishedRefresh).toBeUndefined();
  });

  it('is not spoken of where no connection stood', async () => {
    await signInAt(server, line);
    const refused = new NetworkError('network_unreachable', 'refused', { hint: 'none', neverSent: true });
    const openHttp = async () => ({ fetch: () => Promise.reject(refused), close: async () => {} });
    expect((await line.runIn({ openHttp }, 'token', '--refresh')).exitCode).toBe(7);
    expect((await onlyAccount()).unfinishedRefresh).toBeUndefined();
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });

  it('is forgotten once the server has said that it did nothing', async () => {
    await signInAt(server, line);
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_client"}' });
    expect((await line.run('token', '--refresh')).exitCode).toBe(5);
    expect((await onlyAccount()).unfinishedRefresh).toBeUndefined();
  });
});
