import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/ground/secret.ts';
import { basicAuthentication } from '../../../src/protocol/client-authentication.ts';

const decoded = (id: string, secret: string) =>
  Buffer.from(
    basicAuthentication(id, new Secret(secret)).authorization.slice('Basic '.length),
    'base64',
  ).toString();

describe('client_secret_basic', () => {
  it.each([
    ['s6BhdRkqt3', 'gX1fBat3bV', 's6BhdRkqt3:gX1fBat3bV'],
    ['a-b_c.d~e', 'f!g*h', 'a-b_c.d~e:f!g*h'],
    ['a:b', 'c%d', 'a%3Ab:c%25d'],
    ['a b', 'c+d', 'a+b:c%2Bd'],
    ['ä', '€', '%C3%A4:%E2%82%AC'],
  ])('encodes %j and %j only where it must', (id, secret, expected) => {
    expect(decoded(id, secret)).toBe(expected);
  });
});
