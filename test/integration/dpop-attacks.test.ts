import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { type BoundServers, signInBound, startBoundServers } from '../support/bound-account.ts';
import type { BoundApi } from '../support/bound-api.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';
import { runProxied } from '../support/proxied-command.ts';

let servers: BoundServers;
let server: AuthorizationServer;
let api: BoundApi;
let line: CommandLine;
beforeAll(async () => {
  servers = await startBoundServers();
  ({ server, api } = servers);
});
afterAll(() => servers.close());
beforeEach(() => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
});
afterEach(() => {
  server.restore();
  api.wantNonce(undefined);
  api.giveNonce(undefined);
});

const accounts = () => {
  try {
    return readdirSync(join(line.directory, 'data', 'accounts'));
  } catch {
    return [];
  }
};
const proofs = (from: number) =>
  server
    .requestsTo('token')
    .slice(from)
    .map(({ headers }) => decodedJwt(String(headers.dpop)).claims);
const request = (...more: string[]) => line.run('request', 'work', `${api.origin}/thing`, ...more);

/** Signs in, which has to be refused as a reply that must not be trusted; gives the error. */
async function refusedSignIn(flags = ['--dpop'], entry = {}) {
  const outcome = await signInBound(line, servers, [...flags, '--json'], entry);
  expect(outcome.exitCode, outcome.stderr).toBe(6);
  expect(accounts()).toEqual([]);
  return errorOf(outcome);
}

const wantsNonce = (nonce?: string) =>
  ({
    kind: 'reply',
    status: 400,
    body: JSON.stringify({ error: 'use_dpop_nonce', error_description: 'again' }),
    headers: nonce === undefined ? {} : { 'dpop-nonce': nonce },
  }) as const;

describe('T75 a token endpoint', () => {
  it('that accepts no nonce is asked twice, and no more', async () => {
    const before = server.hits('token');
    server.breakEndpoint('token', wantsNonce('always-the-same'));
    const { message } = await refusedSignIn();
    expect(message).toMatch(/does not accept the nonce that it gave itself/);
    expect(proofs(before).map(({ nonce }) => nonce)).toEqual([undefined, 'always-the-same']);
    const jtis = proofs(before).map(({ jti }) => jti);
    expect(new Set(jtis).size).toBe(2);
  });

  it.each([
    ['none', undefined],
    ['a space', 'two words'],
    ['a quotation mark', 'a"b'],
    ['a backslash', 'a\\b'],
    ['letters that no nonce has', 'n\u00e9'],
    ['too many characters', 'n'.repeat(1025)],
  ])('that asks for a nonce and gives %s is asked once', async (_what, nonce) => {
    const before = server.hits('token');
    server.breakEndpoint('token', wantsNonce(nonce));
    const { message } = await refusedSignIn();
    expect(message).toMatch(/asks for a nonce \(DPoP\), and gives none that can be used/);
    expect(server.hits('token') - before).toBe(1);
  });

  it('gets the longest nonce that is allowed, in the second request', async () => {
    const before = server.hits('token');
    server.breakEndpoint('token', wantsNonce('n'.repeat(1024)));
    await refusedSignIn();
    expect(proofs(before).map(({ nonce }) => nonce)).toEqual([undefined, 'n'.repeat(1024)]);
  });

  it('cannot answer with a bearer token where a bound one was demanded', async () => {
    server.rewriteReply('token', (reply) => ({ ...reply, token_type: 'Bearer' }));
    const { message, hint } = await refusedSignIn();
    expect(message).toMatch(/has the token_type "Bearer", not "DPoP"/);
    expect(hint).toMatch(/not bound to your key/);
    const file = await refusedSignIn([], { dpop: 'required' });
    expect(file.message).toBe(message);
  });

  it('may answer with a bearer token where a bound one was only offered', async () => {
    server.rewriteReply('token', (reply) => ({ ...reply, token_type: 'Bearer' }));
    const outcome = await signInBound(line, servers, [], { dpop: 'offered' });
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    expect((await line.run('token', 'work')).stdout).toMatch(/^\S+\n$/);
    server.restore();
    const refreshed = await line.run('token', 'work', '--refresh', '--json');
    expect(JSON.parse(refreshed.stdout).token_type, 'the key was kept').toBe('DPoP');
  });

  it('cannot bind a token that no key was shown for', async () => {
    server.rewriteReply('token', (reply) => ({ ...reply, token_type: 'DPoP' }));
    const { message } = await refusedSignIn([]);
    expect(message).toMatch(/has the token_type "DPoP", not "Bearer"/);
    const told = await refusedSignIn([], { token_type: 'bearer' });
    expect(told.message, 'whatever the entry says of its type').toBe(message);
  });

  it.each([
    ['another key', { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }],
    ['no key at all', { jkt: null }],
    ['a list of keys', { jkt: ['0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I'] }],
  ])('cannot give a token that says it is bound to %s', async (_what, cnf) => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = [part({ alg: 'RS256', typ: 'at+jwt' }), part({ sub: 'ada', cnf }), 'c2ln'].join('.');
    server.rewriteReply('token', (reply) => ({ ...reply, access_token: token }));
    const { message } = await refusedSignIn();
    expect(message).toMatch(/bound to another key than yours/);
  });

  it('that lists no usable algorithm is not signed in to', async () => {
    server.rewriteReply('discovery', (reply) => ({ ...reply, dpop_signing_alg_values_supported: ['ES512'] }));
    const outcome = await signInBound(line, servers, ['--dpop', '--json']);
    expect(outcome.exitCode).toBe(3);
    expect(errorOf(outcome)).toMatchObject({ code: 'config_unsupported_server' });
  });

  it.each(['EdDSA', 'Ed25519', 'RS256'])(
    'gets proofs of %s where it lists nothing else',
    async (algorithm) => {
      server.rewriteReply('discovery', (reply) => ({
        ...reply,
        dpop_signing_alg_values_supported: [algorithm],
      }));
      const before = server.hits('token');
      await signInBound(line, servers);
      const { dpop } = server.requestsTo('token')[before]?.headers ?? {};
      expect(decodedJwt(String(dpop)).header.alg).toBe(algorithm);
    },
  );
});

describe('T75 an account whose tokens are bound', () => {
  beforeEach(async () => {
    const outcome = await signInBound(line, servers);
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
  });

  it('is not weakened by a refresh that answers with a bearer token', async () => {
    server.rewriteReply('token', (reply) => ({ ...reply, token_type: 'Bearer' }));
    const refused = await line.run('token', 'work', '--refresh', '--json');
    expect(refused).toMatchObject({ exitCode: 6, stdout: '' });
    server.restore();
    const next = await line.run('token', 'work', '--refresh', '--json');
    expect(JSON.parse(next.stdout), 'the rotated refresh token was not lost').toMatchObject({
      token_type: 'DPoP',
    });
  });

  it('is not weakened by the next sign-in', async () => {
    server.rewriteReply('token', (reply) => ({ ...reply, token_type: 'Bearer' }));
    const outcome = await signInBound(line, servers, ['--json']);
    expect(outcome.exitCode).toBe(6);
    server.restore();
    expect((await request()).exitCode).toBe(0);
  });

  it('keeps no refresh token that is bound to the key of the sign-in before', async () => {
    server.rewriteReply('token', ({ refresh_token: _left, ...reply }) => reply);
    const outcome = await signInBound(line, servers);
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    server.restore();
    const { accounts: stored } = JSON.parse((await line.run('status', '--json')).stdout);
    expect(stored).toMatchObject([{ refreshable: false, token_type: 'DPoP' }]);
    expect((await request()).exitCode).toBe(0);
  });

  it('asks an API that accepts no nonce twice, and refreshes nothing for it', async () => {
    const [asked, refreshed] = [api.requests.length, server.hits('token')];
    api.wantNonce('the-right-one');
    api.giveNonce('a-wrong-one');
    const outcome = await request('--fail');
    expect(outcome).toMatchObject({ exitCode: 6, stdout: '' });
    expect(outcome.stderr).toMatch(/does not accept the nonce that it gave itself/);
    expect(api.requests.slice(asked).map(({ fault }) => fault)).toEqual([
      'the proof has the nonce undefined',
      'the proof has the nonce a-wrong-one',
    ]);
    expect(server.hits('token')).toBe(refreshed);
  });

  it.each(['two words', 'a"b', 'n'.repeat(1025)])(
    'takes no nonce of the API that no proof may have: %.12s',
    async (nonce) => {
      api.wantNonce('the-right-one');
      api.giveNonce(nonce);
      const asked = api.requests.length;
      expect(await request()).toMatchObject({ exitCode: 6, stdout: '' });
      expect(api.requests.length - asked).toBe(1);
    },
  );

  it('sends the nonce of one origin to no other', async () => {
    server.breakEndpoint('token', wantsNonce('nonce-of-the-server'));
    expect((await line.run('token', 'work', '--refresh', '--json')).exitCode).toBe(6);
    const asked = api.requests.length;
    api.giveNonce('nonce-of-the-api');
    expect((await request()).exitCode).toBe(0);
    expect(api.requests.slice(asked).map(({ proof }) => proof?.claims.nonce)).toEqual([undefined]);
    const before = server.hits('token');
    await line.run('token', 'work', '--refresh', '--json');
    expect(proofs(before).map(({ nonce }) => nonce)).toEqual(['nonce-of-the-server']);
  });

  it('sends a body that streams through the proxy once, and then with the nonce', async () => {
    api.wantNonce('the-right-one');
    const statuses: number[] = [];
    const large = 'x'.repeat(3 * 1024 * 1024);
    const outcome = await runProxied(line, ['--origin', api.origin], async ({ ask }) => {
      for (const _time of [1, 2]) {
        statuses.push((await ask('/thing', { method: 'POST', body: large })).status);
      }
    });
    expect(outcome, outcome.stderr).toMatchObject({ exitCode: 0 });
    expect(statuses).toEqual([401, 200]);
  });

  it('is told apart from a bearer account in the file, which nobody can edit', async () => {
    const { writeFileSync, readFileSync } = await import('node:fs');
    const path = join(line.directory, 'data', 'accounts', accounts()[0] ?? '');
    writeFileSync(path, readFileSync(path, 'utf8').replace('"tokenType":"DPoP",', ''));
    expect(await line.run('token', 'work')).toMatchObject({ exitCode: 8, stdout: '' });
  });
});
