import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../src/ground/secret.ts';
import { tokenText } from '../../src/output/token-format.ts';
import { hostileTokens } from '../support/hostile-tokens.ts';
import { describeWith } from '../support/requirements.ts';
import { type Authority, openAuthority, serveHttp, serveHttps, type TestServer } from '../support/tls.ts';

const run = promisify(execFile);
const HOSTS = ['api.example.com', 'other.example.com', 'evil.example.com'];

describeWith(['curl', 'openssl'], 'token --format netrc, read by curl', () => {
  let authority: Authority;
  let server: TestServer;
  let plain: TestServer;
  let seen: IncomingHttpHeaders[];
  let directory: string;

  beforeAll(async () => {
    authority = await openAuthority();
    const credentials = await authority.issue(HOSTS.map((host) => `DNS:${host}`));
    const listener: Parameters<typeof serveHttp>[0] = (request, response) => {
      seen.push(request.headers);
      response.end('ok');
    };
    server = await serveHttps(credentials, listener);
    plain = await serveHttp(listener);
  });
  afterAll(async () => {
    await server.close();
    await plain.close();
    await authority.remove();
  });
  beforeEach(() => {
    seen = [];
    directory = mkdtempSync(join(tmpdir(), 'oauth-login-netrc-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const text = (token: string, origins: readonly string[]) =>
    tokenText('netrc', {
      token: { kind: 'supplied', accessToken: new Secret(token), variable: 'OAUTH_LOGIN_X_TOKEN' },
      variable: '',
      origins,
    });

  /** The user and the password that curl takes out of the file for an address. */
  async function curl(content: string, address: string): Promise<string | undefined> {
    const file = join(directory, 'netrc');
    writeFileSync(file, content, { mode: 0o600 });
    const { hostname, port } = new URL(address);
    const { port: here } = address.startsWith('https:') ? server : plain;
    await run('curl', [
      ...['--silent', '--show-error', '--fail', '--noproxy', '*', '--max-time', '20'],
      ...['--netrc-file', file, '--cacert', authority.caFile],
      ...['--connect-to', `${hostname}:${port}:127.0.0.1:${here}`, address],
    ]);
    const [, basic] = /^Basic (.+)$/.exec(seen.at(-1)?.authorization ?? '') ?? [];
    return basic === undefined ? undefined : Buffer.from(basic, 'base64').toString();
  }

  const origins = ['https://api.example.com', 'https://other.example.com'];

  it('sends the token to each host of the API, and to no other (T02)', async () => {
    const content = text('gho_aZ09-._~+/=', origins);
    expect(await curl(content, 'https://api.example.com/')).toBe('oauth2:gho_aZ09-._~+/=');
    expect(await curl(content, 'https://other.example.com/')).toBe('oauth2:gho_aZ09-._~+/=');
    expect(await curl(content, 'https://evil.example.com/')).toBeUndefined();
    expect(seen).toHaveLength(3);
  });

  it('T33 gives back every token that it takes, byte for byte', async () => {
    const written = hostileTokens.filter((token) => !/["'\\#]/.test(token));
    expect(written.length).toBeGreaterThan(20);
    for (const token of written) {
      expect(await curl(text(token, origins), 'https://other.example.com/')).toBe(`oauth2:${token}`);
    }
  });

  it('is refused for a token that is a word of the file, which some would obey', () => {
    for (const token of ['machine', 'Machine', 'default', 'macdef', 'login', 'password', 'account']) {
      expect(() => text(token, origins)).toThrow('.netrc');
    }
  });

  it('is written for a token as long as a line of 4096 bytes can hold, and refused for a longer one', async () => {
    const longest = 'x'.repeat(4095 - 'machine other.example.com login oauth2 password \n'.length);
    expect(await curl(text(longest, origins), 'https://other.example.com/')).toBe(`oauth2:${longest}`);
    expect(() => text(`${longest}x`, origins)).toThrow('too long');
  });

  it('has no line for an origin with a port, since curl would send it to every port, and without TLS', async () => {
    const port = 'https://api.example.com:8443';
    expect(() => text('gho_x', [port])).toThrow('there is no host');
    // Why: what such a line could say is the name of the host, or nothing that curl knows.
    const byName = 'machine api.example.com login oauth2 password gho_x\n';
    expect(await curl(byName, `${port}/`)).toBe('oauth2:gho_x');
    expect(await curl(byName, 'https://api.example.com:9443/')).toBe('oauth2:gho_x');
    expect(await curl(byName, 'http://api.example.com:8080/')).toBe('oauth2:gho_x');
    const byOrigin = byName.replace('.com ', '.com:8443 ');
    expect(await curl(byOrigin, `${port}/`)).toBeUndefined();
  });
});
