import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/ground/secret.ts';
import { validateRefreshedIdToken } from '../../../src/protocol/refreshed-id-token.ts';

const issued = { iss: 'https://as.example', sub: 'ada', nonce: 'of the sign-in', auth_time: 1_700_000_000 };
const idToken = new Secret(`e30.${Buffer.from(JSON.stringify(issued)).toString('base64url')}.c2ln`);
const original = { subject: 'ada', idToken };

describe('T44 a refreshed ID Token', () => {
  it('of another subject is refused, with or without the ID Token before', () => {
    for (const before of [original, { subject: 'ada' }]) {
      expect(() => validateRefreshedIdToken({ ...issued, sub: 'grace' }, before)).toThrowError(
        expect.objectContaining({ code: 'protocol_invalid_id_token' }),
      );
    }
  });

  it.each([{ nonce: 'another' }, { auth_time: 1_700_000_001 }])(
    'of another authentication is refused: %j',
    (changed) => {
      expect(() => validateRefreshedIdToken({ ...issued, ...changed }, original)).toThrowError(
        expect.objectContaining({ code: 'protocol_invalid_id_token' }),
      );
    },
  );

  it('of the same person and authentication is taken, also without its nonce and time', () => {
    const { iss, sub } = issued;
    expect(() => validateRefreshedIdToken(issued, original)).not.toThrow();
    expect(() => validateRefreshedIdToken({ iss, sub }, original)).not.toThrow();
    expect(() => validateRefreshedIdToken(issued, {})).not.toThrow();
  });
});
