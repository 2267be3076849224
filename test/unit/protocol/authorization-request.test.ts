import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type AuthorizationRequest,
  authorizationParameters,
  buildAuthorizationUri,
} from '../../../src/protocol/authorization-request.ts';

const request = {
  clientId: 'client',
  redirectUri: 'http://127.0.0.1:5000/callback',
  scopes: ['openid', 'a b'],
  scopeSeparator: ' ' as const,
  state: 'state',
  nonce: 'nonce',
  codeChallenge: 'challenge',
  parameters: {},
};

const uriOf = (endpoint: string, asked: AuthorizationRequest) =>
  buildAuthorizationUri(endpoint, authorizationParameters(asked));

describe('the authorization request', () => {
  it('carries what RFC 6749 and RFC 7636 ask for, spaces as %20', () => {
    expect(uriOf('https://as.example/authorize', request)).toBe(
      'https://as.example/authorize?response_type=code&client_id=client&redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fcallback&scope=openid%20a%20b&state=state&nonce=nonce&code_challenge=challenge&code_challenge_method=S256',
    );
  });

  it("keeps the endpoint's own query and leaves out an empty scope", () => {
    const uri = new URL(uriOf('https://as.example/a?tenant=x', { ...request, scopes: [] }));
    expect(uri.searchParams.get('tenant')).toBe('x');
    expect(uri.searchParams.has('scope')).toBe(false);
  });

  it('refuses a URI longer than 8192 characters', () => {
    const scopes = Array.from({ length: 900 }, (_, index) => `scope-${index}`);
    expect(() => uriOf('https://as.example/a', { ...request, scopes })).toThrow(/8192/);
  });
});

describe('T25 parameters smuggled into the authorization request', () => {
  it('never lets a hint or a parameter become another parameter', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.string({ maxLength: 60 }),
        (loginHint, value) => {
          const uri = new URL(
            uriOf('https://as.example/a', {
              ...request,
              loginHint,
              parameters: { extra: value },
            }),
          );
          expect(uri.searchParams.getAll('redirect_uri')).toEqual([request.redirectUri]);
          expect(uri.searchParams.getAll('state')).toEqual(['state']);
          expect(uri.searchParams.get('login_hint')).toBe(Buffer.from(loginHint).toString());
          expect(uri.searchParams.get('extra')).toBe(Buffer.from(value).toString());
          expect(uri.hash).toBe('');
        },
      ),
    );
  });

  it('keeps a plus sign in a value a plus sign', () => {
    const uri = uriOf('https://as.example/a', { ...request, loginHint: 'a+b@example.com' });
    expect(new URL(uri).searchParams.get('login_hint')).toBe('a+b@example.com');
    expect(uri).toContain('a%2Bb%40example.com');
  });
});
