import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unfilledTemplate } from '../../../src/providers/filled-templates.ts';
import type { ProviderFile } from '../../../src/providers/provider-file.ts';

const heroku: ProviderFile = JSON.parse(
  readFileSync(new URL('../../../providers/heroku.json', import.meta.url), 'utf8'),
);
const tokenEndpoint = (address: string) => ({
  ...heroku,
  endpoints: { ...heroku.endpoints, token_endpoint: address },
});

describe('a template that nobody fills', () => {
  it.each([
    ['a misspelt one', tokenEndpoint('https://{hots}/token'), ['endpoints', 'token_endpoint'], '{hots}'],
    [
      '{host} without hosts',
      tokenEndpoint('https://{host}/token'),
      ['endpoints', 'token_endpoint'],
      '{host}',
    ],
    [
      '{api} without a base',
      { ...tokenEndpoint('{api}/token'), hosts: {} },
      ['endpoints', 'token_endpoint'],
      'expected {host}',
    ],
    ['{tenant} without a tenant', { ...heroku, issuer: 'https://a.test/{tenant}' }, ['issuer'], '{tenant}'],
    ['the client id in a scope', { ...heroku, scopes: ['x{client_id}'] }, ['scopes', 0], '{client_id}'],
    [
      'a template in a header',
      { ...heroku, api_headers: { a: '{redirect_uri}' } },
      ['api_headers', 'a'],
      'expected {client_id}',
    ],
  ])('%s is told with its place', (_, file, path, what) => {
    expect(unfilledTemplate(file)).toMatchObject({ path, what: expect.stringContaining(what) });
  });

  it('is not what a claim, a text or a query of GraphQL holds', () => {
    const profile = {
      ...heroku.profile,
      method: 'POST' as const,
      json: { query: '{me{id}}' },
      map: { sub: 'id', profile: 'https://a.test/{data.name}' },
    };
    expect(unfilledTemplate({ ...heroku, profile, notes: ['Any {text} will do.'] })).toBeUndefined();
  });
});
