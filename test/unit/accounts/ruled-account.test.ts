import { describe, expect, it } from 'vitest';
import { chooseAccount } from '../../../src/accounts/choose-account.ts';
import { OAuthLoginError } from '../../../src/ground/errors.ts';
import type { AccountRule, RuleSource } from '../../../src/settings/rules-that-hold.ts';
import { accountHead } from '../../support/account-head.ts';

const octocat = accountHead({ alias: 'play' });
const hubot = accountHead({ profile: { sub: '2', preferred_username: 'hubot', email: 'hubot@example.com' } });
const ada = accountHead({ provider: 'google', label: 'Google', issuer: 'https://accounts.google.com' });
const xman = accountHead({ provider: 'x', label: 'X', issuer: 'https://x.com' });
const accounts = [octocat, hubot, ada, xman];

const variable: RuleSource = { kind: 'variable' };
const work: RuleSource = { kind: 'directory', directory: '/work' };
const home: RuleSource = { kind: 'directory', directory: '/' };
const standing: RuleSource = { kind: 'default', provider: 'github' };
const rule = (account: string, source: RuleSource): AccountRule => ({ account, source });

async function chosen(target: string | undefined, rules: readonly AccountRule[], stored = accounts) {
  const none = async () => ({ providers: new Map() });
  const said = { rules, overall: async () => undefined };
  try {
    const { head, reason } = await chooseAccount(target, {}, { accounts: stored, problems: [] }, none, said);
    return [head.profile?.preferred_username, head.provider, reason.kind];
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return [error.code, error.exitCode, error.message, error.hint];
    }
    throw error;
  }
}

describe('the default account where no provider is named', () => {
  const chosenBy = async (account: string, target?: string) => {
    const none = async () => ({ providers: new Map(), default_account: account });
    try {
      return (await chooseAccount(target, {}, { accounts: [hubot], problems: [] }, none)).reason.kind;
    } catch (error) {
      return error instanceof OAuthLoginError ? error.code : undefined;
    }
  };

  it('stops the command when it is signed out, and says nothing about another provider', async () => {
    expect(await chosenBy('github:ghost')).toBe('account_signed_out');
    expect(await chosenBy('github:ghost', 'github')).toBe('account_signed_out');
    expect(await chosenBy('personal')).toBe('account_signed_out');
    expect(await chosenBy('google:ghost')).toBe('account_signed_out');
    expect(await chosenBy('google:ghost', 'github')).toBe('only');
    expect(await chosenBy('personal', 'github')).toBe('only');
    expect(await chosenBy('github:hubot')).toBe('only');
  });
});

describe('a rule of the user', () => {
  it('decides by its order: variable, directory, default', async () => {
    const rules = [
      rule('github:hubot', variable),
      rule('github:octocat', work),
      rule('github:play', standing),
    ];
    expect(await chosen('github', rules)).toEqual(['hubot', 'github', 'variable']);
    expect(await chosen('github', rules.slice(1))).toEqual(['octocat', 'github', 'directory']);
    expect(await chosen('github', rules.slice(2))).toEqual(['octocat', 'github', 'default']);
    expect(await chosen(undefined, rules)).toEqual(['hubot', 'github', 'variable']);
  });

  it('names an account by everything that is a name', async () => {
    for (const name of ['github:HUBOT', 'github:hubot@example.com', `github:${hubot.id}`, hubot.id]) {
      expect(await chosen('github', [rule(name, work)])).toEqual(['hubot', 'github', 'directory']);
    }
    expect(await chosen('github', [rule('play', variable)])).toEqual(['octocat', 'github', 'variable']);
    expect(await chosen('x', [rule('twitter:octocat', work)])).toEqual(['octocat', 'x', 'directory']);
  });

  it('for another provider is none', async () => {
    const rules = [rule('google:octocat', work), rule('github:hubot', home)];
    expect(await chosen('github', rules)).toEqual(['hubot', 'github', 'directory']);
    expect(await chosen('google', rules)).toEqual(['octocat', 'google', 'directory']);
    expect(await chosen('x', rules)).toEqual(['octocat', 'x', 'only']);
    expect(await chosen('x', [rule('play', variable)])).toEqual(['octocat', 'x', 'only']);
    expect(await chosen('x', [rule('play', standing)])).toEqual(['octocat', 'x', 'only']);
  });

  it('does not outweigh the name of an account', async () => {
    expect(await chosen('play', [rule('github:hubot', variable)])).toEqual(['octocat', 'github', 'named']);
  });

  it('whose account is signed out stops the command, and nobody takes the place', async () => {
    for (const [source, text] of [
      [variable, 'OAUTH_LOGIN_ACCOUNT names'],
      [work, '/work means'],
      [standing, 'the default account is'],
    ] as const) {
      for (const target of ['github', 'GitHub', ...(source.kind === 'default' ? [] : [undefined])]) {
        const [code, exitCode, message, hint] = await chosen(
          target,
          [rule('github:ghost', source)],
          [octocat],
        );
        expect([code, exitCode]).toEqual(['account_signed_out', 4]);
        expect(message).toBe(`${text} github:ghost, which is not signed in under that name`);
        expect(hint).toContain(
          'sign in with: oauth-login github --login-hint ghost (if you gave that name with --as: oauth-login github --as ghost); or choose another: ',
        );
      }
    }
    // A name of --as tells no provider, so it may be meant for any.
    expect((await chosen('google', [rule('ghost', variable)]))[0]).toBe('account_signed_out');
    // An alias of the provider's name does not hide that the rule is for it.
    expect((await chosen('x', [rule('twitter:ghost', work)]))[0]).toBe('account_signed_out');
    expect(await chosen('google', [rule('github:ghost', work)])).toEqual(['octocat', 'google', 'only']);
  });

  it('that means several accounts lists them', async () => {
    const twins = [octocat, accountHead({ clientId: 'client-2' })];
    const [code, exitCode] = await chosen('github', [rule('github:octocat', work)], twins);
    expect([code, exitCode]).toEqual(['usage_ambiguous_account', 2]);
    const both = [rule('github:octocat', work), rule('google:octocat', work)];
    expect((await chosen(undefined, both))[2]).toBe(
      '/work means more than one account: github:octocat, google:octocat',
    );
  });
});
