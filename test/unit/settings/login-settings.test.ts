import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OAuthLoginError } from '../../../src/ground/errors.ts';
import type { Configuration } from '../../../src/settings/configuration.ts';
import type { LoginFlags } from '../../../src/settings/login-flags.ts';
import { loginSettings } from '../../../src/settings/login-settings.ts';
import { registeredRedirectUri } from '../../../src/settings/redirect-uri.ts';

const empty: Configuration = { providers: new Map() };

function configured(providers: Record<string, object>): Configuration {
  return { providers: new Map(Object.entries(providers)) };
}

function refusedWith(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof OAuthLoginError) {
      return error.code;
    }
    throw error;
  }
  return 'accepted';
}

const settings = (target: string, flags: LoginFlags = {}, env = {}, configuration = empty) =>
  loginSettings(target, flags, env, configuration);

describe('precedence of settings', () => {
  const configuration = configured({ github: { client_id: 'from-file' } });
  const env = { OAUTH_LOGIN_GITHUB_CLIENT_ID: 'from-environment' };

  it('takes the flag before the environment, the environment before the file', () => {
    expect(settings('github', { clientId: 'from-flag' }, env, configuration).clientId).toBe('from-flag');
    expect(settings('github', {}, env, configuration).clientId).toBe('from-environment');
    expect(settings('github', {}, {}, configuration).clientId).toBe('from-file');
    expect(settings('github').clientId).toBeUndefined();
  });

  it('takes an empty variable as one that is not set', () => {
    expect(settings('github', {}, { OAUTH_LOGIN_GITHUB_CLIENT_ID: '' }, configuration).clientId).toBe(
      'from-file',
    );
  });

  it('takes the store by flag, variable, file, and leaves it open otherwise', () => {
    const inFile: Configuration = { ...empty, store: 'keychain' };
    expect(settings('github', { store: 'file' }, { OAUTH_LOGIN_STORE: 'passphrase' }, inFile).store).toBe(
      'file',
    );
    expect(settings('github', {}, { OAUTH_LOGIN_STORE: 'passphrase' }, inFile).store).toBe('passphrase');
    expect(settings('github', {}, {}, inFile).store).toBe('keychain');
    expect(settings('github').store).toBeUndefined();
    expect(settings('github', { store: false }, {}, inFile).store).toBe('none');
  });
});

describe('targets', () => {
  it('knows a preset, a provider of the user and an issuer', () => {
    expect(settings('github').provider.label).toBe('GitHub');
    const own = configured({ 'work-sso': { issuer: 'https://sso.example.com', client_id: 'c' } });
    expect(settings('work-sso', {}, {}, own).provider.issuer).toBe('https://sso.example.com');
    expect(settings('https://issuer.example').provider).toMatchObject({
      name: 'issuer.example',
      issuer: 'https://issuer.example',
    });
  });

  it('keeps the trailing slash of an issuer as it was typed', () => {
    expect(settings('https://tenant.auth0.example/').provider.issuer).toBe('https://tenant.auth0.example/');
    expect(settings('https://host.example/realms/a').provider.issuer).toBe('https://host.example/realms/a');
  });

  it('fills in the host of a self-hosted provider and gives it a name of its own', () => {
    const { provider } = settings('github', { host: 'github.example.com' });
    expect(provider.name).toBe('github.example.com');
    expect(provider.endpoints.token_endpoint).toBe('https://github.example.com/login/oauth/access_token');
  });

  it('never gives the token variable of one host to another', () => {
    expect(settings('gitlab').provider.name).toBe('gitlab');
    expect(settings('gitlab', { host: 'git.example.com' }).provider.name).toBe('git.example.com');
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('does not know %s (T42)', (name) => {
    expect(refusedWith(() => settings(name))).toBe('usage_unknown_provider');
  });

  it('suggests the nearest names', () => {
    expect(() => settings('gihtub')).toThrow(/did you mean github/);
  });

  it.each([
    ['https://user:pw@issuer.example', 'usage_invalid'],
    ['https://issuer.example/?a=b', 'usage_invalid'],
    ['https://issuer.example/#f', 'usage_invalid'],
  ])('refuses the issuer %s', (target, code) => {
    expect(refusedWith(() => settings(target))).toBe(code);
  });
});

describe('flags', () => {
  it.each([
    ['repo', ['read:user', 'user:email', 'repo']],
    ['repo,gist', ['read:user', 'user:email', 'repo', 'gist']],
    [' repo  gist ', ['read:user', 'user:email', 'repo', 'gist']],
    ['read:user', ['read:user', 'user:email']],
  ])('adds the scopes %j to the preset', (text, expected) => {
    expect(settings('github', { scope: [text] }).scopes).toEqual(expected);
  });

  it.each([
    [{ port: '8765' }, 'http://127.0.0.1:8765/callback'],
    [{ redirectUri: 'http://localhost:9000/cb' }, 'http://localhost:9000/cb'],
    [{ redirectUri: 'http://[::1]:9000/cb' }, 'http://[::1]:9000/cb'],
    [{ redirectUri: 'http://localhost:9000/' }, 'http://localhost:9000/'],
    [{ redirectUri: 'http://localhost:9000' }, 'http://localhost:9000'],
    [{}, 'http://127.0.0.1/callback'],
  ])('gives %j the redirect URI %s', (flags, expected) => {
    expect(registeredRedirectUri(settings('github', flags).redirect)).toBe(expected);
  });

  it.each<LoginFlags>([
    { port: '80' },
    { port: '0.0.0.0:8080' },
    { port: '70000' },
    { redirectUri: 'http://0.0.0.0:8080/cb' },
    { redirectUri: 'http://192.168.1.4:8080/cb' },
    { redirectUri: 'http://evil.example/cb' },
    { redirectUri: 'https://127.0.0.1/cb' },
    { redirectUri: 'http://127.0.0.1:9/cb?x=1' },
    { timeout: '0' },
    { timeout: 'soon' },
    { timeout: '3601' },
    { timeout: '2147484' },
    { store: 'plaintext' },
    { scope: ['a"b'] },
    { param: ['novalue'] },
  ])('refuses %j', (flags) => {
    expect(refusedWith(() => settings('github', flags))).toBe('usage_invalid');
  });

  it.each([
    ['http://127.0.0.1:80/cb', 'name a port between 1024 and 65535, or none for any free one'],
    ['http://localhost:80', 'name a port between 1024 and 65535, or none for any free one'],
    ['http://127.0.0.1:8765/../cb', 'browsers write it as http://127.0.0.1:8765/cb: register'],
    ['http://127.0.0.1:8765/a b', 'browsers write it as http://127.0.0.1:8765/a%20b: register'],
    ['http://127.1:8765/cb', 'browsers write it as http://127.0.0.1:8765/cb: register'],
    ['http://[0:0:0:0:0:0:0:1]:8765/cb', 'browsers write it as http://[::1]:8765/cb: register'],
    ['http://LOCALHOST:8765/cb', 'browsers write it as http://localhost:8765/cb: register'],
  ])('does not rewrite the redirect URI %s, which is compared exactly', (redirectUri, hint) => {
    const refused = expect(() => settings('github', { redirectUri }));
    refused.toThrow(expect.objectContaining({ code: 'usage_invalid', hint: expect.stringContaining(hint) }));
  });

  it.each([
    ['8765', 'http://127.0.0.1:9000/cb'],
    ['9000,8765', 'http://127.0.0.1:9000/cb'],
    ['0', 'http://127.0.0.1:9000/cb'],
  ])('refuses --port %s beside the redirect URI %s', (port, redirectUri) => {
    expect(refusedWith(() => settings('github', { port, redirectUri }))).toBe('usage_conflict');
  });

  it('takes --port where it says the same, where no port is named, and before the configuration', () => {
    const ports = (flags: LoginFlags, configuration = empty) =>
      settings('github', flags, {}, configuration).redirect;
    expect(ports({ port: '9000', redirectUri: 'http://localhost:9000/cb' })).toMatchObject({ ports: [9000] });
    expect(ports({ port: '8765', redirectUri: 'http://localhost/cb' })).toMatchObject({ ports: [8765] });
    const configuration = configured({ github: { redirect_uri: 'http://localhost:9000/cb' } });
    expect(ports({ port: '8765' }, configuration)).toMatchObject({ host: 'localhost', ports: [8765] });
  });

  it.each(['state', 'redirect_uri', 'client_id', 'request_uri', 'response_mode', 'code_challenge', 'nonce'])(
    'refuses the reserved parameter %s (T25)',
    (name) => {
      expect(refusedWith(() => settings('github', { param: [`${name}=x`] }))).toBe(
        'usage_reserved_parameter',
      );
    },
  );

  it('passes other parameters on', () => {
    expect(settings('github', { param: ['allow_signup=false', 'a=b=c'] }).parameters).toMatchObject({
      allow_signup: 'false',
      a: 'b=c',
    });
  });
  it('remembers the file of certificates by its absolute path', () => {
    expect(settings('github', { caFile: 'ca.pem' }).caFile).toBe(join(process.cwd(), 'ca.pem'));
    expect(settings('github', { caFile: '/etc/ca.pem' }).caFile).toBe('/etc/ca.pem');
  });
});
