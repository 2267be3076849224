import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AccountHead, AccountSecrets } from '../../../src/accounts/account.ts';
import { accountId } from '../../../src/accounts/account-id.ts';
import { openAccountStore } from '../../../src/accounts/account-store.ts';
import { Secret } from '../../../src/ground/secret.ts';
import type { StoreKind } from '../../../src/secrets/store-kind.ts';
import type { PersonHead } from '../../support/account-head.ts';
import { FakeKeychain } from '../../support/fake-keychain.ts';
import { temporaryDirectory } from '../../support/programs.ts';
import { storeContext } from '../../support/store-context.ts';

let dataDir: string;
let keychain: FakeKeychain;

beforeEach(() => {
  const temporary = temporaryDirectory();
  dataDir = temporary.path;
  keychain = new FakeKeychain();
  return () => temporary.remove();
});

/** The store as the next run sees it. */
function nextRun(env: Record<string, string> = { OAUTH_LOGIN_PASSPHRASE: 'a passphrase' }) {
  return openAccountStore(storeContext(dataDir, { env, openKeychain: keychain.open }));
}

function head(changes: Partial<AccountHead> & { readonly sub?: string } = {}): PersonHead {
  const { sub = '583231', ...rest } = changes;
  const provider = rest.provider ?? 'github';
  const issuer = rest.issuer ?? 'https://github.com';
  const clientId = rest.clientId ?? 'a client';
  return {
    id: accountId(provider, issuer, clientId, sub),
    provider,
    label: 'GitHub',
    target: 'github',
    issuer,
    clientId,
    clientAuthentication: 'client_secret_post',
    endpoints: { token_endpoint: 'https://github.com/login/oauth/access_token' },
    profile: { provider: 'github', sub, email_verified: true, raw: { id: 583231, plan: { name: 'pro' } } },
    scopes: ['read:user'],
    requestedScopes: ['read:user', 'user:email'],
    issuedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-01T08:00:00.000Z',
    verifiedAt: '2026-01-01T00:00:00.000Z',
    signedInAt: '2026-01-01T00:00:00.000Z',
    hasRefreshToken: true,
    store: 'file',
    ...rest,
  };
}

const secrets: AccountSecrets = {
  accessToken: new Secret('CANARY-access'),
  refreshToken: new Secret('CANARY-refresh'),
};

const revealed = (found: AccountSecrets) =>
  Object.fromEntries(Object.entries(found).map(([name, secret]) => [name, secret.reveal()]));
const fileOf = (account: AccountHead) => join(dataDir, 'accounts', `${account.id}.account`);

async function errorOf(work: Promise<unknown>): Promise<{ code: string; message: string; hint: string }> {
  return work.then(
    () => expect.fail('nothing was thrown'),
    (error) => error,
  );
}

describe('the account store', () => {
  it.each<StoreKind>(['keychain', 'passphrase', 'file'])(
    'gives back what it took, sealed with the %s',
    async (kind) => {
      const account = head({ store: kind });
      await nextRun().write(account, secrets);
      const store = nextRun();
      expect(await store.list()).toEqual({ accounts: [account], problems: [] });
      expect(await store.read(account.id)).toEqual(account);
      expect(revealed(await store.readSecrets(account))).toEqual({
        accessToken: 'CANARY-access',
        refreshToken: 'CANARY-refresh',
      });
      expect([await store.remove(account.id), await store.remove(account.id)]).toEqual([true, false]);
      expect(await store.list()).toEqual({ accounts: [], problems: [] });
    },
  );

  it('is empty, and makes nothing, before the first login', async () => {
    const store = nextRun();
    expect(await store.list()).toEqual({ accounts: [], problems: [] });
    expect(await store.read(head().id)).toBeUndefined();
    expect(await store.remove(head().id)).toBe(false);
    expect(readdirSync(dataDir)).toEqual([]);
  });

  it('lists without the key, and reads one keychain item for all accounts', async () => {
    const accounts = ['1', '2', '3'].map((sub) => head({ sub, store: 'keychain' }));
    for (const account of accounts) {
      await nextRun().write(account, secrets);
    }
    keychain.calls.open = 0;
    keychain.calls.get = 0;
    const store = nextRun();
    await store.list();
    expect(keychain.calls.open).toBe(0);
    for (const account of accounts) {
      await store.readSecrets(account);
    }
    expect([keychain.calls.open, keychain.calls.get]).toEqual([1, 1]);
  });

  it('keeps 20 KB of tokens where the keychain takes 1 KB', async () => {
    keychain.mode = 'too small';
    const large = { accessToken: new Secret('a'.repeat(20_000)) };
    await nextRun().write(head({ store: 'keychain' }), large);
    expect(revealed(await nextRun().readSecrets(head()))).toEqual({ accessToken: 'a'.repeat(20_000) });
  });

  it('has no secret in any file', async () => {
    await nextRun().write(head(), secrets);
    await nextRun().writeClientSecret({ ...head() }, new Secret('CANARY-client'), 'file');
    const files = readdirSync(dataDir, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files).toHaveLength(3);
    for (const entry of files) {
      const text = readFileSync(join(entry.parentPath, entry.name), 'latin1');
      for (const form of ['CANARY', Buffer.from('CANARY').toString('hex')]) {
        expect(text).not.toContain(form);
      }
      for (const offset of ['', 'x', 'xx']) {
        const form = Buffer.from(`${offset}CANARY-`).toString('base64url').slice(2, -2);
        expect(text).not.toContain(form);
      }
    }
  });

  it('says so when the account went away meanwhile', async () => {
    await nextRun().write(head(), secrets);
    const store = nextRun();
    const [account = head()] = (await store.list()).accounts;
    await nextRun().remove(account.id);
    expect(await errorOf(store.readSecrets(account))).toMatchObject({ code: 'login_required' });
  });

  it('gives the secrets of now to a head that is older than the last refresh', async () => {
    await nextRun().write(head(), secrets);
    const older = head();
    const refreshed = head({
      expiresAt: '2027-01-01T00:00:00.000Z',
      scopes: [],
      verifiedAt: '2026-06-01T00:00:00Z',
    });
    await nextRun().write(refreshed, { accessToken: new Secret('newer') });
    expect(revealed(await nextRun().readSecrets(older))).toEqual({ accessToken: 'newer' });
  });

  it('opens what was listed as it was then, and reads what was not', async () => {
    await nextRun().write(head(), secrets);
    const store = nextRun();
    const listed = (await store.list()).accounts[0] as AccountHead;
    const read = (await store.read(listed.id)) as AccountHead;
    await nextRun().write(head(), { accessToken: new Secret('newer') });
    for (const known of [listed, read]) {
      expect(revealed(await store.openSecrets(known))).toMatchObject({ accessToken: 'CANARY-access' });
      expect(revealed(await store.readSecrets(known))).toEqual({ accessToken: 'newer' });
      expect(revealed(await nextRun().openSecrets(known))).toEqual({ accessToken: 'newer' });
      expect(revealed(await store.openSecrets({ ...known }))).toEqual({ accessToken: 'newer' });
    }
    await nextRun().remove(listed.id);
    expect(await errorOf(store.openSecrets({ ...listed }))).toMatchObject({ code: 'login_required' });
  });

  it('refuses to write an account under the name of another', async () => {
    const wrong = { ...head(), id: accountId('github', 'https://other.example', 'a client', '1') };
    await expect(nextRun().write(wrong, secrets)).rejects.toThrow(TypeError);
    expect(readdirSync(dataDir)).toEqual([]);
  });
});

describe('T29 an account that another process took over', () => {
  it('is not written nor removed by the one that lost the lock', async () => {
    await nextRun().write(head(), secrets);
    const store = nextRun();
    const codes = await store.withLock(head().id, async () => {
      for (const name of readdirSync(join(dataDir, 'locks'))) {
        writeFileSync(join(dataDir, 'locks', name), JSON.stringify({ token: '0'.repeat(32) }));
      }
      return [
        (await errorOf(store.write(head(), { accessToken: new Secret('late') }))).code,
        (await errorOf(store.remove(head().id))).code,
      ];
    });
    expect(codes).toEqual(['store_busy', 'store_busy']);
    expect(revealed(await nextRun().readSecrets(head()))).toMatchObject({ accessToken: 'CANARY-access' });
  });

  it('is given back by work that fails', async () => {
    const store = nextRun();
    await expect(store.withLock(head().id, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await store.withLock(head().id, async () => 'again')).toBe('again');
  });
});

describe('T37 an account file that was touched', () => {
  it('is refused with one error, whichever byte was changed', async () => {
    const account = head();
    await nextRun().write(account, secrets);
    const original = readFileSync(fileOf(account));
    const seen = new Set<string>();
    let opened = 0;
    for (let index = 0; index < original.length; index += 1) {
      const changed = Buffer.from(original);
      changed[index] = (changed[index] ?? 0) ^ 1;
      writeFileSync(fileOf(account), changed);
      const { code, message, hint } = await errorOf(nextRun().readSecrets(account));
      seen.add(`${code} ${message} ${hint}`);
      const store = nextRun();
      const [listed] = (await store.list()).accounts;
      if (listed === undefined) {
        continue;
      }
      opened += 1;
      expect(await errorOf(store.openSecrets(listed))).toMatchObject({ code, message, hint });
    }
    // The head of some of them can be read, and nobody vouched for it.
    expect(opened).toBeGreaterThan(100);
    expect([...seen]).toEqual([expect.stringMatching(/^store_corrupt the file .* is damaged/)]);
    writeFileSync(fileOf(account), original);
    expect(revealed(await nextRun().readSecrets(account))).toMatchObject({ accessToken: 'CANARY-access' });
  });

  it('is refused at every length but its own', async () => {
    const account = head();
    await nextRun().write(account, secrets);
    const original = readFileSync(fileOf(account));
    for (let length = 0; length < original.length; length += 7) {
      writeFileSync(fileOf(account), original.subarray(0, length));
      expect(await errorOf(nextRun().readSecrets(account))).toHaveProperty('code');
    }
    writeFileSync(fileOf(account), Buffer.concat([original, Buffer.from('\n')]));
    expect(await errorOf(nextRun().readSecrets(account))).toMatchObject({ code: 'store_corrupt' });
  });

  it('is refused with the body of another account', async () => {
    const [one, two] = [head({ sub: '1' }), head({ sub: '2' })];
    for (const account of [one, two]) {
      await nextRun().write(account, secrets);
    }
    const [linesOfOne, linesOfTwo] = [one, two].map((account) =>
      readFileSync(fileOf(account), 'utf8').split('\n'),
    );
    const mixed = [linesOfOne?.[0], linesOfOne?.[1], linesOfTwo?.[2], ''].join('\n');
    writeFileSync(fileOf(one), mixed);
    expect(await errorOf(nextRun().readSecrets(one))).toMatchObject({ code: 'store_corrupt' });
  });

  it('is refused under the name of another account, and hides no other', async () => {
    const [one, two, three] = [head({ sub: '1' }), head({ sub: '2' }), head({ sub: '3' })];
    for (const account of [one, two, three]) {
      await nextRun().write(account, secrets);
    }
    copyFileSync(fileOf(one), fileOf(two));
    const { accounts, problems } = await nextRun().list();
    expect(accounts.map(({ id }) => id).sort()).toEqual([one.id, three.id].sort());
    expect(problems).toMatchObject([{ file: fileOf(two), error: { code: 'store_corrupt' } }]);
    expect(await errorOf(nextRun().readSecrets(two))).toMatchObject({ code: 'store_corrupt' });
  });

  it('is refused with another key, by the same error', async () => {
    await nextRun().write(head(), secrets);
    const keys = join(dataDir, 'keys');
    renameSync(join(keys, 'file.key'), join(keys, 'old'));
    await nextRun().write(head({ sub: 'other' }), secrets);
    expect(await errorOf(nextRun().readSecrets(head()))).toMatchObject({
      code: 'store_corrupt',
      message: expect.stringContaining('is damaged'),
    });
  });

  it('gives no secrets to a head whose endpoints were changed while nobody looked', async () => {
    await nextRun().write(head(), secrets);
    const changes: Partial<AccountHead>[] = [
      { endpoints: { token_endpoint: 'https://evil.example/token' } },
      { endpoints: {} },
      { allowHttpLoopback: true },
      { caFile: '/evil.pem' },
      { host: 'evil.example' },
      { clientAuthentication: 'none' },
      { provider: 'evil' },
    ];
    for (const change of changes) {
      expect(await errorOf(nextRun().readSecrets({ ...head(change), id: head().id }))).toMatchObject({
        code: 'store_corrupt',
      });
    }
  });
});

describe('files that are not ours', () => {
  it('are problems that hide no account, and are left alone', async () => {
    await nextRun().write(head(), secrets);
    const [id, newer] = ['1', '2'].map((sub) => join(dataDir, 'accounts', `${head({ sub }).id}.account`));
    const foreign = new Map([
      [join(dataDir, 'accounts', 'notes.txt'), 'buy milk'],
      [id ?? '', '\0\xff garbage'],
      [newer ?? '', '{"format":2,"anything":"else"}\nwhat\never\nthere\nis\n'],
    ]);
    for (const [file, text] of foreign) {
      writeFileSync(file, text, { mode: 0o600 });
    }
    const { accounts, problems } = await nextRun().list();
    expect(accounts).toEqual([head()]);
    expect(problems.map(({ file }) => file).sort()).toEqual([...foreign.keys()].sort());
    expect(problems.find(({ file }) => file === newer)?.error.message).toContain('newer version');
    for (const [file, text] of foreign) {
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });

  it('with loose modes are problems with the command that mends them', async () => {
    await nextRun().write(head(), secrets);
    writeFileSync(fileOf(head({ sub: '2' })), 'x', { mode: 0o644 });
    const { accounts, problems } = await nextRun().list();
    expect(accounts).toHaveLength(1);
    expect(problems).toMatchObject([
      { error: { code: 'store_permissions', hint: expect.stringContaining('chmod 600') } },
    ]);
  });
});

describe('T41 names used as paths', () => {
  it('an id that is no hash of ours reaches no file', async () => {
    await nextRun().write(head(), secrets);
    writeFileSync(join(dataDir, 'outside.account'), 'x', { mode: 0o600 });
    const store = nextRun();
    for (const id of ['../outside', '..', '', 'CON', 'a/b', head().id.toUpperCase(), `${head().id}\0`]) {
      expect([await store.read(id), await store.remove(id)]).toEqual([undefined, false]);
      expect(await errorOf(store.readSecrets({ ...head(), id }))).toMatchObject({ code: 'login_required' });
      await store.withLock(id, async () => {});
    }
    expect(readdirSync(dataDir).sort()).toEqual(['accounts', 'keys', 'locks', 'outside.account']);
  });

  it('an account id keeps provider, issuer, client and subject apart', () => {
    const ids = [
      accountId('p', 'a', 'b', 'c'),
      accountId('q', 'a', 'b', 'c'),
      accountId('pa', '', 'b', 'c'),
      accountId('p', 'ab', '', 'c'),
      accountId('p', 'a', 'bc', ''),
      accountId('p', 'a","b', 'c', ''),
      accountId('p', 'A', 'b', 'c'),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{32}$/);
    }
    expect(accountId('p', 'a', 'b', 'c')).toBe(ids[0]);
  });
});

describe('T42 inherited names', () => {
  it('in a profile pollute nothing and are not kept', async () => {
    const raw = JSON.parse(
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"deep":{"__proto__":{"polluted":1},"kept":1}}',
    );
    const account = head();
    const evil = { ...account, profile: { ...account.profile, raw }, unknown: 'dropped' };
    await nextRun().write(evil, secrets);
    const [found] = (await nextRun().list()).accounts;
    expect(found?.profile?.raw).toEqual({ deep: { kept: 1 } });
    expect(found).not.toHaveProperty('unknown');
    expect(Object.hasOwn({}, 'polluted') || 'polluted' in {}).toBe(false);
    expect(readFileSync(fileOf(account), 'utf8')).not.toContain('polluted');
  });
});

describe('the client secrets that setup keeps', () => {
  const client = { provider: 'github', issuer: 'https://github.com', clientId: 'a client' };

  it.each<StoreKind>(['keychain', 'passphrase', 'file'])(
    'are sealed with the %s and given back',
    async (kind) => {
      await nextRun().writeClientSecret(client, new Secret('a secret'), kind);
      expect((await nextRun().readClientSecret(client))?.reveal()).toBe('a secret');
      expect(await nextRun().readClientSecret({ ...client, clientId: 'another' })).toBeUndefined();
      expect((await nextRun().list()).accounts).toEqual([]);
    },
  );

  it('are refused under the name of another client', async () => {
    const other = { ...client, clientId: 'another' };
    await nextRun().writeClientSecret(client, new Secret('a secret'), 'file');
    const directory = join(dataDir, 'clients');
    const [first = ''] = readdirSync(directory);
    await nextRun().writeClientSecret(other, new Secret('another secret'), 'file');
    const second = readdirSync(directory).find((name) => name !== first) ?? '';
    copyFileSync(join(directory, first), join(directory, second));
    expect(await errorOf(nextRun().readClientSecret(other))).toMatchObject({ code: 'store_corrupt' });
  });
});

describe('T40 what interrupted writes left', () => {
  it('goes with the next write, wherever it is, when it is older than an hour', async () => {
    await nextRun().write(head(), secrets);
    const left = (directory: string, digit: string) =>
      join(dataDir, directory, `.file.key.${digit.repeat(32)}.tmp`);
    const twoHoursAgo = new Date(Date.now() - 7_200_000);
    const directories = ['accounts', 'clients', 'grants', 'index', 'keys', 'locks'];
    for (const directory of directories) {
      mkdirSync(join(dataDir, directory), { recursive: true, mode: 0o700 });
      for (const digit of ['0', '1']) {
        writeFileSync(left(directory, digit), 'left', { mode: 0o600 });
      }
      utimesSync(left(directory, '0'), twoHoursAgo, twoHoursAgo);
    }
    await nextRun().write(head(), secrets);
    for (const directory of directories) {
      expect(existsSync(left(directory, '0')), directory).toBe(false);
      expect(existsSync(left(directory, '1')), directory).toBe(true);
    }
    expect(revealed(await nextRun().readSecrets(head()))).toMatchObject({ accessToken: 'CANARY-access' });
  });
});
