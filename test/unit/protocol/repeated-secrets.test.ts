import { describe, expect, it } from 'vitest';
import { withDiscreetChallenge, withoutRepeatedSecrets } from '../../../src/protocol/repeated-secrets.ts';

const code = 'the-code-that-only-two-may-know';
const form = new URLSearchParams({
  grant_type: 'authorization_code',
  code,
  redirect_uri: 'http://127.0.0.1/x',
});
const sent = { body: form };
const refusal = (errorDescription: string) => ({
  error: 'invalid_grant',
  error_description: errorDescription,
});

describe('T12 words of a server that repeat a secret of the request', () => {
  it.each([
    ['the secret', `the code ${code} is not known`],
    ['a part of it', `the code ${code.slice(0, 12)}… is not known`],
    ['the whole request', `cannot read ${form}`],
  ])('are left out: %s', (_what, description) => {
    expect(withoutRepeatedSecrets(refusal(description), sent)).toEqual({ error: 'invalid_grant' });
  });

  it('are left out in every encoding of a form', () => {
    const secret = 'p@ss wörd & more/than that';
    const asked = { body: new URLSearchParams({ client_secret: secret }) };
    for (const words of [secret, encodeURIComponent(secret), `${asked.body}`]) {
      expect(withoutRepeatedSecrets(refusal(words), asked)).toEqual({ error: 'invalid_grant' });
    }
  });

  it('are left out when they repeat the credentials of the header, or what is in them', () => {
    const credentials = Buffer.from('client:the%2Bsecret-of-the-client').toString('base64');
    for (const words of [credentials, 'the%2Bsecret-of-the-client', 'the+secret-of-the-client']) {
      const asked = { headers: { authorization: `Basic ${credentials}` }, body: '' };
      expect(withoutRepeatedSecrets(refusal(words), asked)).toEqual({ error: 'invalid_grant' });
    }
  });

  it('stand for an unknown error when they are the error itself', () => {
    expect(withoutRepeatedSecrets({ error: code, error_uri: `https://x.test/?${form}` }, sent)).toEqual({
      error: 'unknown_error',
    });
  });

  it('stay when they repeat nothing but what is no secret', () => {
    const members = refusal('http://127.0.0.1/x is not registered for authorization_code');
    expect(withoutRepeatedSecrets(members, sent)).toBe(members);
  });

  it('are left out of a challenge, with all of it', () => {
    const challenged = (words: string) =>
      withDiscreetChallenge(
        new Response('body', {
          status: 401,
          headers: { 'www-authenticate': `Bearer error_description="${words}"` },
        }),
        sent,
      );
    expect(challenged(code).headers.has('www-authenticate')).toBe(false);
    expect(challenged(code).status).toBe(401);
    expect(challenged('expired').headers.has('www-authenticate')).toBe(true);
  });
});
