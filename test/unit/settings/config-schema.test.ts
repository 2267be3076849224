import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '../../../src/ground/errors.ts';
import { reservedParameters } from '../../../src/protocol/reserved-parameters.ts';
import { readConfiguration } from '../../../src/settings/configuration.ts';
import { configurationSchema } from '../../../src/settings/configuration-description.ts';
import { isAccepted } from '../../support/json-schema.ts';

const root = new URL('../../../', import.meta.url);
const schema = JSON.parse(readFileSync(new URL('schema/config.schema.json', root), 'utf8'));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-login-schema-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What the program says of the document: nothing, or what is wrong with it. */
async function complaint(source: string): Promise<string | undefined> {
  writeFileSync(join(directory, 'config.json'), source);
  try {
    await readConfiguration({ configDir: directory, dataDir: directory });
    return undefined;
  } catch (error) {
    if (error instanceof ConfigurationError && error.code === 'config_invalid_file') {
      return error.message;
    }
    throw error;
  }
}

/** The keys that the program names when it meets one it does not know. */
async function keysKnownAt(wrap: (entry: object) => object): Promise<string[]> {
  const message = await complaint(JSON.stringify(wrap({ 'no-such-key': 'x' })));
  const [, list] = /expected one of (.+)$/.exec(message ?? '') ?? [];
  expect(list, message).toBeDefined();
  return (list ?? '').split(', ').sort();
}

const provider = schema.properties.providers.additionalProperties.properties;

it('is the schema that the description gives (npm run schema writes it)', () => {
  expect(schema).toEqual(JSON.parse(JSON.stringify(configurationSchema())));
});

describe('the schema of the configuration file has the keys of the program, no more and no fewer', () => {
  it.each([
    ['at the top', schema.properties, (entry: object) => entry],
    ['of a provider', provider, (entry: object) => ({ providers: { work: entry } })],
    [
      'of endpoints',
      provider.endpoints.properties,
      (entry: object) => ({ providers: { work: { endpoints: entry } } }),
    ],
  ])('%s', async (_, properties, wrap) => {
    expect(Object.keys(properties).sort()).toEqual(await keysKnownAt(wrap));
  });
});

const work = (entry: object) => ({ providers: { work: entry } });

const good: readonly object[] = [
  {},
  { $schema: './config.schema.json', store: 'keychain', default_account: 'github:octocat' },
  { store: 'passphrase', providers: {} },
  {
    default_accounts: { github: 'octocat' },
    directories: { '/work': 'github:ada', 'C:\\w': ['github:a', 'x:b'] },
  },
  { directories: { '/': 'play' } },
  { log_releases: true },
  { log_releases: false },
  { store: 'file' },
  { providers: { 'a.b_c-9': {}, ['x'.repeat(64)]: {} } },
  work({ preset: 'gitlab', label: 'Work', host: 'git.example.com:8443', client_id: 'a b~' }),
  work({ host: '[::1]', tenant: 'contoso.onmicrosoft.com', client_authentication: 'none' }),
  work({ issuer: 'https://login.example.com/a', client_authentication: 'client_secret_post' }),
  work({ issuer: 'https://login.example.com', resource: 'https://api.example.com/v1' }),
  work({ resource: 'http://127.0.0.1:8080/mcp', resource_parameter: 'none' }),
  { client_metadata_url: 'https://host.example/client.json' },
  work({ client_authentication: 'client_secret_basic', redirect_uri: 'http://127.0.0.1:8765/callback' }),
  work({ scopes: [], parameters: {}, endpoints: {}, trusted_audiences: [] }),
  work({ client_authentication: 'private_key_jwt', client_key_file: '/home/ada/keys/client.pem' }),
  work({ client_authentication: 'client_secret_jwt', response_mode: 'form_post', request_object: 'signed' }),
  work({ id_token_nonce: 'optional', pushed_authorization_requests: 'required' }),
  work({ code_challenge_method: 'S256', trusted_audiences: ['https://api.example.com', 'api-7'] }),
  work({ token_type: 'bearer' }),
  work({ redirect_uri: 'https://client.example/callback?a=b' }),
  work({ redirect_uri: 'http://localhost' }),
  work({ redirect_uri: 'http://[::1]:8765/' }),
  work({
    scopes: ['a', 'b'],
    parameters: { audience: 'x' },
    endpoints: { token_endpoint: 'https://x.test/t' },
  }),
  work({ endpoints: { userinfo_endpoint: null } }),
  work({ token_endpoint_origin: 'https://token.example.com' }),
  work({
    oauth1: {
      temporary_credential_uri: 'https://x.test/initiate?a=b',
      authorization_uri: 'http://127.0.0.1:8080/authorize',
      token_uri: 'https://x.test/token',
      signature_method: 'RSA-SHA1',
      parameters_in: 'query',
      callback: 'pin',
    },
  }),
  work({ api_origins: ['https://api.example.com', 'https://api.example.com:8443', 'http://127.0.0.1:8080'] }),
  work({ api_origins: ['http://[::1]:8080', 'http://localhost:8080'] }),
  work({ scope_separator: ',', pkce: 'never', quirks: ['token-type-missing'], revocation: { kind: 'none' } }),
  work({ offline_access: { scopes: ['offline'], consent_parameters: { prompt: 'consent' } } }),
  work({
    token_request: { body: 'json', headers: { 'x-version': '1' } },
    token_reply: { access_token: 'data.token' },
  }),
  work({
    profile: {
      url: 'https://api.example.com/me',
      map: { sub: 'data.id', name: ['data.name', 'data.login'] },
    },
  }),
  work({
    git: { origins: ['https://git.example.com'], username: 'oauth2', scopes: ['repo'] },
    registry: { origins: ['https://images.example.com'], host: 'git.example.com' },
    refresh_token_days: 30,
  }),
  work({ api_headers: { 'x-api-key': '{client_id}' }, token_presentation: { scheme: 'OAuth' } }),
  work({ api_variables: { WORK_API_URL: 'https://api.example.com/v1' } }),
  work({ dpop: 'offered' }),
  work({ identity: { kind: 'atproto', directory: 'https://plc.example' } }),
  work({ identity: { kind: 'atproto', directory: 'http://localhost:2582' } }),
  work({
    client_authentication: 'tls_client_auth',
    client_certificate_file: '/home/ada/client.pem',
    client_certificate_key_file: '/home/ada/client.key',
  }),
];

const bad: readonly unknown[] = [
  [],
  null,
  'x',
  { store: 'plain' },
  { store: null },
  { $schema: 1 },
  { default_account: 1 },
  { log_releases: 'yes' },
  { default_account: ' ' },
  { default_accounts: { github: 1 } },
  { default_accounts: { GitHub: 'ada' } },
  { directories: { work: 'github:ada' } },
  { directories: { '/work': 1 } },
  { directories: { '/wo\u0007rk': 'github:ada' } },
  { default_account: 'github:ada\u0007' },
  { providers: [] },
  { providers: { A: {} } },
  { providers: { 'a.': {} } },
  { providers: { ['x'.repeat(65)]: {} } },
  { providers: { constructor: {} } },
  { providers: { work: [] } },
  { client_id: 'x' },
  work({ preset: 'GitLab' }),
  work({ label: 1 }),
  work({ issuer: 'login.example.com' }),
  work({ resource: 'http://api.example.com/v1' }),
  work({ resource: 'https://api.example.com/v1#a' }),
  work({ resource_parameter: 'sent' }),
  { client_metadata_url: 'http://host.example/client.json' },
  work({ issuer: 'https://a b' }),
  work({ label: 'a\nb' }),
  work({ label: '' }),
  work({ label: 'x'.repeat(101) }),
  work({ host: 'https://git.example.com' }),
  work({ tenant: 'a/b' }),
  work({ client_id: '' }),
  work({ client_id: 'ä' }),
  work({ client_secret: 'x' }),
  work({ client_authentication: 'tls' }),
  work({ client_key_file: 'keys/client.pem' }),
  work({ redirect_uri: '127.0.0.1:8765' }),
  work({ redirect_uri: 'http://client.example/callback' }),
  work({ redirect_uri: 'https://127.0.0.1/callback' }),
  work({ redirect_uri: 'http://127.0.0.1/callback?a=b' }),
  work({ redirect_uri: 'https://user@client.example/callback' }),
  work({ redirect_uri: 'http://127.0.0.1/#a' }),
  work({ redirect_uri: 'http://127.0.0.1:80/callback' }),
  work({ redirect_uri: 'http://localhost:80' }),
  work({ redirect_uri: 'http://127.0.0.1:8765/a/../callback' }),
  work({ code_challenge_method: 'plain' }),
  work({ code_challenge_method: ['S256'] }),
  work({ token_type: 'mac' }),
  work({ id_token_nonce: 'required' }),
  work({ trusted_audiences: 'api' }),
  work({ trusted_audiences: ['a b'] }),
  work({ trusted_audiences: [''] }),
  work({ trusted_audiences: ['*', 1] }),
  work({ scopes: 'a b' }),
  work({ scopes: [1] }),
  work({ scopes: ['a b'] }),
  work({ scopes: [''] }),
  work({ parameters: ['a'] }),
  work({ parameters: { a: 1 } }),
  work({ parameters: { prototype: 'x' } }),
  work({ parameters: { state: 'x' } }),
  work({ endpoints: { token_url: 'https://x.test' } }),
  work({ endpoints: { token_endpoint: 1 } }),
  work({ endpoints: { token_endpoint: null } }),
  work({ endpoints: null }),
  work({ endpoints: { token_endpoint: 'login.example.com/token' } }),
  work({ token_endpoint_origin: 'https://a.test/path' }),
  work({ oauth1: { token_uri: 'https://x.test/token' } }),
  work({ api_origins: 'https://api.example.com' }),
  work({ api_origins: ['https://api.example.com/v1'] }),
  work({ api_origins: ['https://*.example.com'] }),
  work({ api_origins: ['http://api.example.com'] }),
  work({ api_origins: ['https://user@api.example.com'] }),
  work({ token_endpoint_origin: 'https://user@a.test' }),
  work({ scope_separator: '|' }),
  work({ pkce: 'sometimes' }),
  work({ quirks: ['no-such-quirk'] }),
  work({ revocation: { kind: 'rfc7009', url: 'https://a.test' } }),
  work({ offline_access: { scope: 'offline' } }),
  work({ token_request: { body: 'xml' } }),
  work({ token_reply: { accessToken: 'a' } }),
  work({ profile: { url: 'https://api.example.com/me' } }),
  work({ profile: { url: 'http://api.example.com/me', map: { sub: 'id' } } }),
  work({ api_headers: ['x-api-key'] }),
  work({ git: { origins: ['http://git.example.com'] } }),
  work({ registry: { username: 1 } }),
  work({ refresh_token_days: 0 }),
  work({ pushed_authorization_requests: 'offered' }),
  work({ response_mode: 'fragment' }),
  work({ request_object: 'none' }),
  work({ api_variables: { LD_PRELOAD: 'https://api.example.com' } }),
  work({ api_variables: { WORK_API_URL: 'http://api.example.com' } }),
  work({ token_presentation: { scheme: 'OAuth', query: 'access_token' } }),
  work({ dpop: true }),
  work({ identity: { kind: 'atproto', directory: 'http://plc.example' } }),
  work({ identity: { kind: 'solid' } }),
  work({ client_certificate_file: 'client.pem' }),
  work({ client_certificate_key_file: 'client.key' }),
];

describe('the schema and the program agree', () => {
  it.each(good.map((document) => [JSON.stringify(document)]))('to take %s', async (source) => {
    expect(await complaint(source)).toBeUndefined();
    expect(isAccepted(JSON.parse(source), schema)).toBe(true);
  });

  it.each(bad.map((document) => [JSON.stringify(document)]))('to refuse %s', async (source) => {
    expect(await complaint(source)).toBeDefined();
    expect(isAccepted(JSON.parse(source), schema)).toBe(false);
  });

  it.each([...reservedParameters].map((name) => [name]))('to refuse the parameter %s', async (name) => {
    const source = JSON.stringify(work({ parameters: { [name]: 'x' } }));
    expect(await complaint(source)).toBeDefined();
    expect(isAccepted(JSON.parse(source), schema)).toBe(false);
  });

  it('has an example to take and one to refuse for every key of a provider', () => {
    const keysIn = (documents: readonly unknown[]) =>
      new Set([...JSON.stringify(documents).matchAll(/"(\w+)":/g)].map(([, key]) => key));
    for (const key of Object.keys(provider)) {
      expect(keysIn(good), key).toContain(key);
      expect(keysIn(bad), key).toContain(key);
    }
  });

  it('on every example of the documentation', async () => {
    const page = readFileSync(new URL('docs/configuration.md', root), 'utf8');
    const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, source = '']) => source);
    expect(examples.length).toBeGreaterThan(2);
    for (const source of examples) {
      expect(await complaint(source)).toBeUndefined();
      expect(isAccepted(JSON.parse(source), schema), source).toBe(true);
    }
  });
});

describe('docs/configuration.md', () => {
  it('describes every key', () => {
    const page = readFileSync(new URL('docs/configuration.md', root), 'utf8');
    const keys = [schema.properties, provider, provider.endpoints.properties].flatMap(Object.keys);
    expect(keys.length).toBeGreaterThan(20);
    expect(keys.filter((key) => !page.includes(`\`${key}\``))).toEqual([]);
  });
});
