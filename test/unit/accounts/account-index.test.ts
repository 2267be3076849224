import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountHead } from '../../../src/accounts/account.ts';
import { accountId } from '../../../src/accounts/account-id.ts';
import { SMALLEST_INDEXED } from '../../../src/accounts/account-index.ts';
import { openAccountStore } from '../../../src/accounts/account-store.ts';
import { chooseAccount } from '../../../src/accounts/choose-account.ts';
import { Secret } from '../../../src/ground/secret.ts';
import { copyTree } from '../../support/copy-tree.ts';
import { temporaryDirectory } from '../../support/programs.ts';
import { storeContext } from '../../support/store-context.ts';

const secrets = { accessToken: new Secret('CANARY-access') };

function head(provider: string, sub = '1'): AccountHead {
  const issuer = `https://${provider}.example`;
  return {
    id: accountId(provider, issuer, 'a client', sub),
    provider,
    label: provider,
    target: provider,
    issuer,
    clientId: 'a client',
    clientAuthentication: 'none',
    endpoints: {},
    profile: { provider, sub, raw: {} },
    scopes: [],
    requestedScopes: [],
    issuedAt: '2026-01-01T00:00:00.000Z',
    verifiedAt: '2026-01-01T00:00:00.000Z',
    signedInAt: '2026-01-01T00:00:00.000Z',
    hasRefreshToken: false,
    store: 'file',
  };
}

const everybody = Array.from({ length: SMALLEST_INDEXED }, (_, number) => head(`work-${number}`));
let signedIn: string;
let dataDir: string;

const store = (directory = dataDir) => openAccountStore(storeContext(directory));
const fileOf = ({ id }: AccountHead, directory = dataDir) => join(directory, 'accounts', `${id}.account`);
const indexFile = (directory = dataDir) => join(directory, 'index', 'accounts.json');
const namesOf = async (of?: string) => {
  const { accounts, problems } = await store().list(of);
  return { accounts: accounts.map(({ provider }) => provider), problems: problems.length };
};
const damage = (account: AccountHead) => writeFileSync(fileOf(account), 'nothing of ours', { mode: 0o600 });

beforeAll(async () => {
  const temporary = temporaryDirectory();
  signedIn = join(temporary.path, 'signed-in');
  mkdirSync(signedIn, { mode: 0o700 });
  for (const account of everybody) {
    await store(signedIn).write(account, secrets);
  }
  return () => temporary.remove();
});

beforeEach(() => {
  const temporary = temporaryDirectory();
  dataDir = join(temporary.path, 'data');
  copyTree(signedIn, dataDir);
  return () => temporary.remove();
});

describe('one account among many', () => {
  it('is found by its provider or issuer without reading the files of the others', async () => {
    for (const account of everybody.slice(0, -1)) {
      damage(account);
    }
    const name = `work-${SMALLEST_INDEXED - 1}`;
    expect(await namesOf(name)).toEqual({ accounts: [name], problems: 0 });
    expect(await namesOf(name.toUpperCase())).toEqual({ accounts: [name], problems: 0 });
    expect(await namesOf(`https://${name}.example`)).toEqual({ accounts: [name], problems: 0 });
    expect(await namesOf()).toEqual({ accounts: [name], problems: SMALLEST_INDEXED - 1 });
  });

  it('is the right one, as choosing tells', async () => {
    const chosen = await chooseAccount(
      'work-3',
      {},
      await store().list('work-3'),
      async () => {
        throw new Error('the configuration is not needed');
      },
      { rules: [], overall: async () => undefined },
    );
    expect(chosen.head).toEqual(everybody[3]);
  });

  it('has company when somebody else signs in at the same provider', async () => {
    await store().write(head('work-3', '2'), secrets);
    expect(await namesOf('work-3')).toEqual({ accounts: ['work-3', 'work-3'], problems: 0 });
  });

  it('is gone after signing out', async () => {
    await store().write(head('one-more'), secrets);
    await store().remove(everybody[3]?.id ?? '');
    expect((await namesOf('work-3')).accounts).not.toContain('work-3');
    expect(await namesOf('one-more')).toEqual({ accounts: ['one-more'], problems: 0 });
  });

  it('is looked for in every file when the index does not know its name', async () => {
    expect((await namesOf('work')).accounts).toHaveLength(SMALLEST_INDEXED);
  });
});

describe('an index that is wrong', () => {
  it('hides no account that came without it', async () => {
    const other = temporaryDirectory();
    const newcomer = head('work-3', '2');
    await store(other.path).write(newcomer, secrets);
    copyFileSync(fileOf(newcomer, other.path), fileOf(newcomer));
    other.remove();
    const { accounts } = await namesOf('work-3');
    expect(accounts.filter((name) => name === 'work-3')).toHaveLength(2);
    expect(accounts).toHaveLength(SMALLEST_INDEXED + 1);
  });

  it.each([
    ['is not JSON', '{'],
    ['holds something else', '{"accounts":{"a":1}}'],
    ['nests deeply', '['.repeat(100_000)],
    ['is empty', ''],
  ])('is passed over when it %s, and made anew by the next sign-in', async (_what, text) => {
    writeFileSync(indexFile(), text, { mode: 0o600 });
    expect((await namesOf('work-3')).accounts).toHaveLength(SMALLEST_INDEXED);
    await store().write(everybody[0] ?? head('nobody'), secrets);
    expect(await namesOf('work-3')).toEqual({ accounts: ['work-3'], problems: 0 });
  });

  it('leads to no account of another provider', async () => {
    const swapped = readFileSync(indexFile(), 'utf8').replace('"work-3"', '"github"');
    writeFileSync(indexFile(), swapped, { mode: 0o600 });
    const { accounts } = await store().list('github');
    await expect(
      chooseAccount('github', {}, { accounts, problems: [] }, async () => ({ providers: new Map() })),
    ).rejects.toMatchObject({ code: 'login_required' });
  });

  it('always leads to a file that could not be read when it was made', async () => {
    const unread = everybody[5] ?? head('nobody');
    damage(unread);
    rmSync(indexFile());
    await store().write(everybody[0] ?? head('nobody'), secrets);
    expect(await namesOf('work-3')).toEqual({ accounts: ['work-3'], problems: 1 });
  });
});

it('has no index where the accounts are few', async () => {
  for (const { id } of everybody.slice(1)) {
    await store().remove(id);
  }
  expect(() => readFileSync(indexFile())).toThrow('ENOENT');
});
