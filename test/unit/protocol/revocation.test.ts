import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHttp } from '../../../src/adapters/http.ts';
import type { HttpClient } from '../../../src/ground/ports.ts';
import { Secret } from '../../../src/ground/secret.ts';
import { systemClock } from '../../../src/host/clock.ts';
import { type RevocationOutcome, revokeTokens } from '../../../src/protocol/revocation.ts';
import { openidProvider } from '../../../src/providers/openid.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { hangUp, json, text } from '../../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer, type Responder } from '../../support/quirky-server.ts';

let server: QuirkyServer;
let http: HttpClient;

beforeEach(async () => {
  server = await openQuirkyServer();
  http = await openHttp({ allowHttpLoopback: true }, { env: {}, clock: systemClock });
});
afterEach(async () => {
  await http.close();
  await server.close();
});

/** Revokes at a server that answers in turn, and gives what was asked besides the outcome. */
function revoke(...responders: readonly [Responder, ...Responder[]]) {
  return revokeOf({}, ...responders);
}

/** The same where more is known of the provider. */
async function revokeOf(known: Partial<Provider>, ...responders: readonly [Responder, ...Responder[]]) {
  server.on('/revoke', ...responders);
  const endpoints = { revocation_endpoint: `${server.origin}/revoke` };
  const provider = openidProvider('example', 'Example', server.origin);
  const outcome = await revokeTokens(
    {
      provider: {
        ...provider,
        ...known,
        endpoints,
        discovered: [],
        metadata: { issuer: server.origin, ...endpoints },
      },
      client: { clientId: 'client', clientAuthentication: 'none' },
      subject: 'ada',
      fetch: http.fetch,
      allowHttpLoopback: true,
    },
    { accessToken: new Secret('access'), refreshToken: new Secret('refresh') },
  );
  const asked = server.requestsTo('/revoke').map(({ body }) => new URLSearchParams(body).get('token'));
  return { outcome, asked };
}

const done = text('', 'text/plain');
const BOTH = ['refresh', 'access'];

/** The exit code and the status of what went wrong. */
function failureOf(outcome: RevocationOutcome) {
  if (outcome.kind !== 'failed') {
    return outcome.kind;
  }
  const { error, isAccessTokenRevoked } = outcome;
  return { exitCode: error.exitCode, message: error.message, isAccessTokenRevoked };
}

describe('revocation', () => {
  it('takes back the refresh token, then the access token', async () => {
    expect(await revoke(done)).toEqual({ outcome: { kind: 'revoked' }, asked: BOTH });
  });

  it.each([
    ['unsupported_token_type', json({ error: 'unsupported_token_type' }, 400)],
    ['a refusal', json({ error: 'invalid_request' }, 400)],
    ['a refusal with an empty body', text('', 'text/plain', 403)],
  ])('has ended the sign-in when the access token gets %s after the refresh token went', async (_, reply) => {
    const { outcome, asked } = await revoke(done, reply);
    expect([outcome.kind, asked]).toEqual(['access-token-left', BOTH]);
  });

  it.each([
    ['unsupported_token_type', json({ error: 'unsupported_token_type' }, 400)],
    ['an empty 401', text('', 'text/plain', 401)],
  ])('tries the access token although the refresh token gets %s', async (_, reply) => {
    const { outcome, asked } = await revoke(reply, done);
    expect(asked).toEqual(BOTH);
    expect(failureOf(outcome)).toMatchObject({ exitCode: 5, isAccessTokenRevoked: true });
  });

  it('is a failure of the server when either token gets 503', async () => {
    const refused = json({ error: 'invalid_client' }, 401);
    const down = text('<h1>down</h1>', 'text/html', 503);
    for (const [replies, isAccessTokenRevoked] of [
      [[refused, down], false],
      [[down, done], true],
      [[down, refused], false],
      [[done, down], false],
    ] as const) {
      const { outcome } = await revoke(...replies);
      expect(failureOf(outcome)).toMatchObject({ exitCode: 7, isAccessTokenRevoked });
    }
  });

  it('names an empty secret to a server that wants a secret of a public client, and to no other', async () => {
    const refused = json({ error: 'invalid_request' }, 400);
    const resource = `${server.origin}/mcp`;
    expect((await revokeOf({ resource }, refused, done, refused, done)).outcome).toEqual({ kind: 'revoked' });
    const secrets = server
      .requestsTo('/revoke')
      .map(({ body }) => new URLSearchParams(body).get('client_secret'));
    expect(secrets).toEqual([null, '', null, '']);
    expect(failureOf((await revoke(refused)).outcome)).toMatchObject({ exitCode: 5 });
  });

  it('does not wait twice for a server that cannot be reached', async () => {
    const { outcome, asked } = await revoke(hangUp());
    expect([failureOf(outcome), asked]).toEqual([
      expect.objectContaining({ isAccessTokenRevoked: false }),
      ['refresh'],
    ]);
  });

  it.each([
    ['empty', text('', 'text/plain', 401)],
    ['a page', text('<h1>Unauthorized</h1>', 'text/html', 401)],
    ['JSON of another kind', json({ told: 'no' }, 401)],
  ])('is refused, with the status, by a 401 whose body is %s', async (_, reply) => {
    const { outcome } = await revoke(reply);
    expect(failureOf(outcome)).toMatchObject({
      exitCode: 5,
      message: 'the revocation endpoint of Example answered with status 401 and gave no reason',
    });
  });
});
