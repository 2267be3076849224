import { describe, expect, it } from 'vitest';
import { isConsentStanding, offlineAccessRequest } from '../../../src/grants/offline-access.ts';
import { loginSettings } from '../../../src/settings/login-settings.ts';
import { accountHead, headWithoutPerson } from '../../support/account-head.ts';

const google = (flags = {}) => loginSettings('google', flags, {}, { providers: new Map() });
const account = (changes = {}) =>
  accountHead({ hasRefreshToken: true, requestedScopes: ['openid', 'email', 'profile'], ...changes });

describe('asking for a refresh token', () => {
  it('asks for consent only while none stands', () => {
    expect(offlineAccessRequest(google(), false).parameters).toEqual({
      access_type: 'offline',
      prompt: 'consent',
    });
    expect(offlineAccessRequest(google(), true).parameters).toEqual({ access_type: 'offline' });
  });

  it('leaves the last word to --param', () => {
    const settings = google({ param: ['prompt=select_account'] });
    expect(offlineAccessRequest(settings, false).parameters).toMatchObject({ prompt: 'select_account' });
  });

  it('does not ask when nothing is kept, or when none is wanted', () => {
    expect(offlineAccessRequest(google({ store: false }), false).parameters).toEqual({});
    expect(offlineAccessRequest(google({ offlineAccess: false }), false).parameters).toEqual({});
  });
});

describe('a consent that stands', () => {
  const scopes = ['openid', 'email', 'profile'];

  it('is that of every account that may come back', () => {
    expect(isConsentStanding([], scopes)).toBe(false);
    expect(isConsentStanding([account()], scopes)).toBe(true);
    expect(isConsentStanding([account(), account({ hasRefreshToken: false })], scopes)).toBe(false);
  });

  it('is none of an account without a person: somebody else may come back', () => {
    const nobody = headWithoutPerson({ hasRefreshToken: true, requestedScopes: scopes });
    expect(isConsentStanding([nobody], scopes)).toBe(false);
  });

  it('ends with its refresh token', () => {
    expect(isConsentStanding([account({ needsLogin: 'refused' })], scopes)).toBe(false);
  });

  it('does not reach further than what was asked for', () => {
    expect(isConsentStanding([account()], [...scopes, 'drive'])).toBe(false);
  });
});
