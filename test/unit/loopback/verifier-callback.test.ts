import { describe, expect, it } from 'vitest';
import { judgeCallback } from '../../../src/loopback/callback.ts';
import type { VerifierExpectation } from '../../../src/loopback/callback-expectation.ts';
import { judgePastedResponse } from '../../../src/loopback/pasted-response.ts';

const STATE = 'Zk3v_0aJmX1c9QyTtWq8sL';
const TOKEN = 'hh5s93j4hdidpola';
const VERIFIER = 'hfdp7dh39dks9884';
const GOOD = `state=${STATE}&oauth_token=${TOKEN}&oauth_verifier=${VERIFIER}`;

const expected: VerifierExpectation = {
  state: STATE,
  temporaryCredential: () => TOKEN,
  isWithoutVerifier: false,
  providerLabel: 'Photos',
  refuseUnconfirmed: true,
};
const { state: _state, ...exact } = expected;
const core = { ...expected, isWithoutVerifier: true };

function verdictOf(query: string, fits: VerifierExpectation = expected): string {
  const verdict = judgeCallback(query, 'same', fits);
  return 'error' in verdict ? verdict.error.code : verdict.kind;
}

describe('T06 the callback of OAuth 1.0a', () => {
  it.each([
    ['everything', GOOD, 'accepted'],
    ['more than is needed', `${GOOD}&x=1`, 'accepted'],
    ['no state', `oauth_token=${TOKEN}&oauth_verifier=${VERIFIER}`, 'wrong-state'],
    ['another state', GOOD.replace(STATE, 'x'), 'wrong-state'],
    ['nothing', '', 'wrong-state'],
    ['a refusal without state', `denied=${TOKEN}`, 'wrong-state'],
    ['two tokens', `${GOOD}&oauth_token=${TOKEN}`, 'malformed'],
    ['two verifiers', `${GOOD}&oauth_verifier=x`, 'malformed'],
    ['another token', GOOD.replace(TOKEN, 'x'), 'protocol_state_mismatch'],
    ['no token', `state=${STATE}&oauth_verifier=${VERIFIER}`, 'protocol_invalid_response'],
    ['no verifier', `state=${STATE}&oauth_token=${TOKEN}`, 'protocol_invalid_response'],
    ['an empty verifier', `state=${STATE}&oauth_token=${TOKEN}&oauth_verifier=`, 'protocol_invalid_response'],
    ['a refusal, as X has it', `state=${STATE}&denied=${TOKEN}`, 'as_access_denied'],
    ['a refusal of the extension', `${GOOD}&oauth_problem=permission_denied`, 'as_access_denied'],
    ['another problem', `${GOOD}&oauth_problem=token_expired`, 'as_token_expired'],
    ['a problem that is no word', `${GOOD}&oauth_problem=a%20b`, 'as_unrecognized_error'],
  ])('%s', (_, query, verdict) => {
    expect(verdictOf(query)).toBe(verdict);
  });

  it('fits nothing before there are temporary credentials', () => {
    expect(verdictOf(GOOD, { ...expected, temporaryCredential: () => undefined })).toBe('wrong-state');
  });

  it('is recognised by its token alone where the callback is compared', () => {
    const query = `oauth_token=${TOKEN}&oauth_verifier=${VERIFIER}`;
    expect(verdictOf(query, exact)).toBe('accepted');
    expect(verdictOf(query.replace(TOKEN, 'x'), exact)).toBe('wrong-state');
    expect(verdictOf(`oauth_verifier=${VERIFIER}`, exact)).toBe('wrong-state');
    expect(verdictOf(`denied=${TOKEN}`, exact)).toBe('as_access_denied');
  });

  it('needs the state, and no verifier, at a server of OAuth Core 1.0', () => {
    expect(verdictOf(`state=${STATE}`, core)).toBe('accepted');
    expect(verdictOf(`state=${STATE}&oauth_token=${TOKEN}`, core)).toBe('accepted');
    expect(verdictOf(`state=${STATE}&oauth_token=x`, core)).toBe('protocol_state_mismatch');
    expect(verdictOf(`oauth_token=${TOKEN}`, core)).toBe('wrong-state');
  });

  it('is not taken from another browser where nobody can be asked', () => {
    expect(judgeCallback(GOOD, 'unconfirmed', expected).kind).toBe('unconfirmed');
    expect(judgeCallback(GOOD, 'unconfirmed', { ...expected, refuseUnconfirmed: false }).kind).toBe(
      'accepted',
    );
  });

  it('can be pasted, under the same checks', () => {
    const redirectUri = 'http://127.0.0.1:8923/callback';
    const paste = (query: string) =>
      judgePastedResponse(`${redirectUri}?${query}`, redirectUri, expected).kind;
    expect(paste(GOOD)).toBe('accepted');
    expect(paste(GOOD.replace(STATE, 'x'))).toBe('refused');
    expect(paste(GOOD.replace(TOKEN, 'x'))).toBe('failed');
  });
});
