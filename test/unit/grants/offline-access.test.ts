import { describe, expect, it } from 'vitest';
import {
  isConsentStanding,
  type OfflineAccessWish,
  offlineAccessRequest,
  withAccountChoice,
} from '../../../src/grants/offline-access.ts';
import type { OfflineAccess } from '../../../src/providers/provider.ts';
import { type LoginSettings, loginSettings } from '../../../src/settings/login-settings.ts';
import { accountHead, headWithoutPerson } from '../../support/account-head.ts';

const google = (flags = {}) => loginSettings('google', flags, {}, { providers: new Map() });
const issuer = (flags = {}) => loginSettings('https://work.example', flags, {}, { providers: new Map() });
const account = (changes = {}) =>
  accountHead({ hasRefreshToken: true, requestedScopes: ['openid', 'email', 'profile'], ...changes });

/** What is asked for at a provider as its metadata has it; by default as its own row says. */
const ask = (settings: LoginSettings, wish: OfflineAccessWish, offlineAccess?: OfflineAccess) =>
  offlineAccessRequest(settings, offlineAccess === undefined ? settings.provider : { offlineAccess }, wish);

describe('asking for a refresh token', () => {
  it('asks for consent only while none stands', () => {
    expect(ask(google(), 'consent-asked').parameters).toEqual({ access_type: 'offline', prompt: 'consent' });
    expect(ask(google(), 'consent-standing').parameters).toEqual({ access_type: 'offline' });
  });

  it('leaves the last word to --param', () => {
    const settings = google({ param: ['prompt=login'] });
    expect(ask(settings, 'consent-asked').parameters).toMatchObject({ prompt: 'login' });
  });

  it('does not ask when nothing is kept, when none is wanted, or when it was refused', () => {
    expect(ask(google({ store: false }), 'consent-asked').parameters).toEqual({});
    expect(ask(google({ offlineAccess: false }), 'consent-asked').parameters).toEqual({});
    expect(ask(google(), 'none')).toEqual({ scopes: google().scopes, parameters: {}, isAdded: false });
  });

  it('sends prompt=consent only with offline_access, which only the metadata or the person asks for', () => {
    const standard = ['openid', 'profile', 'email'];
    expect(ask(issuer(), 'consent-asked', {})).toEqual({ scopes: standard, parameters: {}, isAdded: false });
    const listed = { scopes: ['offline_access'] };
    expect(ask(issuer(), 'consent-asked', listed)).toEqual({
      scopes: [...standard, 'offline_access'],
      parameters: { prompt: 'consent' },
      isAdded: true,
    });
    const named = issuer({ scope: ['offline_access'] });
    expect(ask(named, 'consent-asked', {})).toMatchObject({ parameters: { prompt: 'consent' } });
  });

  it('adds nothing to the scopes of config.json', () => {
    const configured = loginSettings(
      'work',
      {},
      {},
      {
        providers: new Map([['work', { issuer: 'https://work.example', scopes: ['openid', 'mail.read'] }]]),
      },
    );
    expect(ask(configured, 'consent-asked', { scopes: ['offline_access'] })).toEqual({
      scopes: ['openid', 'mail.read'],
      parameters: {},
      isAdded: false,
    });
  });
});

describe('a choice among accounts', () => {
  it('is asked for where the provider knows it, beside what else is prompted for', () => {
    const knowing = { promptValues: ['none', 'select_account'] };
    expect(withAccountChoice({ prompt: 'consent' }, google(), knowing)).toEqual({
      prompt: 'consent select_account',
    });
    expect(withAccountChoice({}, google(), knowing)).toEqual({ prompt: 'select_account' });
    expect(withAccountChoice({}, google(), { promptValues: ['none'] })).toEqual({});
    expect(withAccountChoice({}, google(), {})).toEqual({});
    const own = google({ param: ['prompt=login'] });
    expect(withAccountChoice(own.parameters, own, knowing)).toEqual({ prompt: 'login' });
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
