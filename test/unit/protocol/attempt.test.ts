import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newAttempt } from '../../../src/protocol/attempt.ts';

const provider = { pkce: 'required', quirks: [] } as const;

describe('T68 what is drawn for each sign-in', () => {
  it('does not repeat in 100,000 draws, and has 256 bits', async () => {
    const drawn = new Set<string>();
    let draws = 0;
    while (draws < 100_000) {
      const attempts = await Promise.all(
        Array.from({ length: 1_000 }, () => newAttempt(provider, ['openid'])),
      );
      for (const { state, nonce = '', pkce } of attempts) {
        for (const text of [state, nonce, pkce?.codeVerifier ?? '']) {
          draws += 1;
          drawn.add(text);
          if (Buffer.from(text, 'base64url').length !== 32) {
            throw new Error('too short');
          }
        }
      }
    }
    expect(drawn.size).toBe(draws);
  });

  it('has every byte about as often as any other', async () => {
    const attempts = await Promise.all(Array.from({ length: 2_000 }, () => newAttempt(provider, ['openid'])));
    const counts = new Array<number>(256).fill(0);
    for (const { state } of attempts) {
      for (const byte of Buffer.from(state, 'base64url')) {
        counts[byte] = (counts[byte] ?? 0) + 1;
      }
    }
    // 64,000 bytes, 250 of each on average, standard deviation 16: eight of those either way.
    for (const count of counts) {
      expect(Math.abs(count - 250)).toBeLessThan(128);
    }
  });
});

describe('T07 the pair of PKCE', () => {
  it('is a verifier of 43 characters and its own SHA-256', async () => {
    const { pkce } = await newAttempt(provider, []);
    expect(pkce?.codeVerifier).toMatch(/^[\w-]{43}$/);
    expect(pkce?.codeChallenge).toBe(
      createHash('sha256')
        .update(pkce?.codeVerifier ?? '')
        .digest('base64url'),
    );
  });
});

describe('a nonce', () => {
  it('goes with openid only, and not to a server that would leave it out of the ID Token', async () => {
    expect((await newAttempt(provider, ['openid'])).nonce).toMatch(/^[\w-]{43}$/);
    expect(await newAttempt(provider, ['profile'])).not.toHaveProperty('nonce');
    const linkedin = { pkce: 'never', quirks: ['nonce-not-returned'] } as const;
    expect(Object.keys(await newAttempt(linkedin, ['openid']))).toEqual(['state']);
  });
});
