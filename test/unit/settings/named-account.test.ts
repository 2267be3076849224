import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/ground/errors.ts';
import { accountAlias } from '../../../src/settings/account-alias.ts';
import { readNamedAccount, withNamedAccount } from '../../../src/settings/named-account.ts';

describe('a target that names an account', () => {
  it.each([
    ['github:octocat', 'github', 'octocat'],
    ['GitHub:Octocat', 'github', 'Octocat'],
    ['github:ada@example.com', 'github', 'ada@example.com'],
    ['google:Ada Lovelace', 'google', 'Ada Lovelace'],
    ['github:583', 'github', '583'],
    ['login.example.com:ada', 'login.example.com', 'ada'],
    ['127.0.0.1-8080:ada', '127.0.0.1-8080', 'ada'],
    ['acme:auth0|5f:7', 'acme', 'auth0|5f:7'],
    ['acme:https://people.example/ada', 'acme', 'https://people.example/ada'],
  ])('is read: %s', (text, provider, account) => {
    expect(readNamedAccount(text)).toEqual({ provider, account });
  });

  it.each([
    'github',
    'github:',
    ':octocat',
    'github: ',
    'https://github.com',
    'http://localhost:8080/realms/a',
    'git@github.com:octo/cat.git',
    'github.com:octo/cat',
    'git.example.com:8443',
    'localhost:8080',
    '127.0.0.1:8080',
    '[::1]:8080',
    'api.example.com:443/v1',
  ])('is none: %s', (text) => {
    expect(readNamedAccount(text)).toBeUndefined();
    expect(withNamedAccount(text, {})).toEqual([text, {}]);
  });

  it('names no second account', () => {
    expect(withNamedAccount('github:ada', { account: 'Ada' })).toEqual(['github', { account: 'ada' }]);
    expect(() => withNamedAccount('github:ada', { account: 'grace' })).toThrow(UsageError);
    expect(withNamedAccount(undefined, { account: 'grace' })).toEqual([undefined, { account: 'grace' }]);
  });
});

describe('the name that --as gives', () => {
  const configuration = { providers: new Map([['acme', {}]]) };

  it('is kept in small letters', () => {
    expect(accountAlias('Personal', configuration)).toBe('personal');
    expect(accountAlias('my.work_2-b', configuration)).toBe('my.work_2-b');
  });

  it.each([
    '',
    '.',
    '-x',
    'x-',
    'a b',
    '../x',
    'a/b',
    'a:b',
    'a\u0007',
    'а',
    'con',
    'NUL.txt',
    'x'.repeat(65),
    'de89bd7c6825ede37e374bdc7b89165c',
  ])('is harmless to a terminal and as the name of a file: not %j', (text) => {
    expect(() => accountAlias(text, configuration)).toThrow('cannot be the name of an account');
  });

  it('is no name of a provider', () => {
    for (const name of ['github', 'Acme', 'x']) {
      expect(() => accountAlias(name, configuration)).toThrow('is the name of a provider');
    }
  });
});
