import { describe, expect, it } from 'vitest';
import { formedTokenRequest } from '../../../src/protocol/token-request-form.ts';

const endpoint = 'https://as.example.com/token';
const form = (grant: string) => ({
  method: 'POST',
  headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
  body: new URLSearchParams({ grant_type: grant, code: 'a b&c' }),
});

describe('a token request of a provider with ways of its own', () => {
  it('carries its fixed parameters and headers in the form', () => {
    const { url, init } = formedTokenRequest(endpoint, form('authorization_code'), {
      parameters: { audience: 'api' },
      headers: { 'x-version': '7' },
    });
    expect(url).toBe(endpoint);
    expect(String(init.body)).toBe('grant_type=authorization_code&code=a+b%26c&audience=api');
    expect(new Headers(init.headers).get('x-version')).toBe('7');
    expect(new Headers(init.headers).get('accept')).toBe('application/json');
  });

  it('is a JSON object where the server takes no form', () => {
    const { init } = formedTokenRequest(endpoint, form('authorization_code'), { body: 'json' });
    expect(JSON.parse(String(init.body))).toEqual({ grant_type: 'authorization_code', code: 'a b&c' });
    expect(new Headers(init.headers).get('content-type')).toBe('application/json');
  });

  it('is a query where the server takes no body', () => {
    const { url, init } = formedTokenRequest(endpoint, form('authorization_code'), { method: 'GET' });
    expect(url).toBe(`${endpoint}?grant_type=authorization_code&code=a+b%26c`);
    expect(init).toMatchObject({ method: 'GET', body: undefined });
    expect(new Headers(init.headers).has('content-type')).toBe(false);
  });

  it('goes to another address for a refresh, and for nothing else', () => {
    const refreshUrl = 'https://as.example.com/refresh';
    expect(formedTokenRequest(endpoint, form('refresh_token'), { refreshUrl }).url).toBe(refreshUrl);
    expect(formedTokenRequest(endpoint, form('authorization_code'), { refreshUrl }).url).toBe(endpoint);
  });

  it('leaves the request of another kind as it is', () => {
    const init = { method: 'POST', body: '{}' };
    expect(formedTokenRequest(endpoint, init, { body: 'json' })).toEqual({ url: endpoint, init });
  });
});
