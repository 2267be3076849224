import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findPreset, presetAliases } from '../../../src/providers/catalogue.ts';
import { unfilledTemplate } from '../../../src/providers/filled-templates.ts';
import { providerFile, providerFileSchema } from '../../../src/providers/provider-file.ts';
import { groups } from '../../../src/providers/provider-groups.ts';
import { providerIndex } from '../../../src/providers/provider-index.ts';
import { quirks } from '../../../src/providers/quirk.ts';
import { isAccepted } from '../../support/json-schema.ts';
import { oauth1Fixtures, providerFixtures } from '../../support/provider-fixture.ts';

const root = new URL('../../../', import.meta.url);
const names = readdirSync(new URL('providers', root)).map((file) => file.replace(/\.json$/, ''));
const read = (name: string) => JSON.parse(readFileSync(new URL(`providers/${name}.json`, root), 'utf8'));
const schema = JSON.parse(readFileSync(new URL('schema/provider.schema.json', root), 'utf8'));

/** The domains of a provider besides those of its authorization and token endpoint, as its fixture knows them. */
const moreDomains = new Map(
  [...providerFixtures(), ...oauth1Fixtures()].map(([name, { domains }]) => [name, domains ?? []]),
);

/** The part of a host that is registered: two labels, or three below a suffix such as co.uk. */
function domainOf(address: string): string {
  const labels = new URL(address).hostname.split('.');
  const isLong = /^(?:co|com|org|net|gov|edu|ac)$/.test(labels.at(-2) ?? '') && labels.at(-1)?.length === 2;
  return labels.slice(isLong ? -3 : -2).join('.');
}

function addressesIn(value: unknown): string[] {
  const found: string[] = [];
  JSON.stringify(value, (_, text) => {
    if (typeof text === 'string' && /^[a-z]+:\/\//.test(text)) {
      found.push(text);
    }
    return text;
  });
  return found;
}

describe('schema/provider.schema.json', () => {
  it('is the one that the description gives (npm run schema writes it)', () => {
    expect(schema).toEqual(JSON.parse(JSON.stringify(providerFileSchema())));
  });

  it('has a sentence for every member', () => {
    const without: string[] = [];
    JSON.stringify(schema, (key, value) => {
      if (key === 'properties') {
        for (const [name, member] of Object.entries<{ description?: string }>(value)) {
          if (!/^.{5,}[.]$/.test(member.description ?? '')) {
            without.push(name);
          }
        }
      }
      return value;
    });
    expect(without).toEqual([]);
  });
});

describe('every provider file', () => {
  it('is what the description asks for, for the program and for an editor', () => {
    expect(names.length).toBeGreaterThan(9);
    for (const name of names) {
      const file = read(name);
      expect(providerFile.check(file, [name])).toBeUndefined();
      expect(isAccepted(file, schema), name).toBe(true);
      expect(file.$schema, name).toBe('../schema/provider.schema.json');
    }
  });

  it('has a name of its own, among the aliases too', () => {
    const all = providerIndex().flatMap(({ name, aliases }) => [name, ...aliases]);
    expect(all.length).toBe(new Set(all).size);
    for (const [alias, name] of presetAliases()) {
      expect(findPreset(alias)?.name).toBe(name);
    }
    for (const name of names) {
      expect(name).toMatch(/^(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9][a-z0-9-]*$/);
    }
    const labels = names.map((name) => read(name).label);
    expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
  });

  it('sends nothing to a host that is not its own', () => {
    const foreign = names.flatMap((name) => {
      const {
        issuer,
        endpoints = {},
        profile,
        api_origins,
        revocation,
        token_request,
        oauth1,
        registration,
        review_page,
      } = read(name);
      const { authorization_uri, token_uri } =
        endpoints.authorization_endpoint === undefined ? (oauth1 ?? {}) : {};
      const home = [
        endpoints.authorization_endpoint ?? authorization_uri ?? issuer,
        endpoints.token_endpoint ?? token_uri,
      ].filter((address) => address !== undefined && !address.includes('{host}'));
      const own = new Set([...home.map(domainOf), ...(moreDomains.get(name) ?? [])]);
      return addressesIn([
        endpoints,
        profile.url,
        profile.emails,
        api_origins,
        revocation,
        token_request,
        oauth1,
        registration?.page,
        review_page,
      ])
        .filter((address) => !/^https:\/\/[^/]*\{host\}/.test(address) && !own.has(domainOf(address)))
        .map((address) => `${name}: ${address}`);
    });
    expect(foreign).toEqual([]);
  });

  it('has no template that nobody fills', () => {
    for (const name of names) {
      expect(unfilledTemplate(read(name)), name).toBeUndefined();
    }
  });

  it('has nothing left to be filled in', () => {
    for (const name of names) {
      expect(JSON.stringify(read(name)), name).not.toContain('TODO');
    }
  });

  it('says where its doubts are', () => {
    for (const name of names) {
      const { confidence, doubts } = read(name);
      if (confidence === 'C') {
        expect(doubts?.length ?? 0, name).toBeGreaterThan(0);
      }
    }
  });

  it('T64 asks for no scope that changes anything, where the provider has a smaller one', () => {
    const broad = names.filter((name) =>
      read(name).scopes.some((scope: string) =>
        /write|admin|manage|delete|full_access|^all(?:$|[.-])|\*/i.test(scope),
      ),
    );
    // Each of these gives access to everything or to nothing.
    expect(broad).toEqual(['close', 'databricks', 'frappe', 'mendeley', 'redbooth', 'sage']);
  });

  it('T64 asks for no more than reading with OAuth 1.0a', () => {
    const asked = names.flatMap((name) => {
      const { authorization_parameters: at = {}, temporary_credential_parameters: before = {} } =
        read(name).oauth1 ?? {};
      const power = at.perms ?? at.Permissions ?? at.scope ?? before.scope ?? before.scopes;
      return power === undefined ? [] : [power];
    });
    expect(asked.toSorted()).toEqual(['Read', 'email', 'read', 'read,account', 'read_public']);
  });

  it('tells a newcomer what to register', () => {
    for (const name of names) {
      const { registration } = read(name);
      expect(registration.steps.length, name).toBeGreaterThanOrEqual(4);
      expect(registration.steps.join(' '), name).toContain('{redirect_uri}');
    }
  });
});

describe('the index', () => {
  it('has a row for every file, in one of the groups', () => {
    expect(providerIndex().map(({ name }) => name)).toEqual([...names].sort());
    for (const { name, group } of providerIndex()) {
      expect(groups, name).toContain(group);
    }
  });

  it('knows the hosts of those that have one, and none of those that people host themselves', () => {
    const rows = new Map(providerIndex().map((row) => [row.name, row]));
    expect(rows.get('figma')?.hosts).toEqual(['www.figma.com', 'api.figma.com']);
    expect(rows.get('forgejo')).toMatchObject({ hosts: [], abilities: ['host', 'no secret'] });
  });
});

describe('what a typo is answered with', () => {
  const change = (edit: (file: Record<string, unknown> & ReturnType<typeof read>) => void) => {
    const file = read('heroku');
    edit(file);
    return file;
  };

  it.each([
    [
      'a member that does not exist',
      change((file) => (file.lable = 'Heroku')),
      ['lable'],
      /^is not a key; did you mean label\?$/,
    ],
    ['a missing member', change((file) => delete file.scopes), [], /^has no scopes; expected a list/],
    [
      'plain http',
      change((file) => (file.endpoints.token_endpoint = 'http://id.heroku.com/oauth/token')),
      ['endpoints', 'token_endpoint'],
      /^expected an https URL/,
    ],
    [
      'a template that nobody knows',
      change((file) => (file.endpoints.token_endpoint = 'id.heroku.com')),
      ['endpoints', 'token_endpoint'],
      /https URL/,
    ],
    ['a choice', change((file) => (file.pkce = 'requierd')), ['pkce'], /did you mean required\?$/],
    [
      'a quirk that nobody handles',
      change((file) => (file.quirks = ['error-objekt'])),
      ['quirks', 0],
      /did you mean error-object\?$/,
    ],
    ['a text for a list', change((file) => (file.scopes = 'identity')), ['scopes'], /^expected a list/],
    [
      'a port below those that anybody may listen on',
      change((file) => (file.redirect.port = 80)),
      ['redirect', 'port'],
      /^expected "any", or a whole number between 1024 and 65535$/,
    ],
    [
      'a name that means something to objects',
      JSON.parse(
        JSON.stringify(change((file) => (file.parameters = {}))).replace(
          '"parameters":{}',
          '"parameters":{"__proto__":"x"}',
        ),
      ),
      ['parameters', '__proto__'],
      /not allowed as the name of a key/,
    ],
    [
      'two ways to take a token back',
      change((file) => (file.revocation = { kind: 'rfc7009', url: 'https://a.test' })),
      ['revocation', 'url'],
      /^is not a key/,
    ],
    ['no object at all', [], [], /^expected an object$/],
  ])('%s', (_, file, path, what) => {
    const fault = providerFile.check(file, []);
    expect(fault).toMatchObject({ path, what: expect.stringMatching(what) });
    expect(isAccepted(file, schema)).toBe(false);
  });
});

describe('every quirk', () => {
  it.each(quirks)('%s is handled somewhere', (quirk) => {
    const folder = fileURLToPath(new URL('src/', root));
    const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(`${folder}/${path}`, 'utf8'));
    expect(sources.filter((source) => source.includes(`includes('${quirk}')`)).length).toBeGreaterThan(0);
  });
});
