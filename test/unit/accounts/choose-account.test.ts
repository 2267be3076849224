import { describe, expect, it } from 'vitest';
import type { AccountHead } from '../../../src/accounts/account.ts';
import { type AccountChoice, chooseAccount } from '../../../src/accounts/choose-account.ts';
import { OAuthLoginError, StoreError } from '../../../src/ground/errors.ts';
import type { Configuration } from '../../../src/settings/configuration.ts';
import { accountHead, headWithoutPerson } from '../../support/account-head.ts';

const octocat = accountHead();
const hubot = accountHead({ profile: { sub: '2', preferred_username: 'hubot' } });
const enterprise = accountHead({
  provider: 'git.example.com',
  preset: 'github',
  issuer: 'https://git.example.com/login/oauth',
  host: 'git.example.com',
  target: 'github --host git.example.com',
});

const choose = (
  target: string | undefined,
  flags: AccountChoice,
  accounts: readonly AccountHead[],
  configuration: Configuration = { providers: new Map() },
) =>
  chooseAccount(target, flags, { accounts, problems: [] }, async () => configuration).then(
    ({ head }) => head,
  );

async function refusal(chosen: Promise<unknown>): Promise<OAuthLoginError> {
  const error = await chosen.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof OAuthLoginError) {
    return error;
  }
  throw new Error('an account was chosen');
}

describe('which account is meant', () => {
  it('is the only one, the one of the target, or the default one', async () => {
    expect(await choose(undefined, {}, [octocat])).toBe(octocat);
    expect(await choose('github', {}, [octocat, enterprise])).toBe(octocat);
    const configuration = { providers: new Map(), default_account: hubot.id };
    expect(await choose(undefined, {}, [octocat, hubot], configuration)).toBe(hubot);
  });

  it('is named by user name, e-mail, name, subject or id', async () => {
    const nameless = accountHead({
      profile: { sub: '7', preferred_username: '', name: 'The Octocat', email: 'cat@github.com' },
    });
    for (const account of ['OCTOCAT', '583231', octocat.id]) {
      expect(await choose('github', { account }, [octocat, hubot])).toBe(octocat);
    }
    expect(await choose('github', { account: 'cat@github.com' }, [nameless, hubot])).toBe(nameless);
  });

  it('of an account without a person is its client identifier', async () => {
    const nobody = headWithoutPerson({ clientId: 'client-7' });
    expect(await choose('github', { account: 'Client-7' }, [octocat, nobody])).toBe(nobody);
    const { message } = await refusal(choose('github', {}, [octocat, nobody]));
    expect(message).toContain('github:client-7');
  });

  it('T02 is never one whose name of --as is that of a provider', async () => {
    const provider = 'evil.example';
    const called = (alias: string) =>
      accountHead({ provider, issuer: 'https://evil.example', target: provider, alias });
    const providers = new Map([['work', { issuer: 'https://login.example' }]]);
    for (const name of ['github', 'GitHub', 'work']) {
      const refused = await refusal(choose(name, {}, [called(name.toLowerCase())], { providers }));
      expect(refused.code).toBe('login_required');
    }
    const work = called('work');
    expect(await choose('work', {}, [work])).toBe(work);
  });

  it('lists choices that can be typed as they stand', async () => {
    const { preferred_username: _name, ...claims } = octocat.profile;
    const spaced: AccountHead = { ...octocat, profile: { ...claims, name: 'The Octocat' } };
    const twin = accountHead({ clientId: 'client-2', profile: { preferred_username: 'hubot' } });
    const { code, message } = await refusal(choose('github', {}, [spaced, hubot, twin]));
    expect(code).toBe('usage_ambiguous_account');
    expect(message).toContain("'github:The Octocat'");
    expect(await choose('github', { account: 'The Octocat' }, [spaced, hubot, twin])).toBe(spaced);
    // Two of one name are told apart by their ids.
    expect(message).toContain(`github:${hubot.id}`);
    expect(message).toContain(`github:${twin.id}`);
  });
});

describe('an account whose file cannot be read', () => {
  const hidden = hubot.id;
  const file = `/data/accounts/${hidden}.account`;
  const error = new StoreError('store_permissions', `the file ${file} can be read by others`, {
    hint: `fix it with: chmod 600 ${file}`,
  });
  const chooseBeside = (
    target: string | undefined,
    flags: AccountChoice,
    accounts: readonly AccountHead[],
    defaultAccount?: string,
  ) =>
    chooseAccount(target, flags, { accounts, problems: [{ file, error }] }, async () => ({
      providers: new Map(),
      ...(defaultAccount === undefined ? {} : { default_account: defaultAccount }),
    })).then(({ head }) => head);

  it('may be the one that is meant, so the other is not taken for the only one', async () => {
    const refused = await refusal(chooseBeside(undefined, {}, [octocat]));
    expect(refused).toMatchObject({
      code: 'store_unreadable_account',
      exitCode: 8,
      message: `the file ${file} can be read by others; it may be the account that you mean`,
      hint: `name the other one, github:octocat, or fix it with: chmod 600 ${file}`,
    });
  });

  it('is no hindrance when the target, --account or the configuration decide', async () => {
    expect(await chooseBeside('github', {}, [octocat])).toBe(octocat);
    expect(await chooseBeside(undefined, { host: new URL(octocat.issuer).host }, [octocat])).toBe(octocat);
    expect(await chooseBeside(undefined, { account: 'octocat' }, [octocat])).toBe(octocat);
    expect(await chooseBeside(undefined, {}, [octocat, enterprise], enterprise.id)).toBe(enterprise);
  });

  it('is meant when it is the default one', async () => {
    for (const target of [undefined, 'github']) {
      for (const accounts of [[octocat], [octocat, accountHead({ clientId: 'client-2' })]]) {
        const refused = await refusal(chooseBeside(target, {}, accounts, hidden));
        expect(refused.code).toBe('store_unreadable_account');
      }
    }
    expect(await chooseBeside('github', { account: 'octocat' }, [octocat], hidden)).toBe(octocat);
  });

  it('is named by its id, and then its own error is told', async () => {
    expect(await refusal(chooseBeside(undefined, { account: hidden }, [octocat]))).toBe(error);
  });

  it('may be the one of the target as well, when it claims to be of the same issuer', async () => {
    const claiming = (issuer: string) => ({
      accounts: [octocat],
      problems: [{ file, error, claims: { issuer, clientId: 'client' } }],
    });
    const none = async () => ({ providers: new Map() });
    const refused = await refusal(chooseAccount('github', {}, claiming(octocat.issuer), none));
    expect(refused.code).toBe('store_unreadable_account');
    expect((await chooseAccount('github', {}, claiming('https://issuer.example'), none)).head).toBe(octocat);
  });

  it('of another issuer is not meant by a target that nobody is signed in to', async () => {
    const claiming = (issuer: string) => ({
      accounts: [],
      problems: [{ file, error, claims: { issuer, clientId: 'client' } }],
    });
    const none = async () => ({ providers: new Map() });
    const refused = await refusal(chooseAccount('gitlab', {}, claiming(octocat.issuer), none));
    expect(refused.code).toBe('login_required');
    expect(await refusal(chooseAccount('github', {}, claiming(octocat.issuer), none))).toBe(error);
    expect(await refusal(chooseAccount(undefined, {}, claiming(octocat.issuer), none))).toBe(error);
  });

  it('that is only a foreign file among the accounts is none', async () => {
    const stored = { accounts: [octocat], problems: [{ file: '/data/accounts/notes.txt', error }] };
    expect((await chooseAccount(undefined, {}, stored, async () => ({ providers: new Map() }))).head).toBe(
      octocat,
    );
  });
});

describe('T02 what status calls an account', () => {
  const labelled = accountHead({ provider: 'work', issuer: 'https://sso.example:8443', label: 'GitLab' });

  it('means it, and so does the host of its issuer', async () => {
    expect(await choose('sso.example:8443', {}, [labelled, octocat])).toBe(labelled);
    const other = accountHead({ provider: 'work', issuer: 'https://sso.example', label: 'Work SSO' });
    expect(await choose('work sso', {}, [other, octocat])).toBe(other);
  });

  it('never takes the place of the provider of that name', async () => {
    expect((await refusal(choose('gitlab', {}, [labelled]))).code).toBe('login_required');
    expect((await refusal(choose('GitLab', {}, [labelled]))).code).toBe('login_required');
    const { code } = await refusal(choose('sso.example', { host: 'other.example' }, [labelled]));
    expect(code).toBe('usage_unknown_provider');
  });
});

describe('T02 a host that was named', () => {
  it('is not passed over because there is one account only', async () => {
    const error = await refusal(choose(undefined, { host: 'evil.example' }, [octocat]));
    expect(error.code).toBe('login_required');
    expect((await refusal(choose(undefined, { tenant: 'contoso' }, [octocat]))).code).toBe('login_required');
  });

  it('chooses among accounts without a target', async () => {
    expect(await choose(undefined, { host: 'GIT.example.com' }, [octocat, enterprise])).toBe(enterprise);
    expect(await choose(undefined, { host: 'github.com' }, [octocat, enterprise])).toBe(octocat);
  });

  it.each(['evil-git.example.com', 'git.example.com.evil.test', 'git.example.com:8443', 'example.com'])(
    'is not taken for %s',
    async (host) => {
      const error = await refusal(choose(undefined, { host }, [enterprise]));
      expect(error.code).toBe('login_required');
      expect((await refusal(choose('github', { host }, [enterprise]))).code).toBe('login_required');
    },
  );
});

describe('T32 names in messages', () => {
  it('cannot write to the terminal', async () => {
    const hostile = accountHead({ profile: { sub: '9', preferred_username: 'a\u001b]0;b\u0007c' } });
    const { message } = await refusal(choose(undefined, {}, [octocat, hostile]));
    const { hint } = await refusal(choose(undefined, { account: 'nobody' }, [octocat, hostile]));
    expect([message, hint]).toEqual([expect.stringMatching(/\bac$/), expect.stringMatching(/\bac$/)]);
    expect(message + hint).not.toMatch(/\p{Cc}/u);
  });
});
