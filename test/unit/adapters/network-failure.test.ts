import { describe, expect, it } from 'vitest';
import { networkErrorFrom } from '../../../src/adapters/network-failure.ts';

describe('a time that is over', () => {
  it.each([
    [1_000, 'within 1 second'],
    [300, 'within 0.3 seconds'],
    [2_000, 'within 2 seconds'],
    [30_000, 'within 30 seconds'],
  ])('of %i ms is called "%s"', (deadlinePassed, words) => {
    const attempt = { target: new URL('https://as.test/token'), proxy: undefined, deadlinePassed };
    expect(networkErrorFrom(new Error('x'), attempt)).toMatchObject({
      code: 'network_timeout',
      message: `as.test did not answer ${words}`,
    });
  });
});
