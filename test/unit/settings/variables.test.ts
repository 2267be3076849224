import { describe, expect, it } from 'vitest';
import { loginSettings } from '../../../src/settings/login-settings.ts';
import { suppliedToken } from '../../../src/settings/supplied-token.ts';
import { providerVariable, tokenVariables } from '../../../src/settings/variables.ts';

describe('T02 a variable that holds another kind of token', () => {
  const env = {
    OAUTH_LOGIN_GITHUB_TOKEN: 'access',
    OAUTH_LOGIN_GITHUB_REFRESH_TOKEN: 'refresh',
    OAUTH_LOGIN_GITHUB_SUBJECT_TOKEN: 'subject',
  };

  it.each(['github-refresh', 'github_refresh', 'github.subject'])('is no access token of %s', (provider) => {
    expect(providerVariable(env, provider, 'TOKEN')).toBeUndefined();
  });

  it('is not listed among the access tokens', () => {
    expect(tokenVariables(env)).toEqual(['OAUTH_LOGIN_GITHUB_TOKEN']);
  });

  it('is read as what it is', () => {
    expect(providerVariable(env, 'github', 'TOKEN')).toBe('access');
    expect(providerVariable(env, 'github', 'REFRESH_TOKEN')).toBe('refresh');
    expect(providerVariable(env, 'github', 'SUBJECT_TOKEN')).toBe('subject');
  });
});

describe('a line break at the end of a variable', () => {
  const settings = (env: Record<string, string>, flags = {}) =>
    loginSettings('github', flags, env, { providers: new Map() });
  const all = ['TOKEN', 'CLIENT_ID', 'CLIENT_SECRET', 'REFRESH_TOKEN', 'SUBJECT_TOKEN'] as const;

  it.each(['\n', '\r\n'])('does not count (%j)', (end) => {
    for (const setting of all) {
      const env = { [`OAUTH_LOGIN_GITHUB_${setting}`]: `a value${end}` };
      expect(providerVariable(env, 'github', setting)).toBe('a value');
    }
    const env = { OAUTH_LOGIN_GITHUB_TOKEN: `gho_1${end}` };
    expect(suppliedToken('github', { env })?.token.reveal()).toBe('gho_1');
    const client = { OAUTH_LOGIN_GITHUB_CLIENT_ID: `id${end}`, OAUTH_LOGIN_GITHUB_CLIENT_SECRET: `s${end}` };
    expect(settings(client).clientId).toBe('id');
    expect(settings(client).clientSecret?.reveal()).toBe('s');
    expect(settings({ OAUTH_LOGIN_STORE: `file${end}` }).store).toBe('file');
  });

  it('alone is a variable that is not set', () => {
    const env = { OAUTH_LOGIN_GITHUB_TOKEN: '\n' };
    expect(tokenVariables(env)).toEqual([]);
    expect(suppliedToken('github', { env })).toBeUndefined();
  });

  it('counts when there are two', () => {
    expect(() => suppliedToken('github', { env: { OAUTH_LOGIN_GITHUB_TOKEN: 'gho_1\n\n' } })).toThrow(
      'does not hold a token',
    );
  });

  it.each(['s\n\n', 'a\nb', 'ümlaut', 'tab\t'])(
    'is no part of a client secret, and nothing else unprintable is (%j)',
    (secret) => {
      const env = { OAUTH_LOGIN_GITHUB_CLIENT_SECRET: secret };
      expect(() => settings(env)).toThrow(
        'OAUTH_LOGIN_GITHUB_CLIENT_SECRET holds more than one line of printable ASCII text',
      );
      expect(settings(env, { clientSecretFile: 'of-the-flag' }).clientSecret).toBeUndefined();
    },
  );
});
