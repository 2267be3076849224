import { createHmac, createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import OAuth from 'oauth-1.0a';
import { describe, expect, it } from 'vitest';
import { signature } from '../../../../src/credential/oauth1/signature.ts';
import {
  percentEncoded,
  signatureBaseString,
} from '../../../../src/credential/oauth1/signature-base-string.ts';
import { type OAuth1Signer, signedRequest } from '../../../../src/credential/oauth1/signed-request.ts';
import { Secret } from '../../../../src/ground/secret.ts';

const { privateKey: rsaPem, publicKey: rsaPublicPem } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

function secrets(client: string, token?: string) {
  return { client: new Secret(client), ...(token === undefined ? {} : { token: new Secret(token) }) };
}

/** The protocol parameters of an Authorization header. */
function inHeader(header: string | undefined): Record<string, string> {
  const pairs = [...(header ?? '').matchAll(/([a-z_]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, decodeURIComponent(value)]));
}

describe('percent-encoding (RFC 5849 §3.6)', () => {
  it.each([
    ['Ladies + Gentlemen', 'Ladies%20%2B%20Gentlemen'],
    ['An encoded string!', 'An%20encoded%20string%21'],
    ["Dogs, Cats & Mice*'()", 'Dogs%2C%20Cats%20%26%20Mice%2A%27%28%29'],
    ['☃', '%E2%98%83'],
    ['azAZ09-._~', 'azAZ09-._~'],
  ])('%s', (text, encoded) => {
    expect(percentEncoded(text)).toBe(encoded);
  });
});

describe('the signature base string', () => {
  it('is that of RFC 5849 §3.4.1.1, with the erratum 2550 (the name of the second a3 is not encoded twice)', () => {
    const base = signatureBaseString({
      method: 'post',
      url: new URL('http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b'),
      protocolParameters: {
        oauth_consumer_key: '9djdj82h48djs9d2',
        oauth_token: 'kkk9d7dh3k39sjv7',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '137131201',
        oauth_nonce: '7d8f3e4a',
      },
      form: 'c2&a3=2+q',
    });
    expect(base).toBe(
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q' +
        '%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26oauth_consumer_' +
        'key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_m' +
        'ethod%3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk' +
        '9d7dh3k39sjv7',
    );
    expect(signature('HMAC-SHA1', base, secrets('j49sk3j29djd', 'dh893hdasih9'))).toBe(
      'r6/TJjbCOr97/+UU0NsvSne7s5g=',
    );
  });

  it('keeps a port that is not the usual one, and leaves the path as it is (§3.4.1.2)', () => {
    const of = (url: string) =>
      signatureBaseString({ method: 'GET', url: new URL(url), protocolParameters: {} });
    expect(of('https://www.example.net:8080/?q=1')).toBe('GET&https%3A%2F%2Fwww.example.net%3A8080%2F&q%3D1');
    expect(of('https://www.example.net:443/r%20v/X?id=123')).toBe(
      'GET&https%3A%2F%2Fwww.example.net%2Fr%2520v%2FX&id%3D123',
    );
  });

  it('sorts duplicate parameters by their values, wherever they stand', () => {
    const base = signatureBaseString({
      method: 'POST',
      url: new URL('https://api.example/x?tag=b&tag=a%20b&tag=a'),
      protocolParameters: { oauth_nonce: 'n' },
      form: 'tag=A&tag=b',
    });
    expect(decodeURIComponent(base.split('&')[2] ?? '')).toBe(
      'oauth_nonce=n&tag=A&tag=a&tag=a%20b&tag=b&tag=b',
    );
  });
});

describe('the published examples', () => {
  const photos = {
    oauth_consumer_key: 'dpf43f3p2l4k3l03',
    oauth_token: 'nnch734d00sl2jdk',
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: '137131202',
    oauth_nonce: 'chapoH',
  };

  it.each([
    {
      step: 'temporary credentials',
      method: 'POST',
      url: 'https://photos.example.net/initiate',
      protocolParameters: {
        oauth_consumer_key: 'dpf43f3p2l4k3l03',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '137131200',
        oauth_nonce: 'wIjqoS',
        oauth_callback: 'http://printer.example.com/ready',
      },
      token: undefined,
      published: '74KNZJeDHnMBp0EMJ9ZHt/XKycU=',
    },
    {
      step: 'token credentials',
      method: 'POST',
      url: 'https://photos.example.net/token',
      protocolParameters: {
        oauth_consumer_key: 'dpf43f3p2l4k3l03',
        oauth_token: 'hh5s93j4hdidpola',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '137131201',
        oauth_nonce: 'walatlh',
        oauth_verifier: 'hfdp7dh39dks9884',
      },
      token: 'hdhd0244k9j7ao03',
      published: 'gKgrFCywp7rO0OXSjdot/IHF7IU=',
    },
    {
      step: 'the protected resource',
      method: 'GET',
      url: 'http://photos.example.net/photos?file=vacation.jpg&size=original',
      protocolParameters: photos,
      token: 'pfkkdhi9sl3r4s00',
      published: 'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
    },
  ])('RFC 5849 §1.2: $step', ({ token, published, ...parts }) => {
    const base = signatureBaseString({ ...parts, url: new URL(parts.url) });
    expect(signature('HMAC-SHA1', base, secrets('kd94hf93k423kf44', token))).toBe(published);
  });

  it('X, "Creating a signature"', () => {
    const base = signatureBaseString({
      method: 'POST',
      url: new URL('https://api.twitter.com/1.1/statuses/update.json?include_entities=true'),
      protocolParameters: {
        oauth_consumer_key: 'xvz1evFS4wEEPTGEFPHBog',
        oauth_nonce: 'kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '1318622958',
        oauth_token: '370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb',
        oauth_version: '1.0',
      },
      form: 'status=Hello%20Ladies%20%2B%20Gentlemen%2C%20a%20signed%20OAuth%20request%21',
    });
    expect(
      signature(
        'HMAC-SHA1',
        base,
        secrets('kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw', 'LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE'),
      ),
    ).toBe('hCtSmYh+iHYCEqBWrE7C7hYmtUk=');
  });

  it('OAuth Core 1.0a, appendix A.5.2', () => {
    const base = signatureBaseString({
      method: 'GET',
      url: new URL('http://photos.example.net/photos?file=vacation.jpg&size=original'),
      protocolParameters: {
        oauth_consumer_key: 'dpf43f3p2l4k3l03',
        oauth_token: 'nnch734d00sl2jdk',
        oauth_signature_method: 'HMAC-SHA1',
        oauth_timestamp: '1191242096',
        oauth_nonce: 'kllo9940pd9333jh',
        oauth_version: '1.0',
      },
    });
    expect(signature('HMAC-SHA1', base, secrets('kd94hf93k423kf44', 'pfkkdhi9sl3r4s00'))).toBe(
      'tR3+Ty81lMeYAr/Fid0kMTYa/WM=',
    );
  });
});

describe('the signature methods', () => {
  it('PLAINTEXT is both secrets, encoded (§3.4.4)', () => {
    expect(signature('PLAINTEXT', '', secrets('djr9rjt0jd78jf88', 'jjd999tj88uiths3'))).toBe(
      'djr9rjt0jd78jf88&jjd999tj88uiths3',
    );
    expect(signature('PLAINTEXT', '', secrets('djr9rjt0jd78jf88', 'jjd99$tj88uiths3'))).toBe(
      'djr9rjt0jd78jf88&jjd99%24tj88uiths3',
    );
    expect(signature('PLAINTEXT', '', {})).toBe('&');
  });

  it('PLAINTEXT is for https only', () => {
    const signer = { ...signerOf('PLAINTEXT'), signatureMethod: 'PLAINTEXT' as const };
    expect(() => signedRequest({ method: 'GET', url: 'http://127.0.0.1/x' }, signer)).toThrow(/not https/);
    expect(signedRequest({ method: 'GET', url: 'https://api.example/x' }, signer).headers).toHaveProperty(
      'authorization',
    );
  });

  it('RSA-SHA1 is verified with the public key, and equals what another signer gives (§3.4.3)', () => {
    const mine = signature('RSA-SHA1', 'a base string', secrets(rsaPem));
    expect(createVerify('RSA-SHA1').update('a base string').verify(rsaPublicPem, mine, 'base64')).toBe(true);
    expect(mine).toBe(createSign('RSA-SHA1').update('a base string').sign(rsaPem, 'base64'));
  });

  it.each([
    ['no key at all', 'no key'],
    ['a key that is too short', shortKey()],
    ['a key of another kind', otherKey()],
  ])('RSA-SHA1 refuses %s, and does not repeat it', (_, pem) => {
    const sign = () => signature('RSA-SHA1', 'base', secrets(pem));
    expect(sign).toThrow(expect.objectContaining({ code: 'config_invalid_key', exitCode: 3 }));
    expect(sign).not.toThrow(pem);
  });
});

function shortKey(): string {
  return generateKeyPairSync('rsa', {
    modulusLength: 1024,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

function otherKey(): string {
  return generateKeyPairSync('ed25519', {
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;
}

function signerOf(signatureMethod: OAuth1Signer['signatureMethod']): OAuth1Signer {
  return {
    clientId: 'key',
    clientSecret: new Secret('secret of & the client'),
    token: { identifier: new Secret('token'), secret: new Secret('secret/of the token') },
    signatureMethod,
    parametersIn: 'header',
    now: () => new Date('2026-11-29T08:00:00Z'),
  };
}

describe('where the protocol parameters stand (§3.5)', () => {
  const request = { method: 'POST', url: 'https://api.example/x?a=1', form: 'b=2' };

  it('in the header, with a realm that is not signed', () => {
    const { headers, url, form } = signedRequest(request, {
      ...signerOf('HMAC-SHA1'),
      realm: 'Photos "new"',
    });
    expect(url).toBe('https://api.example/x?a=1');
    expect(form).toBe('b=2');
    expect(headers.authorization).toMatch(/^OAuth realm="Photos \\"new\\"", oauth_consumer_key="key", /);
  });

  it('in the body of a form, and in the header of anything else', () => {
    const signer = { ...signerOf('HMAC-SHA1'), parametersIn: 'body' as const };
    const { headers, form = '' } = signedRequest(request, signer);
    expect(headers).toEqual({});
    expect(form).toMatch(/^b=2&oauth_consumer_key=key&.*&oauth_signature=/);
    const plain = signedRequest({ method: 'GET', url: 'https://api.example/x' }, signer);
    expect(plain.headers.authorization).toMatch(/^OAuth oauth_consumer_key="key"/);
  });

  it('in the query, behind the one of the address', () => {
    const { url, headers } = signedRequest(request, { ...signerOf('HMAC-SHA1'), parametersIn: 'query' });
    expect(headers).toEqual({});
    expect(url).toMatch(/^https:\/\/api\.example\/x\?a=1&oauth_consumer_key=key&.*&oauth_signature=/);
  });

  it('has another nonce each time', () => {
    const nonces = [1, 2].map(
      () => inHeader(signedRequest(request, signerOf('HMAC-SHA1')).headers.authorization).oauth_nonce,
    );
    expect(new Set(nonces).size).toBe(2);
  });
});

describe('against oauth-1.0a, an independent implementation', () => {
  // It does not decode names, so they consist of what needs no encoding; and it takes an empty value for an absent one.
  const name = fc.stringMatching(/^[a-z][a-zA-Z0-9._~-]{0,8}$/);
  const value = fc.string({ unit: 'grapheme', maxLength: 12 });
  const method = fc.constantFrom('HMAC-SHA1' as const, 'HMAC-SHA256' as const);

  it('signs whatever request alike', () => {
    fc.assert(
      fc.property(
        fc.record({
          signatureMethod: method,
          httpMethod: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
          path: fc.array(fc.stringMatching(/^[\w.~-]{1,6}$/), { maxLength: 3 }),
          // The library keeps one value of a name that stands in the query and in the form.
          query: fc.dictionary(
            name.map((text) => `q${text}`),
            fc.array(
              value.filter((text) => text !== ''),
              { minLength: 1, maxLength: 3 },
            ),
          ),
          form: fc.dictionary(
            name.map((text) => `f${text}`),
            value,
          ),
          clientSecret: value,
          tokenSecret: value,
        }),
        ({ signatureMethod, httpMethod, path, query, form, clientSecret, tokenSecret }) => {
          const pairs = Object.entries(query).flatMap(([key, values]) => values.map((one) => [key, one]));
          const search = pairs.map(([key, one]) => `${key}=${encodeURIComponent(one ?? '')}`).join('&');
          const url = `https://api.example:8443/${path.map((part) => `p${part}`).join('/')}${search === '' ? '' : `?${search}`}`;
          const signer: OAuth1Signer = {
            ...signerOf(signatureMethod),
            clientSecret: new Secret(clientSecret),
            token: { identifier: new Secret('token'), secret: new Secret(tokenSecret) },
          };
          const signed = signedRequest(
            { method: httpMethod, url, form: new URLSearchParams(form).toString() },
            signer,
          );
          const { oauth_signature, realm: _realm, ...data } = inHeader(signed.headers.authorization);
          const other = new OAuth({
            consumer: { key: 'key', secret: clientSecret },
            signature_method: signatureMethod,
            hash_function: (base, key) =>
              createHmac(signatureMethod === 'HMAC-SHA1' ? 'sha1' : 'sha256', key)
                .update(base)
                .digest('base64'),
          });
          const request = { url, method: httpMethod, data: { ...form } };
          expect(oauth_signature).toBe(other.getSignature(request, tokenSecret, data as never));
        },
      ),
      { numRuns: 500 },
    );
  });
});
