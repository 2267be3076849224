import { describe, expect, it } from 'vitest';
import { providerOfAccount } from '../../../src/accounts/account-provider.ts';
import type { Configuration, ProviderConfiguration } from '../../../src/settings/configuration.ts';
import { accountHead } from '../../support/account-head.ts';

const configured = (providers: Record<string, ProviderConfiguration>): Configuration => ({
  providers: new Map(Object.entries(providers)),
});

const own = accountHead({
  provider: 'work-sso',
  label: 'Work',
  issuer: 'https://sso.example.com',
  endpoints: { token_endpoint: 'https://sso.example.com/token' },
});

describe('the provider of a stored account', () => {
  it('is its row of the catalogue, on the host it was signed in to', () => {
    const hosted = accountHead({
      provider: 'git.example.com',
      preset: 'github',
      host: 'git.example.com',
      issuer: 'https://git.example.com/login/oauth',
    });
    const provider = providerOfAccount(hosted, configured({}));
    expect(provider.profile.url).toBe('https://git.example.com/api/v3/user');
    expect(provider.name).toBe('git.example.com');
  });

  it('has the endpoints of the sign-in, whatever the configuration says now', () => {
    const moved = configured({
      'work-sso': {
        issuer: 'https://sso.example.com',
        endpoints: { token_endpoint: 'https://evil.example/token' },
      },
    });
    expect(providerOfAccount(own, moved).metadata.token_endpoint).toBe('https://sso.example.com/token');
  });

  it('has what is set for its issuer, where that is named by its address only', () => {
    const host = accountHead({ ...own, provider: 'sso.example.com' });
    const trusting = configured({ 'sso.example.com': { trusted_audiences: ['api'] } });
    expect(providerOfAccount(host, trusting).trustedAudiences).toEqual(['api']);
  });

  it.each([
    ['is gone', configured({})],
    ['has lost its issuer', configured({ 'work-sso': { client_id: 'x' } })],
    ['has become another one', configured({ 'work-sso': { issuer: 'https://other.example' } })],
    ['names no preset any more', configured({ 'work-sso': { preset: 'nothing' } })],
  ])('is what the account says when its configuration %s', (_subject, configuration) => {
    const provider = providerOfAccount(own, configuration);
    expect(provider).toMatchObject({
      name: 'work-sso',
      label: 'Work',
      issuer: 'https://sso.example.com',
      metadata: { token_endpoint: 'https://sso.example.com/token' },
    });
  });
});
