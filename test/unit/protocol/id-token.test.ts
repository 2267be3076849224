import { describe, expect, it } from 'vitest';
import {
  validateIdTokenClaims,
  validateIdTokenForm,
  withAcceptedIssuer,
} from '../../../src/protocol/id-token.ts';

const now = new Date('2026-01-01T00:00:00Z');
const seconds = now.getTime() / 1000;
const claims = { iss: 'https://as.example', sub: 'ada', aud: 'client', iat: seconds, exp: seconds + 60 };
const token = (payload: object) => `e30.${Buffer.from(JSON.stringify(payload)).toString('base64url')}.sig`;

describe('T44 claims of the ID Token that the library leaves to us', () => {
  const expected = {
    algorithm: 'RS256',
    accessToken: 'at',
    clientId: 'client',
    provider: { name: 'work' },
    now,
  };
  const check = (more: Record<string, unknown>) => () =>
    validateIdTokenClaims({ ...claims, ...more }, expected);

  it('takes iat up to 60 seconds ahead and not 61', () => {
    expect(check({ iat: seconds + 60 })).not.toThrow();
    expect(check({ iat: seconds + 61 })).toThrow(/future/);
    expect(check({ iat: 'soon' })).toThrow(/future/);
  });

  it('takes no authorized party but this client and those that are trusted', () => {
    const provider = { name: 'work', trustedAudiences: ['another'] };
    const trusting = (azp: unknown) => () =>
      validateIdTokenClaims({ ...claims, azp }, { ...expected, provider });
    expect(check({ azp: 'client' })).not.toThrow();
    for (const azp of ['another', '', 1, null]) {
      expect(check({ azp })).toThrow(/another client/);
    }
    expect(trusting('another')).not.toThrow();
    expect(trusting('a third')).toThrow(/another client, "a third"/);
  });

  it('needs no authorized party where each further audience is trusted (OpenID Connect Core with errata 2)', () => {
    const provider = { name: 'work', trustedAudiences: ['api', 'reports'] };
    const trusting = (aud: unknown, azp?: string) => () =>
      validateIdTokenClaims(
        { ...claims, aud, ...(azp === undefined ? {} : { azp }) },
        { ...expected, provider },
      );
    for (const aud of [['client', 'api'], ['api', 'client', 'reports'], ['client', 'client'], ['client']]) {
      for (const azp of [undefined, 'client', 'api']) {
        expect(trusting(aud, azp)).not.toThrow();
      }
    }
  });

  it('names every audience that is not trusted at once', () => {
    expect(check({ aud: ['client', 'api', 'reports', 'api', 7] })).toThrow(
      /names 3 more audiences: "api", "reports"$/,
    );
  });

  it('blames the clock for times alone', () => {
    const hintOf = (more: Record<string, unknown>, clockOffset?: number) => {
      try {
        validateIdTokenClaims({ ...claims, ...more }, { ...expected, clockOffset });
      } catch (error) {
        return String(Object(error).hint);
      }
      return '';
    };
    expect(hintOf({ iat: seconds + 120 })).toContain('check that the clock');
    expect(hintOf({ iat: seconds + 120 }, 900)).toContain('15 minutes behind that of the server');
    expect(hintOf({ iat: seconds + 120 }, -900)).toContain('15 minutes ahead of that of the server');
    for (const more of [
      { sub: '' },
      { azp: 'x' },
      { aud: ['client', 'x'] },
      { at_hash: 'x' },
      { exp: undefined },
    ]) {
      expect(hintOf(more)).not.toMatch(/clock|^$/);
    }
  });

  it('takes the nonce of the request only, and none where none was sent', () => {
    const asked = (sent: string | undefined, nonce?: unknown) => () =>
      validateIdTokenClaims({ ...claims, nonce }, { ...expected, nonce: { sent } });
    expect(asked('n', 'n')).not.toThrow();
    expect(asked(undefined)).not.toThrow();
    expect(check({ nonce: 'any' })).not.toThrow();
    expect(asked('n')).toThrow(/no nonce/);
    for (const [sent, got] of [
      ['n', 'N'],
      ['n', ['n']],
      [undefined, 'n'],
    ] as const) {
      expect(asked(sent, got)).toThrow(/nonce is not the one/);
    }
  });

  it('takes no logout token', () => {
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    expect(check({ events })).toThrow(/logout token/);
  });

  it('takes no audience that nobody trusts, whoever the authorized party is', () => {
    for (const aud of ['client', ['client'], ['client', 'client']]) {
      expect(check({ aud })).not.toThrow();
    }
    for (const further of ['other', '', 'Client', 'client ', 7, null, ['client']]) {
      expect(check({ aud: ['client', further], azp: 'client' }), String(further)).toThrow(/another audience/);
    }
    expect(check({ aud: ['other', 'client'] })).toThrow(/audience "other"$/);
    expect(check({ aud: ['client', '\u001b[2Jx"\n'] })).toThrow(/^[\x20-\x7e]+$/);
  });

  it('takes those that the provider’s row trusts, and no others', () => {
    const provider = { name: 'work', trustedAudiences: ['https://api.example'] };
    const trusting = (aud: string[]) => () =>
      validateIdTokenClaims({ ...claims, aud, azp: 'client' }, { ...expected, provider });
    expect(trusting(['client', 'https://api.example'])).not.toThrow();
    expect(trusting(['client', 'https://api.example/'])).toThrow(/another audience/);
    expect(trusting(['client', 'https://api.example', 'other'])).toThrow(/"other"/);
  });

  it('takes no subject but a text', () => {
    for (const sub of ['', 1, null, ['ada'], undefined]) {
      expect(check({ sub })).toThrow(/subject/);
    }
  });

  // OpenID Connect Core, appendix A.3, and the same token under a longer hash.
  it.each([
    ['RS256', 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y', '77QmUPtjPfzWtF2AnpK9RQ', true],
    ['RS256', 'another token', '77QmUPtjPfzWtF2AnpK9RQ', false],
    ['RS384', 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y', '77QmUPtjPfzWtF2AnpK9RQ', false],
  ])('checks at_hash (%s, %s)', (alg, accessToken, atHash, right) => {
    const hashed = () =>
      validateIdTokenClaims({ ...claims, at_hash: atHash }, { ...expected, algorithm: alg, accessToken });
    if (right) {
      expect(hashed).not.toThrow();
    } else {
      expect(hashed).toThrow(/at_hash/);
    }
  });
});

describe('T43 the form of the ID Token', () => {
  it.each(['', 'a.b', 'a.b.c.d.e', 'a.b.', '.b.c', 'a.b.c=', 'a b.c.d', `${'a'.repeat(65_536)}.b.c`])(
    'refuses %.20s',
    (text) => {
      expect(() => validateIdTokenForm(text)).toThrow(/signed JWT/);
    },
  );
});

describe('issuers that differ from the one in the metadata', () => {
  const server = { issuer: 'https://login.example/{tenantid}/v2.0' };
  const provider = { idTokenIssuers: ['https://login.example/{tenantid}/v2.0', 'login.example'] };
  const tid = '9188040d-6c67-4c5b-b112-36a304b66dad';

  it('puts the tenant of the token in its place', () => {
    const iss = `https://login.example/${tid}/v2.0`;
    expect(withAcceptedIssuer(server, provider, token({ iss, tid })).issuer).toBe(iss);
    expect(withAcceptedIssuer(server, provider, token({ iss: 'login.example' })).issuer).toBe(
      'login.example',
    );
  });

  it.each([
    [{ iss: `https://evil.example/${tid}/v2.0`, tid }],
    [{ iss: 'https://login.example/other/v2.0', tid }],
    [{ iss: 'https://login.example/x/../v2.0', tid: 'x/..' }],
    [{}],
  ])('accepts no other (%j)', (payload) => {
    expect(withAcceptedIssuer(server, provider, token(payload)).issuer).toBe(server.issuer);
  });
});
