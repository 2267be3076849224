import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { it, line, server } from '../support/ada-signs-in.ts';
import type { JsonObject } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { errorOf } from '../support/command-line.ts';

const API = 'https://api.example.com';
const signIn = () => line.run('work', '--allow-http-loopback', '--json');

function configure(more: JsonObject = {}): void {
  mkdirSync(line.context.paths.configDir, { recursive: true });
  const work = { issuer: server.issuer, client_id: server.clientId, ...more };
  writeFileSync(join(line.context.paths.configDir, 'config.json'), JSON.stringify({ providers: { work } }));
}

function storedAccounts(): string[] {
  const directory = join(line.directory, 'data/accounts');
  return existsSync(directory) ? readdirSync(directory) : [];
}

/** From now on the ID Tokens are made out to these as well, and name us as the authorized party. */
const madeOutTo = (...audiences: unknown[]) =>
  server.rewriteIdToken((claims) => ({ ...claims, aud: [claims.aud, ...audiences], azp: claims.aud }));

describe('T44 an ID Token that is made out to others as well', () => {
  it('is refused although it names us as the authorized party, and nothing is stored', async () => {
    configure();
    madeOutTo(API);
    const outcome = await signIn();
    const error = errorOf(outcome);
    expect(error).toMatchObject({ code: 'protocol_invalid_id_token', exit_code: 6 });
    expect(error.message).toContain(`"${API}"`);
    expect(error.hint).toContain('"trusted_audiences" of work in config.json');
    expect(storedAccounts()).toEqual([]);
    expectNoSecrets(outcome.stderr, server.issuedSecrets());
  });

  it('is taken when each of them is trusted by name', async () => {
    configure({ trusted_audiences: [API, 'reports'] });
    madeOutTo(API);
    expect((await signIn()).exitCode).toBe(0);
    madeOutTo(API, 'reports');
    expect((await signIn()).exitCode).toBe(0);
    madeOutTo(API, 'reports', 'somebody-else');
    expect(errorOf(await signIn()).message).toContain('"somebody-else"');
  });

  it('is taken at the sign-in and on refresh where the issuer is given by its address only', async () => {
    mkdirSync(line.context.paths.configDir, { recursive: true });
    const entry = { client_id: server.clientId, trusted_audiences: [API] };
    const providers = { [new URL(server.issuer).host.replace(':', '-')]: entry };
    writeFileSync(join(line.context.paths.configDir, 'config.json'), JSON.stringify({ providers }));
    madeOutTo(API);
    expect((await line.run(server.issuer, '--allow-http-loopback')).exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });

  it('is taken in every shape when they are trusted, with any authorized party that is (Core with errata 2)', async () => {
    configure({ trusted_audiences: [API] });
    for (const azp of [undefined, API]) {
      server.rewriteIdToken((claims) => ({ ...claims, aud: [claims.aud, API], azp }));
      expect((await signIn()).exitCode).toBe(0);
    }
  });

  it('is refused when its authorized party is one that nobody trusts, and nothing is stored', async () => {
    configure({ trusted_audiences: [API] });
    server.rewriteIdToken((claims) => ({ ...claims, aud: [claims.aud, API], azp: 'somebody-else' }));
    expect(errorOf(await signIn())).toMatchObject({
      code: 'protocol_invalid_id_token',
      exit_code: 6,
      message: expect.stringContaining('"somebody-else"'),
    });
    expect(storedAccounts()).toEqual([]);
  });

  it('names all that are missing at once', async () => {
    configure();
    madeOutTo(API, 'reports');
    const { message } = errorOf(await signIn());
    expect(message).toContain(`"${API}", "reports"`);
  });

  it('is refused when it is made out to a trusted one and not to us', async () => {
    configure({ trusted_audiences: [API] });
    server.rewriteIdToken((claims) => ({ ...claims, aud: API }));
    expect(errorOf(await signIn()).exit_code).toBe(6);
    expect(storedAccounts()).toEqual([]);
  });

  it('is refused on refresh too, and the sign-in keeps what it had', async () => {
    configure();
    expect((await signIn()).exitCode).toBe(0);
    const before = (await line.run('token')).stdout;
    madeOutTo(API);
    const refreshed = errorOf(await line.run('token', '--refresh', '--json'));
    expect(refreshed).toMatchObject({ code: 'protocol_invalid_id_token', exit_code: 6 });
    expect(refreshed.hint).toContain('trusted_audiences');
    expect((await line.run('token')).stdout).toBe(before);
  });

  it('is taken on refresh when they are trusted', async () => {
    configure({ trusted_audiences: [API] });
    madeOutTo(API);
    expect((await signIn()).exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
    madeOutTo(API, 'somebody-else');
    expect((await line.run('token', '--refresh')).exitCode).toBe(6);
  });
});

describe('T44 a claim that is missing or of another kind', () => {
  const now = () => Math.floor(Date.now() / 1000);
  const noTexts: readonly unknown[] = [undefined, 7, ['a']];
  const noNumbers: readonly unknown[] = [undefined, 'soon', String(1e10), [1e9]];
  const table: Readonly<Record<string, readonly unknown[]>> = {
    iss: noTexts,
    sub: noTexts,
    nonce: noTexts,
    aud: [undefined, 7, [], [7]],
    exp: noNumbers,
    iat: noNumbers,
    nbf: noNumbers.slice(1),
    azp: noTexts.slice(1),
    at_hash: noTexts.slice(1),
  };
  const rows = Object.entries(table).flatMap(([claim, values]) =>
    values.map((value) => [claim, JSON.stringify(value) ?? 'nothing', value] as const),
  );

  it.each(rows)('%s, being %s: exit 6, and no token is stored', async (claim, _shown, value) => {
    configure();
    server.rewriteIdToken((claims) => ({ ...claims, [claim]: value }));
    const outcome = await signIn();
    expect(errorOf(outcome)).toMatchObject({ code: expect.stringMatching(/^protocol_/), exit_code: 6 });
    expect(storedAccounts()).toEqual([]);
    expectNoSecrets(outcome.stderr, server.issuedSecrets());
  });

  it.each<readonly [string, (claims: JsonObject) => JsonObject]>([
    ['expired 62 seconds ago', (claims) => ({ ...claims, exp: now() - 62 })],
    ['issued 65 seconds from now', (claims) => ({ ...claims, iat: now() + 65 })],
    ['good from 65 seconds on', (claims) => ({ ...claims, nbf: now() + 65 })],
  ])('%s is refused', async (_what, rewrite) => {
    configure();
    server.rewriteIdToken(rewrite);
    expect(errorOf(await signIn()).exit_code).toBe(6);
    expect(storedAccounts()).toEqual([]);
  });

  it('within a minute, either way, is taken', async () => {
    configure();
    server.rewriteIdToken((claims) => ({ ...claims, exp: now() - 50, iat: now() + 50, nbf: now() + 50 }));
    expect((await signIn()).exitCode).toBe(0);
  });
});

describe('T44 the time of the authentication, where max_age was sent', () => {
  const signInWithin = (seconds: string) =>
    line.run('work', '--allow-http-loopback', '--json', '--param', `max_age=${seconds}`);
  const now = () => Math.floor(Date.now() / 1000);

  it('is sent by the server, and taken', async () => {
    configure();
    for (const seconds of ['0', '3600']) {
      expect((await signInWithin(seconds)).exitCode).toBe(0);
    }
  });

  it.each<readonly [string, unknown]>([
    ['missing', undefined],
    ['a text', String(1e10)],
    ['nothing', null],
  ])('that is %s is refused, and nothing stored', async (_what, authTime) => {
    configure();
    server.rewriteIdToken((claims) => ({ ...claims, auth_time: authTime }));
    expect(errorOf(await signInWithin('3600'))).toMatchObject({ exit_code: 6 });
    expect(storedAccounts()).toEqual([]);
  });

  it('that is longer ago than was asked for is refused, give or take a minute', async () => {
    configure();
    const authenticated = (ago: number) =>
      server.rewriteIdToken((claims) => ({ ...claims, auth_time: now() - ago }));
    authenticated(3600 + 90);
    expect(errorOf(await signInWithin('3600'))).toMatchObject({
      code: 'protocol_invalid_id_token',
      message: expect.stringContaining('max_age'),
    });
    expect(storedAccounts()).toEqual([]);
    authenticated(3600 + 30);
    expect((await signInWithin('3600')).exitCode).toBe(0);
    // Nobody asked.
    authenticated(1e6);
    expect((await signIn()).exitCode).toBe(0);
  });
});

describe('T44 an ID Token without the nonce that was sent', () => {
  const withoutNonce = () => server.rewriteIdToken(({ nonce: _nonce, ...claims }) => claims);

  it('is refused, and the error names that cause and the member for servers that are known for it', async () => {
    configure();
    withoutNonce();
    const error = errorOf(await signIn());
    expect(error).toMatchObject({
      code: 'protocol_invalid_id_token',
      exit_code: 6,
      message: expect.stringMatching(/it has no nonce, although one was sent$/),
      hint: expect.stringContaining('"id_token_nonce": "optional" to work in config.json'),
    });
    expect(storedAccounts()).toEqual([]);
  });

  it('is taken where the server is known for it; a wrong one is not, nor is no ID Token', async () => {
    configure({ id_token_nonce: 'optional' });
    withoutNonce();
    expect((await signIn()).exitCode).toBe(0);
    server.rewriteIdToken((claims) => ({ ...claims, nonce: 'of-somebody-else' }));
    expect(errorOf(await signIn()).exit_code).toBe(6);
    server.rewriteIdToken((claims) => ({ ...claims, nonce: '' }));
    expect(errorOf(await signIn()).exit_code).toBe(6);
    server.restore();
    server.rewriteReply('token', ({ id_token: _idToken, ...reply }) => reply);
    expect(errorOf(await signIn()).exit_code).toBe(6);
  });
});
