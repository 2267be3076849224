import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openAccountStore } from '../../src/accounts/account-store.ts';
import {
  type AuthorizationServer,
  type JsonObject,
  signWithServerKey,
  startAuthorizationServer,
} from '../support/authorization-server.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { decodedJwt } from '../support/decoded-jwt.ts';
import type { Fault } from '../support/faults.ts';
import { signInAt } from '../support/sign-in.ts';

let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  server = await startAuthorizationServer();
  line = openCommandLine({ user: 'ada' });
  expect((await signInAt(server, line)).exitCode).toBe(0);
});
afterAll(async () => {
  line?.close();
  await server?.close();
});
afterEach(() => server.restore());

const keys = (fault: Fault) => () => server.breakEndpoint('jwks', fault);
const keysReply = (status: number) => keys({ kind: 'reply', status, body: '{"error":"server_error"}' });
const reply = (rewrite: (body: JsonObject) => JsonObject) => () => server.rewriteReply('token', rewrite);
const claims = (change: (claims: JsonObject) => JsonObject) => () => server.rewriteIdToken(change);

const deep = (depth: number) => () =>
  server.rewriteReplyText('token', (body) =>
    body.replace(/}$/, `,"more":${'['.repeat(depth)}${']'.repeat(depth)}}`),
  );

const unpublishedKey = (body: JsonObject): JsonObject => {
  const { header, claims: said } = decodedJwt(String(body.id_token));
  return { ...body, id_token: signWithServerKey({ ...header, kid: 'not-published-yet' }, said) };
};

const malformedKeys = () =>
  server.rewriteReply('jwks', ({ keys: list }) => ({
    keys: Array.isArray(list) ? list.map((key) => ({ ...key, n: '!' })) : [],
  }));

/** What was wrong with an answer that brought a new refresh token, or with what is needed to judge it. */
const flaws: readonly (readonly [string, () => void])[] = [
  ['the keys endpoint answers 503 with JSON', keysReply(503)],
  ['the keys endpoint answers 429', keysReply(429)],
  ['the keys endpoint answers 404', keysReply(404)],
  ['the keys endpoint answers 403', keysReply(403)],
  ['the keys endpoint answers a page with 200', keys({ kind: 'html', status: 200 })],
  [
    'a captive portal takes the request for the keys',
    keys({ kind: 'redirect', location: 'http://portal.test/' }),
  ],
  ['a key that is malformed', malformedKeys],
  ['a key that is not published yet', reply(unpublishedKey)],
  ['an ID Token that has expired', () => server.rewriteIdToken('expired')],
  ['an ID Token of two minutes ahead', claims((said) => ({ ...said, iat: Number(said.iat) + 120 }))],
  ['an ID Token of one more audience', claims((said) => ({ ...said, aud: [said.aud, 'somebody-else'] }))],
  ['an ID Token of somebody else', claims((said) => ({ ...said, sub: 'somebody-else' }))],
  ['an ID Token that is no JWT', reply((body) => ({ ...body, id_token: 'a.b' }))],
  ['expires_in as text', reply((body) => ({ ...body, expires_in: 'an hour' }))],
  ['no token_type', reply(({ token_type: _, ...body }) => body)],
  ['a token_type that is not known', reply((body) => ({ ...body, token_type: 'mac' }))],
  ['scope as a list', reply((body) => ({ ...body, scope: ['openid'] }))],
  ['no access token', reply(({ access_token: _, ...body }) => body)],
  ['an access token with a line break', reply((body) => ({ ...body, access_token: 'a\nb' }))],
  ['JSON 5,000 deep', deep(5_000)],
];

describe('T28 a new refresh token is kept first, and judged afterwards', () => {
  it.each(flaws)('%s', async (_flaw, spoil) => {
    spoil();
    const flawed = await line.run('token', '--refresh');
    if (flawed.exitCode !== 0) {
      // What was not verified is not given out.
      expect(flawed.stdout).toBe('');
      const [head] = (await openAccountStore(line.context).list()).accounts;
      expect(head?.unfinishedRefresh?.state).toBe('rotated');
    }
    server.restore();
    // Were the old one sent again, the server would take it for a theft, and the sign-in would have ended.
    const after = await line.run('token', '--refresh');
    expect([after.exitCode, after.stderr]).toEqual([0, '']);
    const answer = await fetch(`${server.issuer}/me`, {
      headers: { authorization: `Bearer ${after.stdout.trim()}` },
    });
    expect(answer.status).toBe(200);
  });

  it('but nothing is kept of a refusal, whatever it carries', async () => {
    const body = JSON.stringify({ error: 'server_error', refresh_token: 'planted' });
    for (const status of [200, 400, 403]) {
      server.breakEndpoint('token', { kind: 'reply', status, body });
      expect((await line.run('token', '--refresh')).exitCode).not.toBe(0);
    }
    server.restore();
    const after = await line.run('token', '--refresh');
    expect([after.exitCode, after.stderr]).toEqual([0, '']);
  });

  it('and the flaw of one answer is not the flaw of the next', async () => {
    server.rewriteIdToken('expired');
    for (let time = 0; time < 3; time += 1) {
      expect((await line.run('token', '--refresh')).exitCode).toBe(6);
    }
    server.restore();
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
    const [head] = (await openAccountStore(line.context).list()).accounts;
    expect([head?.unfinishedRefresh, head?.failedRefresh]).toEqual([undefined, undefined]);
  });
});
