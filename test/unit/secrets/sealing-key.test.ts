import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSealingKey } from '../../../src/secrets/open-sealing-key.ts';
import { writePrivateFile } from '../../../src/secrets/private-file-writing.ts';
import { probeStore } from '../../../src/secrets/probe-store.ts';
import { SealingKey } from '../../../src/secrets/sealing-key.ts';
import type { StoreKind } from '../../../src/secrets/store-kind.ts';
import { FakeKeychain, type KeychainMode } from '../../support/fake-keychain.ts';
import { buildProgram, type Program, run, temporaryDirectory } from '../../support/programs.ts';
import { person, storeContext } from '../../support/store-context.ts';

const KINDS: readonly StoreKind[] = ['keychain', 'passphrase', 'file'];
const PASSPHRASE = { OAUTH_LOGIN_PASSPHRASE: 'correct horse battery staple' };
const hello = Buffer.from('hello');
const bound = Buffer.from('bound');

let program: Program;
let root: string;
let dataDir: string;

beforeAll(async () => {
  program = await buildProgram('sealing-key');
});
afterAll(() => program.remove());
beforeEach(() => {
  const temporary = temporaryDirectory();
  root = temporary.path;
  dataDir = join(root, 'data');
  return () => temporary.remove();
});

const keyFile = (name: string) => join(dataDir, 'keys', name);

async function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error,
  );
}

describe('a sealing key', () => {
  it.each(KINDS)('of kind %s is the same in the next run', async (kind) => {
    const keychain = new FakeKeychain();
    const context = () => storeContext(dataDir, { env: PASSPHRASE, openKeychain: keychain.open });
    const first = await openSealingKey(kind, context(), { create: true });
    const second = await openSealingKey(kind, context(), { create: false });
    expect([second.kind, second.id]).toEqual([kind, first.id]);
    expect(second.open(first.seal(hello, bound), bound)).toEqual(hello);
  });

  it.each(KINDS)('of kind %s is not made unless that is asked for', async (kind) => {
    const context = storeContext(dataDir, { env: PASSPHRASE });
    await expect(openSealingKey(kind, context, { create: false })).rejects.toMatchObject({
      code: 'store_key_missing',
    });
    expect(readdirSync(root)).toEqual([]);
  });

  it.each(KINDS)('of kind %s is one key when many processes make it at once', async (kind) => {
    const barrier = join(root, 'barrier');
    const items = join(root, 'items');
    for (const directory of [barrier, items]) {
      mkdirSync(directory);
    }
    // Each scrypt takes 128 MiB; a handful of processes is enough for that kind.
    const count = kind === 'passphrase' ? 4 : 16;
    const processes = Array.from({ length: count }, () => run(program, [kind, dataDir, items, barrier]));
    while (readdirSync(barrier).length < count) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    writeFileSync(join(barrier, 'go'), '');
    const outputs = (await Promise.all(processes)).map(({ stdout, stderr }) => {
      expect(stderr).toBe('');
      return stdout.trim().split(' ');
    });
    expect(new Set(outputs.map(([id]) => id)).size).toBe(1);
    expect(readdirSync(items)).toHaveLength(kind === 'keychain' ? 1 : 0);
    expect(readdirSync(join(dataDir, 'keys'))).toHaveLength(1);
  });

  it('shows itself to nobody', () => {
    const bytes = Buffer.alloc(32, 'k');
    const key = new SealingKey('file', 'an id', bytes);
    const shown = `${inspect(key, { showHidden: true, depth: 9 })}${JSON.stringify(key)}${String(key)}`;
    for (const text of ['kkkk', '6b6b', '6b 6b', 'a2tr']) {
      expect(shown).not.toContain(text);
    }
  });
});

describe('T37 what is sealed', () => {
  const key = new SealingKey('file', 'an id', Buffer.alloc(32, 1));

  it('has a new nonce each of 10,000 times', () => {
    const nonces = new Set<string>();
    for (let count = 0; count < 10_000; count += 1) {
      nonces.add(key.seal(hello, bound).toString('hex', 0, 12));
    }
    expect(nonces.size).toBe(10_000);
  });

  it('opens with the same key and the same bound bytes only, and with every byte as it was', () => {
    const sealed = key.seal(hello, bound);
    expect(key.open(sealed, bound)).toEqual(hello);
    expect(key.open(sealed, Buffer.from('other'))).toBeUndefined();
    expect(new SealingKey('file', 'an id', Buffer.alloc(32, 2)).open(sealed, bound)).toBeUndefined();
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(key.open(changed, bound)).toBeUndefined();
    }
    for (let length = 0; length < sealed.length; length += 1) {
      expect(key.open(sealed.subarray(0, length), bound)).toBeUndefined();
    }
  });
});

describe('T37 a key from a passphrase', () => {
  const open = (changes: Parameters<typeof storeContext>[1]) =>
    openSealingKey('passphrase', storeContext(dataDir, changes), { create: true });

  it('is refused with another passphrase, and nothing is changed', async () => {
    await open({ env: PASSPHRASE });
    const before = readFileSync(keyFile('passphrase.json'), 'utf8');
    const error = await errorOf(open({ env: { OAUTH_LOGIN_PASSPHRASE: 'another' } }));
    expect(error).toMatchObject({ code: 'store_passphrase_wrong', exitCode: 8 });
    expect(readFileSync(keyFile('passphrase.json'), 'utf8')).toBe(before);
  });

  it('costs what was decided, with a salt of 16 bytes, and does not hold the passphrase', async () => {
    await open({ env: PASSPHRASE });
    const text = readFileSync(keyFile('passphrase.json'), 'utf8');
    const { N, r, p, salt } = JSON.parse(text);
    expect([N, r, p, Buffer.from(salt, 'base64url').length]).toEqual([131_072, 8, 1, 16]);
    expect(text).not.toContain('horse');
  });

  it.each([
    { N: 2 ** 30 },
    { N: 2 },
    { N: 2 ** 17 + 1 },
    { r: 1 },
    { r: 1024 },
    { p: 0 },
    { p: 1_000_000 },
    { salt: 'AA' },
    { verifier: 'AA' },
    { N: '131072' },
    { format: 2 },
    { id: '../../x' },
  ])('is refused with the parameters %j before any work is done', async (change) => {
    const descriptor = {
      format: 1,
      id: '0'.repeat(32),
      ...{ N: 2 ** 17, r: 8, p: 1 },
      salt: Buffer.alloc(16).toString('base64url'),
      verifier: Buffer.alloc(32).toString('base64url'),
    };
    writePrivateFile(keyFile('passphrase.json'), JSON.stringify({ ...descriptor, ...change }));
    const { user } = process.cpuUsage();
    const error = await errorOf(open({ env: PASSPHRASE }));
    // Microseconds of this process; one scrypt of the right cost takes several times as much.
    expect(process.cpuUsage().user - user).toBeLessThan(50_000);
    expect(error).toMatchObject({ code: 'store_corrupt' });
  });

  it('is asked for in a terminal, twice when it is new, and up to three times', async () => {
    const maker = person('secret words', 'a typing error', 'secret words', 'secret words');
    await open(maker);
    expect(maker.questions).toHaveLength(4);
    const forgetful = person('wrong', 'secret words');
    await open(forgetful);
    expect(forgetful.questions).toHaveLength(2);
    await expect(open(person('a', 'b', 'c'))).rejects.toMatchObject({ code: 'store_passphrase_wrong' });
  });

  it('is asked for until it has eight characters, however they are composed', async () => {
    const decomposed = 'e\u0301'.repeat(7);
    const maker = person('', 'short', '1234567', decomposed, '12345678', '12345678');
    await open(maker);
    expect(maker.questions).toHaveLength(6);
    // An old one may be shorter: only a new one is measured.
    await expect(open(person('a', 'b', 'c'))).rejects.toMatchObject({ code: 'store_passphrase_wrong' });
  });

  it('that comes short from the environment is warned of when it is new, once', async () => {
    const said: string[] = [];
    const short = {
      env: { OAUTH_LOGIN_PASSPHRASE: 'canary' },
      stderr: { write: (text: string) => said.push(text) },
    };
    await open(short);
    await open(short);
    expect(said).toEqual([
      expect.stringMatching(/^oauth-login: warning: OAUTH_LOGIN_PASSPHRASE has fewer than 8 /),
    ]);
    expect(said.join('')).not.toContain('canary');
  });

  it('is not asked for in CI or without a terminal', async () => {
    for (const context of [{}, { ...person('never asked'), env: { CI: 'true' } }]) {
      const error = await errorOf(open(context));
      expect(error).toMatchObject({ code: 'store_passphrase_missing', exitCode: 8 });
      expect((error as Error & { hint: string }).hint).toContain('OAUTH_LOGIN_PASSPHRASE');
    }
  });

  it('is the same however the terminal composes its letters', async () => {
    const first = await open({ env: { OAUTH_LOGIN_PASSPHRASE: 'caf\u00e9 au lait' } });
    const second = await open({ env: { OAUTH_LOGIN_PASSPHRASE: 'cafe\u0301 au lait' } });
    expect(second.id).toBe(first.id);
  });
});

describe('T36 no weaker store is ever chosen', () => {
  const modes: [KeychainMode, string][] = [
    ['missing library', 'store_unavailable'],
    ['no service', 'store_unavailable'],
    ['locked', 'store_locked'],
    ['denied', 'store_denied'],
    ['hangs', 'store_timeout'],
    ['fails on write', 'store_unavailable'],
    ['forgets', 'store_unavailable'],
  ];

  it.each(modes)('a keychain with %s is an error that names the three choices', async (mode, code) => {
    const keychain = new FakeKeychain(mode);
    const context = storeContext(dataDir, { env: PASSPHRASE, openKeychain: keychain.open });
    const error = await errorOf(probeStore('keychain', context));
    expect(error).toMatchObject({ code, exitCode: 8 });
    for (const kind of KINDS) {
      expect((error as { hint: string }).hint).toContain(`--store ${kind}`);
    }
    expect(readdirSync(join(dataDir, 'keys'))).toEqual([]);
  });

  it('a key that vanished from the keychain is missed, and nothing is deleted or made anew', async () => {
    const keychain = new FakeKeychain();
    const open = () =>
      openSealingKey('keychain', storeContext(dataDir, { openKeychain: keychain.open }), { create: true });
    await open();
    keychain.items.clear();
    const before = readFileSync(keyFile('keychain.json'), 'utf8');
    await expect(open()).rejects.toMatchObject({ code: 'store_key_missing' });
    expect([readFileSync(keyFile('keychain.json'), 'utf8'), keychain.items.size]).toEqual([before, 0]);
  });
});

describe('T38 T39 the item in the keychain', () => {
  it('has a versioned service, a hashed account without a slash, and fits where Windows keeps it', async () => {
    const keychain = new FakeKeychain('too small');
    const key = await openSealingKey('keychain', storeContext(dataDir, { openKeychain: keychain.open }), {
      create: true,
    });
    const [[name = '', value = ''] = []] = [...keychain.items];
    expect(name).toMatch(/^oauth-login-v1\/[A-Za-z0-9_-]{43}$/);
    expect(name).not.toContain(key.id);
    expect(Buffer.from(value, 'base64')).toHaveLength(32);
    expect(readFileSync(keyFile('keychain.json'), 'utf8')).not.toContain(value);
  });

  it('is read once in a run, however often the key is needed', async () => {
    const keychain = new FakeKeychain();
    await probeStore('keychain', storeContext(dataDir, { openKeychain: keychain.open }));
    keychain.calls.get = 0;
    const context = storeContext(dataDir, { openKeychain: keychain.open });
    await probeStore('keychain', context);
    for (let count = 0; count < 5; count += 1) {
      await openSealingKey('keychain', context, { create: true });
    }
    expect(keychain.calls.get).toBe(1);
  });
});

describe('a store is probed before the browser opens', () => {
  it.each(KINDS)('%s: the key can be had afterwards, and no probe is left', async (kind) => {
    const keychain = new FakeKeychain();
    const context = storeContext(dataDir, { env: PASSPHRASE, openKeychain: keychain.open });
    await probeStore(kind, context);
    expect(readdirSync(join(dataDir, 'accounts'))).toEqual([]);
    expect((await openSealingKey(kind, context, { create: false })).kind).toBe(kind);
  });

  it('a data directory that cannot be made is told', async () => {
    writeFileSync(dataDir, 'a file in its place');
    await expect(probeStore('file', storeContext(dataDir))).rejects.toMatchObject({
      code: 'store_permissions',
      hint: expect.stringContaining(`ls -ld ${root}`),
    });
    await expect(openSealingKey('file', storeContext(dataDir), { create: true })).rejects.toMatchObject({
      exitCode: 8,
    });
  });
});
