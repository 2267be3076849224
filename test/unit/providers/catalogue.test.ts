import { describe, expect, it, vi } from 'vitest';
import { catalogue, findPreset, presetAliases } from '../../../src/providers/catalogue.ts';
import { expandProvider } from '../../../src/providers/expand.ts';
import { openidProvider } from '../../../src/providers/openid.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { resolveProvider } from '../../../src/providers/resolve.ts';

vi.mock('oauth4webapi', () => {
  throw new Error('a preset needs no protocol library to be resolved');
});

const nameGrammar = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** The registrable domains a preset may send anything to. */
const domains: Record<string, readonly string[]> = {
  github: ['github.com', 'ghcr.io'],
  google: ['google.com', 'googleapis.com'],
  facebook: ['facebook.com'],
  x: ['x.com'],
  gitlab: ['gitlab.com'],
  microsoft: ['microsoftonline.com', 'microsoft.com'],
  twitch: ['twitch.tv'],
};

/** Those that come first; `provider-file.test.ts` looks at the others. */
const presets = [...catalogue.values()]
  .filter(({ name }) => name in domains)
  .map((provider) => [provider.name, provider] as const);

/** Every text of the preset that is an address, but for the homepage GitHub wants filled in. */
function addressesOf(provider: Provider): string[] {
  const { registration, notes, hosts, ...rest } = expandProvider(provider);
  void notes;
  void hosts;
  const texts: string[] = [];
  JSON.stringify([rest, registration?.page], (_, value) => {
    if (typeof value === 'string' && /^[a-z]+:\/\//.test(value)) {
      texts.push(value);
    }
    return value;
  });
  return texts;
}

async function noNetwork(): Promise<Response> {
  throw new Error('a preset needs no network to be resolved');
}

describe('the catalogue', () => {
  it('begins with the seven that are asked for most; the others follow by name', () => {
    const names = ['github', 'google', 'facebook', 'x', 'gitlab', 'microsoft', 'twitch'];
    expect([...catalogue.keys()].slice(0, 7)).toEqual(names);
    const others = [...catalogue.keys()].slice(7);
    expect(others).toEqual([...others].sort());
  });

  it('gives the preset for an alias, and no alias hides a preset', () => {
    expect(findPreset('twitter')).toBe(catalogue.get('x'));
    for (const [alias, name] of presetAliases()) {
      expect(catalogue.has(alias)).toBe(false);
      expect(catalogue.has(name)).toBe(true);
    }
  });

  it.each(presets)('%s stands under its own name, which fits files and variables (T41)', (name, provider) => {
    expect(provider.name).toBe(name);
    expect(name).toMatch(nameGrammar);
    expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d)$/);
  });

  it.each(presets)('%s has https addresses only, all of them its own', (name, provider) => {
    const addresses = addressesOf(provider);
    expect(addresses.length).toBeGreaterThanOrEqual(4);
    for (const address of addresses) {
      const url = new URL(address);
      expect(url.protocol, address).toBe('https:');
      const own = (domains[name] ?? []).some(
        (domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`),
      );
      expect(own, address).toBe(true);
    }
  });

  it.each(presets)('%s leaves no template open that nobody would fill', (_, provider) => {
    const open = JSON.stringify(expandProvider(provider)).match(/\{[a-z_]+\}/g) ?? [];
    const later = ['{redirect_uri}', '{client_id}', '{sub}', '{access_token}', '{tenantid}', '{host}'];
    expect(open.filter((template) => !later.includes(template))).toEqual([]);
    const { hosts, ...rest } = expandProvider(provider);
    void hosts;
    expect(JSON.stringify(rest)).not.toContain('{host}');
  });

  it.each(presets)('%s is resolved without network and without the protocol library', async (_, provider) => {
    const resolved = await resolveProvider(expandProvider(provider), {
      fetch: noNetwork,
      allowHttpLoopback: false,
    });
    expect(resolved.metadata.issuer).toBe(resolved.issuer);
    expect(resolved.metadata.token_endpoint).toBe(resolved.endpoints.token_endpoint);
    expect(resolved.discovered).toEqual([]);
  });

  it.each(presets)('%s never goes without PKCE, and asks for a profile it can read', (_, provider) => {
    expect(['optional', 'required', 'insteadOfSecret']).toContain(provider.pkce);
    expect(provider.profile.url ?? provider.endpoints.userinfo_endpoint).toBeDefined();
    if (provider.scopes.includes('openid')) {
      expect(provider.endpoints.jwks_uri).toBeDefined();
    }
  });

  it.each(presets)('%s tells a newcomer what to register', (_, provider) => {
    const { registration } = provider;
    expect(registration?.steps.length).toBeGreaterThanOrEqual(4);
    expect(registration?.steps.join(' ')).toContain('{redirect_uri}');
    for (const sentence of [...(registration?.steps ?? []), ...provider.notes]) {
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
  });

  it.each(['x', 'twitch'])('fixes the port of %s between the well-known and the ephemeral ones', (name) => {
    const port = Number(catalogue.get(name)?.redirect.port);
    expect(port).toBeGreaterThan(1023);
    expect(port).toBeLessThan(32768);
  });

  it.each(presets)('%s says what its device grant needs, if it has one (T31)', (name, provider) => {
    const { device, endpoints } = expandProvider(provider);
    expect(device !== undefined).toBe(endpoints.device_authorization_endpoint !== undefined);
    for (const host of device?.verificationHosts ?? []) {
      const own = domains[name]?.some((domain) => host === domain || host.endsWith(`.${domain}`));
      expect(own, host).toBe(true);
    }
    for (const sentence of device?.steps ?? []) {
      expect(sentence).toMatch(/^[A-Z].*\.$/);
    }
    for (const { hint } of device?.refusals ?? []) {
      expect(hint).toMatch(/[^.]$/);
    }
  });
});

describe('T42 inherited keys are no providers', () => {
  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('%s is unknown', (name) => {
    expect(findPreset(name)).toBeUndefined();
  });
});

describe('a provider for any issuer', () => {
  it('asks for a refresh token with consent, as many servers drop it otherwise', () => {
    const provider = openidProvider('work', 'Work', 'https://login.example.com');
    expect(provider.offlineAccess).toEqual({
      scopes: ['offline_access'],
      onlyListedScopes: true,
      consentParameters: { prompt: 'consent' },
    });
    expect(provider.discovery).toBe('any');
  });
});
