import { generateKeyPairSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { readProfile } from '../../src/profile/read-profile.ts';
import { providerIndex } from '../../src/providers/provider-index.ts';
import { loginSettings } from '../../src/settings/login-settings.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { errorOf } from '../support/command-line.ts';
import { playOAuth1 } from '../support/oauth1-server.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { type OAuth1Fixture, oauth1Fixtures, providerFixtures } from '../support/provider-fixture.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';

const fixtures = oauth1Fixtures();
const both = providerFixtures();
const secret = 'canary/secret&of a file';
const pem = (key: 'a' | 'b') => keys[key];
const keys = { a: newKeys(), b: newKeys() };

function newKeys() {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
}

/** The server as the documentation has it, and the command line of a person. */
async function open(name: string, fixture: OAuth1Fixture) {
  const { oauth1 } = fixture;
  const server = closeAfterTest(await openQuirkyServer());
  const line = closeAfterTest(openPlayedCommandLine(server));
  const isRsa = oauth1.signature_method === 'RSA-SHA1';
  const clientId = oauth1.client_id ?? 'consumer-key';
  const provider = playOAuth1(server, {
    temporary: oauth1.temporary,
    authorization: oauth1.authorization.url,
    token: oauth1.token,
    clientId,
    clientSecret: oauth1.client_secret ?? (isRsa ? pem('a').publicKey : secret),
    ...(oauth1.signature_method === undefined ? {} : { signatureMethod: oauth1.signature_method }),
    ...(oauth1.place === undefined ? {} : { place: oauth1.place }),
    ...(oauth1.temporary_parameters === undefined
      ? {}
      : { temporaryParameters: oauth1.temporary_parameters }),
    ...(oauth1.authorization.token_parameter === undefined
      ? {}
      : { tokenParameter: oauth1.authorization.token_parameter }),
    ...(oauth1.core ? { isCore: true } : {}),
    ...(oauth1.reply === undefined ? {} : { reply: oauth1.reply }),
  });
  const { profile, claims } = { ...fixture, ...oauth1 };
  const [, address] = profile?.request.split(' ') ?? [];
  if (profile !== undefined && address !== undefined) {
    if (oauth1.key_header === undefined) {
      provider.protect(address, json(profile.reply));
    } else {
      server.at(address, json(profile.reply));
    }
  }
  /** Signs in with the right secret or key, or with another one. */
  const signIn = (isRight = true) => {
    const { host, tenant } = fixture.place ?? {};
    const file = join(line.directory, 'secret');
    writeFileSync(file, isRsa ? pem(isRight ? 'a' : 'b').privateKey : isRight ? secret : 'another', {
      mode: 0o600,
    });
    const own =
      oauth1.client_id === undefined
        ? ['--client-id', clientId, isRsa ? '--key-file' : '--client-secret-file', file]
        : [];
    const stdin = {
      isTTY: false,
      async *[Symbol.asyncIterator]() {
        while (provider.pin() === '') {
          await sleep(5);
        }
        yield provider.pin();
      },
    };
    return line.runIn(
      oauth1.pin ? { stdin } : {},
      name,
      ...(both.has(name) ? ['--oauth1'] : []),
      ...(host === undefined ? [] : ['--host', host]),
      ...(tenant === undefined ? [] : ['--tenant', tenant]),
      ...own,
      // Ports that are compared there may be in use by another test.
      ...(oauth1.pin ? [] : ['--port', '0']),
      '--json',
    );
  };
  return { server, line, provider, signIn, profile, claims };
}

describe.each([...fixtures])('%s by OAuth 1.0a, played from what its documentation says', (name, fixture) => {
  const { oauth1 } = fixture;

  it('signs in, and says who it is', async () => {
    const { server, line, provider, signIn, profile, claims } = await open(name, fixture);
    const outcome = await signIn();
    expect(outcome.stderr).not.toContain('error:');
    expect(outcome.exitCode).toBe(0);
    const told = JSON.parse(outcome.stdout).profile ?? {};
    const { raw: _raw, provider: _provider, ...normalised } = told;
    expect(normalised).toEqual(claims);
    for (const url of [oauth1.temporary, oauth1.token]) {
      const [request] = server.requestsTo(new URL(server.placeOf(url)).pathname);
      expect(request?.method).toBe(oauth1.method ?? 'POST');
      const header = request?.headers.authorization ?? '';
      expect(header.startsWith('OAuth ')).toBe((oauth1.place ?? 'header') === 'header');
      if (oauth1.realm !== undefined) {
        expect(header).toContain(`realm="${oauth1.realm}"`);
      }
    }
    const { token_parameter = 'oauth_token', parameters = {} } = oauth1.authorization;
    const query = Object.fromEntries(provider.authorizationRequest());
    const filled = Object.entries(parameters).map(([key, value]) => [
      key,
      value.replace('{client_id}', oauth1.client_id ?? 'consumer-key'),
    ]);
    expect(query).toEqual({
      [token_parameter]: expect.stringMatching(/^temporary-/),
      ...Object.fromEntries(filled),
      ...(oauth1.core ? { oauth_callback: expect.any(String) } : {}),
    });
    const callback = query.oauth_callback ?? provider.temporaryRequest().oauth_callback ?? '';
    if (oauth1.pin) {
      expect(callback).toBe('oob');
    } else {
      expect(new URL(callback).searchParams.has('state')).toBe(oauth1.exact_callback !== true);
    }
    if (profile !== undefined) {
      const [, address = ''] = profile.request.split(' ');
      const [asked] = server.requestsTo(new URL(server.placeOf(address)).pathname);
      const own = [...(asked?.query ?? [])].filter(([key]) => !key.startsWith('oauth_'));
      expect(Object.fromEntries(own)).toEqual(profile.query ?? {});
      expect(asked?.headers).toMatchObject(profile.headers ?? {});
      if (oauth1.key_header !== undefined) {
        expect(asked?.headers[oauth1.key_header]).toBe([...provider.tokens.values()][0]);
        expect(asked?.headers.authorization).toBeUndefined();
      }
    }
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, secret]);
  });

  it('has a map whose every path is needed', async () => {
    const { profile, claims } = { ...fixture, ...oauth1 };
    const flags = { ...fixture.place, oauth1: true };
    const { provider } = loginSettings(name, flags, {}, { providers: new Map() });
    if (profile === undefined) {
      expect(provider.profile.url).toBeUndefined();
      return;
    }
    const { map } = provider.profile;
    expect(Object.keys(map).sort()).toEqual(Object.keys(claims).sort());
    for (const [claim, path] of Object.entries(map)) {
      const wrong = { ...provider, profile: { map: { ...map, [claim]: 'no.such.member' } } };
      const read = () => {
        const { raw: _raw, provider: _provider, ...rest } = readProfile(wrong, profile.reply);
        return rest;
      };
      if (claim === 'sub') {
        expect(read, String(path)).toThrow();
      } else {
        expect(read(), String(path)).not.toEqual(claims);
      }
    }
  });
});

/** Where there is no secret, none can be wrong. */
const withSecret = [...fixtures].filter(([, { oauth1 }]) => oauth1.client_secret !== '');

describe.each(withSecret)('%s by OAuth 1.0a, with a wrong secret', (name, fixture) => {
  it('refuses it in words that help', async () => {
    const { line, provider, signIn } = await open(name, fixture);
    expect(errorOf(await signIn(false))).toMatchObject({ code: 'as_signature_invalid', exit_code: 5 });
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, secret]);
  });
});

describe('the provider files with OAuth 1.0a', () => {
  it('have a fixture of it each', () => {
    const names = providerIndex().flatMap(({ name, abilities }) =>
      abilities.includes('OAuth 1.0a') ? [name] : [],
    );
    expect(names).toEqual([...fixtures.keys()].sort());
    expect(names.length).toBeGreaterThanOrEqual(17);
  });
});
