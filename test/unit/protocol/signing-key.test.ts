import { createPublicKey, generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OAuthLoginError } from '../../../src/ground/errors.ts';
import { signAssertion } from '../../../src/protocol/client-assertion.ts';
import { readSigningKey } from '../../../src/protocol/signing-key.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;

const pem = (key: KeyObject, type: 'pkcs8' | 'pkcs1' | 'sec1' = 'pkcs8') => {
  const options = { type, format: 'pem' } as const;
  return key.export(options).toString();
};
const jwk = (key: KeyObject, more: object = {}) =>
  JSON.stringify({ ...key.export({ format: 'jwk' }), ...more });
const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

async function refusal(text: string): Promise<OAuthLoginError> {
  try {
    await readSigningKey(text, 'key.pem');
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return error;
    }
    throw error;
  }
  throw new Error('the key was taken');
}

describe('a key signs what its public part verifies', () => {
  it.each<[string, string, string, KeyObject]>([
    ['RSA, PKCS#8', pem(rsa), 'RS256', rsa],
    ['RSA, PKCS#1', pem(rsa, 'pkcs1'), 'RS256', rsa],
    ['RSA, JWK', jwk(rsa), 'RS256', rsa],
    ['RSA, JWK for PS256', jwk(rsa, { alg: 'PS256' }), 'PS256', rsa],
    ['RSA, JWK for RS512', jwk(rsa, { alg: 'RS512' }), 'RS512', rsa],
    ...['P-256', 'P-384', 'P-521'].flatMap((name): [string, string, string, KeyObject][] => {
      const key = curve(name);
      const algorithm = { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }[name] ?? '';
      return [
        [`${name}, SEC 1`, pem(key, 'sec1'), algorithm, key],
        [`${name}, JWK`, jwk(key, { alg: algorithm }), algorithm, key],
      ];
    }),
    ['Ed25519', pem(ed25519), 'EdDSA', ed25519],
    ['Ed25519 by its new name', jwk(ed25519, { alg: 'Ed25519' }), 'Ed25519', ed25519],
  ])('%s', async (_what, text, algorithm, privateKey) => {
    const key = await readSigningKey(text, 'key', 'k1');
    const claims = { issuer: 'me', audience: 'you', lifetime: 60 };
    const assertion = (await signAssertion(key, claims, new Date(1_000_000))).reveal();
    const [header, payload, signature = ''] = assertion.split('.');
    expect(decode(header)).toEqual({ alg: algorithm, typ: 'JWT', kid: 'k1' });
    expect(decode(payload)).toEqual({ iss: 'me', aud: 'you', iat: 1000, exp: 1060, jti: expect.any(String) });
    const options = {
      key: createPublicKey(privateKey),
      dsaEncoding: 'ieee-p1363' as const,
      ...(algorithm.startsWith('PS') ? { padding: 6, saltLength: 32 } : {}),
    };
    const hash = algorithm.startsWith('Ed') ? null : `sha${algorithm.slice(2)}`;
    const input = Buffer.from(`${header}.${payload}`);
    expect(verify(hash, input, options, Buffer.from(signature, 'base64url'))).toBe(true);
  });
});

describe('a key that cannot sign is told apart', () => {
  const secretPart = pem(rsa).split('\n')[3] ?? '';
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const encrypted = rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
  const publicKey = createPublicKey(rsa);
  const another = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
  it.each<[string, string, RegExp]>([
    ['encrypted', encrypted.toString(), /encrypted/],
    ['public', publicKey.export({ type: 'spki', format: 'pem' }).toString(), /public key/],
    ['public, as JWK', JSON.stringify(publicKey.export({ format: 'jwk' })), /public key/],
    ['public, though it says otherwise', jwk(rsa, { d: '' }), /public key/],
    ['a secret, as JWK', '{"kty":"oct","k":"c2VjcmV0"}', /a secret/],
    ['a set', `{"keys":[${jwk(rsa)}]}`, /set of keys/],
    ['too small', pem(small), /1024 bits/],
    ['of a curve without an algorithm', pem(curve('secp256k1')), /curve/],
    ['of a kind without an algorithm', pem(generateKeyPairSync('x25519').privateKey), /x25519/],
    ['for another algorithm', jwk(rsa, { alg: 'ES256' }), /algorithm/],
    ['for no algorithm at all', jwk(rsa, { alg: 'none' }), /algorithm/],
    ['for a symmetric algorithm', jwk(rsa, { alg: 'HS256' }), /algorithm/],
    ['damaged', pem(rsa).replace(secretPart, ''), /damaged/],
    ['damaged, as JWK', jwk(curve('P-256'), { d: 'AAAA' }), /damaged/],
    ['put together from two keys', jwk(rsa, { n: another.n }), /damaged/],
    ['truncated JSON', jwk(rsa).slice(0, 200), /like JSON/],
    ['other JSON', '{"hello":"world"}', /not a JWK/],
    ['text', 'hello', /neither a JWK nor PEM/],
    ['nothing', '', /neither a JWK nor PEM/],
  ])('%s', async (_what, text, expected) => {
    const error = await refusal(text);
    expect([error.code, error.exitCode]).toEqual(['config_invalid_key', 3]);
    expect(error.message).toMatch(expected);
    expect(error.message).toContain('key.pem');
    expect(`${error.message} ${error.hint} ${error.cause ?? ''}`).not.toContain(secretPart);
  });
});
