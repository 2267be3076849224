import { describe, expect, it } from 'vitest';
import { catalogue, findPreset } from '../../../src/providers/catalogue.ts';
import { expandProvider } from '../../../src/providers/expand.ts';
import { apiOrigins } from '../../../src/providers/origins.ts';

const of = (name: string, place = {}) => {
  const provider = findPreset(name);
  if (provider === undefined) {
    throw new Error(`there is no preset ${name}`);
  }
  return apiOrigins(expandProvider(provider, place), false);
};

describe('T02 the origins a token may be sent to', () => {
  it('are exact https origins for every preset, never the one people sign in at alone', () => {
    for (const name of catalogue.keys()) {
      const preset = findPreset(name);
      const origins = of(name, {
        ...(preset?.hosts?.default === '' ? { host: 'git.example.com' } : {}),
        ...(preset?.tenant === '' ? { tenant: preset.tenantNames === 'exact' ? 'Acme_1' : 'acme-1' } : {}),
      });
      expect(origins.length, name).toBeGreaterThan(0);
      for (const origin of origins) {
        expect(new URL(origin).origin).toBe(origin);
        expect(origin).toMatch(/^https:\/\/[a-z0-9.-]+$/);
      }
    }
  });

  it.each([
    ['github', {}, ['https://api.github.com']],
    ['github', { host: 'octo.ghe.com' }, ['https://api.octo.ghe.com']],
    ['github', { host: 'git.example.com:8443' }, ['https://git.example.com:8443']],
    ['gitlab', { host: 'git.example.com' }, ['https://git.example.com']],
    ['microsoft', {}, ['https://graph.microsoft.com']],
    ['facebook', {}, ['https://graph.facebook.com']],
    ['x', {}, ['https://api.x.com']],
  ])('of %s %j are %j', (name, place, expected) => {
    expect(of(name, place)).toEqual(expected);
  });

  it('hold the UserInfo endpoint, and plain http only for an allowed loopback address', () => {
    const provider = {
      apiOrigins: [
        'http://127.0.0.1:8080',
        'http://localhost:8080',
        'http://api.example.com',
        'not an address',
      ],
      endpoints: { userinfo_endpoint: 'https://login.example.com/userinfo?x' },
    };
    expect(apiOrigins(provider, false)).toEqual(['https://login.example.com']);
    expect(apiOrigins(provider, true)).toEqual([
      'http://127.0.0.1:8080',
      'http://localhost:8080',
      'https://login.example.com',
    ]);
    expect(apiOrigins({ endpoints: {} }, true)).toEqual([]);
  });
});
