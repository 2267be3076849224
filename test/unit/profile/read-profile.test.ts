import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OAuthLoginError, ProtocolError } from '../../../src/ground/errors.ts';
import { readProfile } from '../../../src/profile/read-profile.ts';
import { catalogue } from '../../../src/providers/catalogue.ts';
import { facebook, github, google, x } from '../../support/presets.ts';

describe('the shapes of profiles', () => {
  it('GitHub: the number becomes a string, null is absent', () => {
    const document = {
      id: 583231,
      login: 'octocat',
      name: null,
      email: null,
      avatar_url: 'https://a.test/i',
    };
    expect(readProfile(github, document)).toEqual({
      provider: 'github',
      sub: '583231',
      preferred_username: 'octocat',
      picture: 'https://a.test/i',
      raw: document,
    });
  });

  it('Facebook: the picture is nested, and nothing is said of the address', () => {
    const document = { id: '1', email: 'a@b.test', picture: { data: { url: 'https://f.test/p' } } };
    expect(readProfile(facebook, document)).toEqual({
      provider: 'facebook',
      sub: '1',
      email: 'a@b.test',
      picture: 'https://f.test/p',
      raw: document,
    });
  });

  it('X: everything is under data, the address is confirmed, the page is built from the name', () => {
    const document = { data: { id: '2244994945', username: 'dev a/b', confirmed_email: 'a@b.test' } };
    expect(readProfile(x, document)).toMatchObject({
      sub: '2244994945',
      email: 'a@b.test',
      email_verified: true,
      profile: 'https://x.com/dev%20a%2Fb',
    });
    expect(readProfile(x, { data: { id: '1' } })).not.toHaveProperty('email_verified');
  });

  it.each([
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
    ['TRUE', undefined],
    [1, undefined],
    [null, undefined],
  ])('email_verified %j is read as %j', (emailVerified, expected) => {
    const profile = readProfile(google, { sub: '1', email: 'a@b.test', email_verified: emailVerified });
    expect(profile.email_verified).toBe(expected);
  });

  it('what UserInfo leaves out comes from the ID Token, an address with what is said of it', () => {
    const profile = readProfile(
      google,
      { sub: '1', name: 'UserInfo', email: 'a@b.test' },
      { sub: '1', name: 'ID Token', picture: 'https://p.test/', email: 'c@d.test', email_verified: true },
    );
    expect(profile).toMatchObject({ name: 'UserInfo', picture: 'https://p.test/', email: 'a@b.test' });
    expect(profile).not.toHaveProperty('email_verified');
  });
});

describe('T45 a subject that cannot be trusted', () => {
  it.each([undefined, null, '', 2 ** 53, 1.5, true, {}, ['1'], 'a\nb', 'a'.repeat(256), 'a\u202eb'])(
    '%j is refused',
    (id) => {
      expect(() => readProfile(github, { id })).toThrow(ProtocolError);
    },
  );

  it('is not taken from a prototype', () => {
    expect(() => readProfile(github, Object.create({ id: 1 }))).toThrow(ProtocolError);
    const inherited = { ...github, profile: { map: { sub: 'constructor.name' } } };
    expect(() => readProfile(inherited, {})).toThrow(ProtocolError);
  });
});

describe('T42 profiles with keys that mean something to objects', () => {
  it('change nothing and are left out', () => {
    const document = JSON.parse(
      '{"id":1,"__proto__":{"polluted":true},"deep":[{"constructor":{"prototype":{"polluted":true}},"kept":1}]}',
    );
    const { raw } = readProfile(github, document);
    expect(JSON.parse(JSON.stringify(raw))).toEqual({ id: 1, deep: [{ kept: 1 }] });
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(raw)).toBeNull();
  });

  it('nest no deeper than they may', () => {
    const nested = (depth: number) => JSON.parse(`{"id":1,"a":${'['.repeat(depth)}${']'.repeat(depth)}}`);
    expect(readProfile(github, nested(31)).sub).toBe('1');
    expect(() => readProfile(github, nested(32))).toThrow(ProtocolError);
  });
});

describe('any document', () => {
  it('gives a profile of the promised types, or an error of the family', () => {
    const document = fc.oneof(
      fc.dictionary(
        fc.constantFrom(
          ...['id', 'sub', 'login', 'name', 'email', 'email_verified', 'picture', 'data', 'html_url'],
          ...['avatar_url', '__proto__', 'constructor'],
        ),
        fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.emailAddress(), fc.jsonValue(), fc.integer()),
      ),
      fc.object({ maxDepth: 4 }),
    );
    let read = 0;
    fc.assert(
      fc.property(fc.constantFrom(...catalogue.values()), document, (provider, value) => {
        try {
          const { raw, email_verified, ...texts } = readProfile(provider, value);
          read += 1;
          for (const text of Object.values(texts)) {
            expect(typeof text).toBe('string');
            expect(String(text).length).toBeLessThanOrEqual(2048);
          }
          expect(['boolean', 'undefined']).toContain(typeof email_verified);
          expect(typeof raw).toBe('object');
          expect(texts.sub).not.toBe('');
        } catch (error) {
          expect(error).toBeInstanceOf(OAuthLoginError);
        }
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(0);
  });
});
