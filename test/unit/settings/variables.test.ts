import { describe, expect, it } from 'vitest';
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
