import { expect, it } from 'vitest';
import { nameOfResource } from '../../../src/settings/resource-target.ts';

const named = (identifier: string, ...others: readonly string[]) =>
  nameOfResource(identifier, { providers: new Map(others.map((name) => [name, {}])) });

it('names a resource after its address', () => {
  expect(named('https://api.example.com/v1')).toBe('api.example.com_v1');
});

it.each([
  ['https://sso.dev/', 'sso-dev'],
  ['https://sso.dev/', 'sso.dev'],
  ['https://acme.example/mcp', 'acme-example-mcp'],
])('T05 gives %s no name whose variables hold the client of %s', (identifier, other) => {
  expect(named(identifier, other)).toMatch(/^[a-z.]+(?:_mcp)?-[0-9a-f]{8}$/);
});
