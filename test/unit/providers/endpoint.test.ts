import { describe, expect, it } from 'vitest';
import { checkEndpoint } from '../../../src/providers/endpoint.ts';

const strict = { allowHttpLoopback: false };

describe('T01 an endpoint from the network is never more than an https address', () => {
  it.each([
    'file:///usr/bin/calc',
    'javascript:alert(1)',
    'ms-calculator:',
    '//host/share',
    '-a Calculator',
    'https://x.test/’;calc;’',
    'https://u:p@x.test/',
    'https://u@x.test/',
    'https://x.test/#f',
    'https://x.test/#',
    'https://x.test/a b',
    'https://x.test/\n',
    'ht\ttps://x.test/',
    ' https://x.test/',
    'https://x.test/\u202e',
    `https://x.test/${'a'.repeat(1_000_000)}`,
    '',
    'https://',
    undefined,
    null,
    7,
    ['https://x.test/'],
    { href: 'https://x.test/' },
  ])('%# is refused', (value) => {
    expect(checkEndpoint(value, strict)).toHaveProperty('fault');
  });

  it('gives the spelling of the URL parser', () => {
    expect(checkEndpoint('HTTPS://X.test:443/$(calc)', strict)).toEqual({ href: 'https://x.test/$(calc)' });
  });
});

describe('T09 plain http', () => {
  const lenient = { allowHttpLoopback: true };

  it('is refused unless it was asked for', () => {
    expect(checkEndpoint('http://127.0.0.1:8080/token', strict)).toHaveProperty('fault');
    expect(checkEndpoint('http://127.0.0.1:8080/token', lenient)).toHaveProperty('href');
    expect(checkEndpoint('http://[::1]:8080/token', lenient)).toHaveProperty('href');
    expect(checkEndpoint('http://localhost:8080/token', strict)).toHaveProperty('fault');
    expect(checkEndpoint('http://localhost:8080/token', lenient)).toHaveProperty('href');
  });

  it.each([
    'http://as.test/',
    'http://localhost.:8080/',
    'http://api.localhost:8080/',
    'http://localhost.evil.test/',
    'http://127.0.0.1.evil.test/',
    'http://128.0.0.1/',
    'http://[::2]/',
    'http://0.0.0.0/',
    'http://127.0.0.1@evil.test/',
  ])('is refused for %s whatever was asked for', (value) => {
    expect(checkEndpoint(value, lenient)).toHaveProperty('fault');
  });
});

describe('T25 parameters smuggled into the authorization endpoint', () => {
  const rules = { ...strict, authorization: true };

  it.each([
    'request_uri=x',
    'client_id=a&client_id=b',
    'redirect_uri=https://evil.test',
    'response_mode=form_post',
    'p=1&st%61te=x',
    'request=',
    'scope',
    'code_challenge_method=plain',
  ])('%s is refused', (query) => {
    expect(checkEndpoint(`https://as.test/authorize?${query}`, rules)).toHaveProperty('fault');
  });

  it('keeps what belongs to the server', () => {
    expect(checkEndpoint('https://as.test/authorize?p=b2c_1_signin', rules)).toEqual({
      href: 'https://as.test/authorize?p=b2c_1_signin',
    });
  });
});
