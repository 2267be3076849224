import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/ground/errors.ts';
import { expandProvider } from '../../../src/providers/expand.ts';
import { github, gitlab, google, microsoft } from '../../support/presets.ts';

const urlOf = (host?: string) => expandProvider(github, host === undefined ? {} : { host }).profile.url;

describe('self-hosted providers', () => {
  it('finds the API of GitHub by the kind of host', () => {
    expect(urlOf()).toBe('https://api.github.com/user');
    expect(urlOf('octo.ghe.com')).toBe('https://api.octo.ghe.com/user');
    expect(urlOf('github.example.com')).toBe('https://github.example.com/api/v3/user');
    expect(urlOf('notghe.com')).toBe('https://notghe.com/api/v3/user');
  });

  it('fills every string, the issuer and the registration page included', () => {
    const provider = expandProvider(gitlab, { host: 'git.example.com:8443' });
    expect(provider.issuer).toBe('https://git.example.com:8443');
    expect(provider.endpoints.token_endpoint).toBe('https://git.example.com:8443/oauth/token');
    expect(provider.registration?.page).toBe('https://git.example.com:8443/-/user_settings/applications');
    expect(provider.label).toBe('GitLab (git.example.com:8443)');
  });

  it('takes the default port for what it is', () => {
    expect(expandProvider(gitlab, { host: 'git.example.com:443' }).issuer).toBe('https://git.example.com');
  });

  it('changes nothing the second time', () => {
    const once = expandProvider(github, { host: 'GitHub.Example.com' });
    expect(expandProvider(once)).toEqual(once);
    expect(once.hosts?.default).toBe('github.example.com');
  });

  it('leaves the preset itself alone', () => {
    const before = JSON.stringify(github);
    expandProvider(github, { host: 'github.example.com' });
    expect(JSON.stringify(github)).toBe(before);
  });

  it.each([
    'https://github.example.com',
    'github.example.com/path',
    'user@github.example.com',
    'user:secret@github.example.com',
    'github.example.com?x',
    'github.example.com#x',
    'github.example.com\\@evil.test',
    'github.example.com:',
    'github.example.com:99999',
    'githüb.example.com',
    'a b',
    '-a.example',
    'a..example',
    '0x7f.1',
    '2130706433',
    '',
    '{host}',
    `${'a'.repeat(64)}.example`,
  ])('refuses %j as a host', (host) => {
    expect(() => expandProvider(github, { host })).toThrow(UsageError);
  });

  it('refuses --host where there is only one host', () => {
    expect(() => expandProvider(google, { host: 'google.example' })).toThrow(UsageError);
  });
});

describe('tenants', () => {
  it('takes common unless one is given', () => {
    expect(expandProvider(microsoft).issuer).toBe('https://login.microsoftonline.com/common/v2.0');
    expect(expandProvider(microsoft, { tenant: 'Contoso.com' }).endpoints.token_endpoint).toBe(
      'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token',
    );
  });

  it('accepts ID Tokens of that tenant only when it is given by its id', () => {
    const tenant = '9188040d-6c67-4c5b-b112-36a304b66dad';
    expect(expandProvider(microsoft, { tenant }).idTokenIssuers).toEqual([
      `https://login.microsoftonline.com/${tenant}/v2.0`,
    ]);
    expect(expandProvider(microsoft).idTokenIssuers).toEqual([
      'https://login.microsoftonline.com/{tenantid}/v2.0',
    ]);
  });

  it.each(['../common', 'a/b', 'a?b', '', 'ä', '.', 'a b'])('refuses %j as a tenant', (tenant) => {
    expect(() => expandProvider(microsoft, { tenant })).toThrow(UsageError);
  });

  const pool = { ...microsoft, issuer: 'https://{host}/{tenant}', tenantNames: 'exact', tenant: '' } as const;

  it('keeps the letters of a tenant whose names are exact, and needs one', () => {
    expect(expandProvider(pool, { tenant: 'eu-west-2_mQWq' }).issuer).toContain('/eu-west-2_mQWq');
    expect(() => expandProvider(pool)).toThrow('needs the ID of your tenant');
    expect(() => expandProvider(microsoft, { tenant: 'eu-west-2_mQWq' })).toThrow(UsageError);
  });

  it.each(['../a', 'a/b', 'a?b', '_a', 'ä', '.', 'a b'])('refuses %j as an exact tenant', (tenant) => {
    expect(() => expandProvider(pool, { tenant })).toThrow('--tenant is not the ID of a tenant');
  });

  it('refuses --tenant where there are none', () => {
    expect(() => expandProvider(github, { tenant: 'common' })).toThrow(UsageError);
  });
});
