import { describe, expect, it } from 'vitest';
import { readAuthenticationChallenges } from '../../../src/protocol/authentication-challenge.ts';

const read = (field: string) =>
  readAuthenticationChallenges(field).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);

describe('the challenges of WWW-Authenticate', () => {
  it.each<[string, string, unknown]>([
    ['one scheme alone', 'Bearer', [['bearer', {}]]],
    [
      'parameters, quoted and not',
      'Bearer realm="a, b", error=invalid_token , scope="x y"',
      [['bearer', { realm: 'a, b', error: 'invalid_token', scope: 'x y' }]],
    ],
    [
      'several challenges in one field',
      'Basic realm="simple", Negotiate YWJj==, Bearer resource_metadata="https://a.example/x?y=1", DPoP algs="ES256"',
      [
        ['basic', { realm: 'simple' }],
        ['negotiate', {}],
        ['bearer', { resource_metadata: 'https://a.example/x?y=1' }],
        ['dpop', { algs: 'ES256' }],
      ],
    ],
    [
      'escapes in a quotation',
      'Bearer realm="a \\"Bearer x=1\\" b"',
      [['bearer', { realm: 'a "Bearer x=1" b' }]],
    ],
    ['names in any case, and space around the sign', 'BEARER Error = "x"', [['bearer', { error: 'x' }]]],
    ['parameters with nothing but space between', 'Bearer a="1" b="2"', [['bearer', { a: '1', b: '2' }]]],
    [
      'an address without quotes',
      'Bearer resource_metadata=https://a.example/x, scope=y',
      [['bearer', { resource_metadata: 'https://a.example/x', scope: 'y' }]],
    ],
    ['an empty value', 'Bearer realm="", x=', [['bearer', { realm: '', x: '' }]]],
    ['nothing', '', []],
    ['separators only', ' , ,, ', []],
    ['a parameter of no scheme', 'realm="x", Bearer', [['bearer', {}]]],
    ['signs that begin nothing', '"x", ;;, Bearer a=1', [['bearer', { a: '1' }]]],
  ])('reads %s', (_what, field, expected) => {
    expect(read(field)).toEqual(expected);
  });

  it('takes nothing from a quotation that does not end', () => {
    expect(read('Bearer scope="x", resource_metadata="https://a.example, Bearer error=y')).toEqual([
      ['bearer', { scope: 'x' }],
    ]);
  });

  it('takes neither of two parameters of one name, since nobody knows which counts', () => {
    expect(
      read('Bearer resource_metadata="https://a.example", resource_metadata="https://b.example"'),
    ).toEqual([['bearer', {}]]);
  });

  it('keeps the parameters of each challenge apart', () => {
    expect(read('Bearer scope="a", Bearer scope="b"')).toEqual([
      ['bearer', { scope: 'a' }],
      ['bearer', { scope: 'b' }],
    ]);
  });

  it('reads no inherited name', () => {
    const [challenge] = readAuthenticationChallenges('Bearer __proto__="x", constructor="y"');
    expect(challenge?.parameters.get('__proto__')).toBe('x');
    expect(challenge?.parameters.get('toString')).toBeUndefined();
  });

  it('ends in no time and with few challenges, whatever the field is', () => {
    const fields = [
      '"'.repeat(100_000),
      'a=,'.repeat(50_000),
      'Bearer "\\'.repeat(20_000),
      'x,'.repeat(50_000),
    ];
    const started = performance.now();
    for (const field of fields) {
      expect(readAuthenticationChallenges(field).length).toBeLessThanOrEqual(32);
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
