import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openidProvider } from '../../src/providers/openid.ts';
import { errorOf } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { type PlayedProvider, playProvider, signIdToken } from '../support/quirky-providers.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const issuer = 'https://login.acme.example';
const api = 'https://api.acme.example/payments';
const person = { sub: 'u-1815', name: 'Ada Lovelace' };
const endpoints = {
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/keys`,
};

let server: QuirkyServer;
let line: PlayedCommandLine;
let played: PlayedProvider;
let challenge: string;

beforeEach(async () => {
  challenge = 'error="insufficient_user_authentication", acr_values="phr phrh", max_age="300"';
  server = await openQuirkyServer();
  line = openPlayedCommandLine(server);
  server.at(
    `${issuer}/.well-known/openid-configuration`,
    json({
      ...{ issuer, ...endpoints, code_challenge_methods_supported: ['S256'] },
      ...{ scopes_supported: ['openid'], subject_types_supported: ['public'] },
    }),
  );
  const provider = { ...openidProvider('played', 'Played', issuer), endpoints };
  played = playProvider(server, provider, { profile: person });
  let issued = 0;
  server.at(endpoints.token_endpoint, (request, response, at) => {
    issued += 1;
    const asked = played.authorizationRequests.at(-1)?.query;
    const acr = asked?.get('acr_values')?.split(' ')[0] ?? 'pwd';
    const now = Math.floor(Date.now() / 1000);
    return json({
      access_token: `canary-token-${issued}-${acr}`,
      refresh_token: 'canary-refresh',
      token_type: 'Bearer',
      expires_in: 3600,
      id_token: signIdToken({
        ...{ iss: issuer, aud: 'client', sub: person.sub, auth_time: now, acr },
        nonce: asked?.get('nonce'),
      }),
    })(request, response, at);
  });
  server.at(api, (request, response, at) =>
    /-phrh?$/.test(request.headers.authorization ?? '')
      ? json({ paid: true })(request, response, at)
      : json({}, 401, { 'www-authenticate': `Bearer ${challenge}` })(request, response, at),
  );
  const origins = { api_origins: ['https://api.acme.example'] };
  writeConfiguration(line, { providers: { work: { issuer, client_id: 'client', ...origins } } });
  expect(await line.run('work')).toMatchObject({ exitCode: 0 });
});
afterEach(async () => {
  line.close();
  await server.close();
});

const calls = () => server.requestsTo('/api.acme.example/payments').length;

describe('an API that wants a stronger or more recent sign-in (RFC 9470)', () => {
  it('is told of with the exact command, and the token stays as good as it is', async () => {
    const tokens = server.requestsTo('/login.acme.example/token').length;
    const error = errorOf(await line.run('request', 'work', api, '--json', '{}').then(asJson));
    expect(error).toMatchObject({ code: 'insufficient_authentication', exit_code: 4 });
    expect(error.hint).toBe(
      "sign in for it with: oauth-login work --param 'acr_values=phr phrh' --param max_age=300",
    );
    expect(calls()).toBe(1);
    expect(server.requestsTo('/login.acme.example/token')).toHaveLength(tokens);
    expect(await line.run('token', 'work')).toMatchObject({ exitCode: 0 });
    expect(await line.run('work', '--param', 'acr_values=phr phrh', '--param', 'max_age=300')).toMatchObject({
      exitCode: 0,
    });
    expect(await line.run('request', 'work', api)).toMatchObject({ exitCode: 0, stdout: '{"paid":true}' });
  });

  it('is followed at a terminal, once the person agrees', async () => {
    const declined = await line.runAtTerminal([false], 'request', 'work', api);
    expect(declined.exitCode).toBe(4);
    expect(played.authorizationRequests).toHaveLength(1);
    const agreed = await line.runAtTerminal([true], 'request', 'work', api);
    expect(agreed).toMatchObject({ exitCode: 0, stdout: '{"paid":true}' });
    expect(line.asked.at(-1)?.question).toContain('acr_values=phr phrh, max_age=300');
    expect(Object.fromEntries(played.authorizationRequests[1]?.query ?? [])).toMatchObject({
      acr_values: 'phr phrh',
      max_age: '300',
    });
  });

  it('is followed without a question by --login', async () => {
    const outcome = await line.runAtTerminal([], 'request', 'work', api, '--login');
    expect(outcome).toMatchObject({ exitCode: 0, stdout: '{"paid":true}' });
  });

  it('that is never content is asked no more than three times', async () => {
    server.at(api, json({}, 401, { 'www-authenticate': `Bearer ${challenge}` }));
    const outcome = await line.runAtTerminal([], 'request', 'work', api, '--login');
    expect(outcome.exitCode).toBe(4);
    expect([calls(), played.authorizationRequests.length]).toEqual([3, 3]);
  });

  it.each([
    ['acr_values="$(id) `id` a\\"b ok"', '--param acr_values=ok'],
    ['acr_values="\'; rm -rf ~"', "--param 'acr_values=rm -rf ~'"],
    ['max_age="soon"', '--param prompt=login'],
    ['max_age="-1", acr_values=""', '--param prompt=login'],
    [`acr_values="${'x'.repeat(300)}"`, '--param prompt=login'],
  ])('that says %s gets into no command but as text', async (parameters, flags) => {
    challenge = `error="insufficient_user_authentication", ${parameters}`;
    const error = errorOf(await line.run('request', 'work', api, '--debug').then(asJson));
    expect(error.hint).toContain(`oauth-login work ${flags}`);
  });

  it('is no such API where the challenge says something else', async () => {
    challenge = 'error="insufficient_user_authentication_not"';
    expect((await line.run('request', 'work', api)).stderr).not.toContain('stronger');
  });
});

/** `request` has no JSON errors; its two lines as the document that others have. */
function asJson({ stderr, exitCode }: { stderr: string; exitCode: number }) {
  const [, message = ''] = /error: (.+)/.exec(stderr) ?? [];
  const [, hint = ''] = /hint: (.+)/.exec(stderr) ?? [];
  const code = message.includes('stronger or more recent') ? 'insufficient_authentication' : '';
  return { stderr: `{\n  "error": ${JSON.stringify({ code, message, hint, exit_code: exitCode })}}` };
}
