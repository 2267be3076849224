import { beforeEach, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { type OAuth1Play, type OAuth1Server, playOAuth1 } from '../support/oauth1-server.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { type Given, runProxied } from '../support/proxied-command.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const clientSecret = 'canary-consumer&secret';
const at = (path: string) => `https://photos.example.com/${path}`;
const play: OAuth1Play = {
  temporary: at('initiate'),
  authorization: at('authorize'),
  token: at('token'),
  clientId: 'consumer-key',
  clientSecret,
};

let quirky: QuirkyServer;
let line: PlayedCommandLine;
let server: OAuth1Server;

beforeEach(async () => {
  quirky = closeAfterTest(await openQuirkyServer());
  line = closeAfterTest(
    openPlayedCommandLine(quirky, {
      OAUTH_LOGIN_WORK_CLIENT_ID: play.clientId,
      OAUTH_LOGIN_WORK_CLIENT_SECRET: clientSecret,
    }),
  );
  server = playOAuth1(quirky, play);
  for (const path of ['me', 'photos', 'upload']) {
    server.protect(at(path), json({ id: 7, login: 'ada' }));
  }
  const oauth1 = {
    temporary_credential_uri: play.temporary,
    authorization_uri: play.authorization,
    token_uri: play.token,
  };
  const profile = { url: at('me'), map: { sub: 'id', preferred_username: 'login' } };
  writeConfiguration(line, {
    providers: { work: { label: 'Photos', oauth1, profile, api_origins: ['https://photos.example.com'] } },
  });
  expect((await line.run('work')).exitCode).toBe(0);
});

const proxied = (run: (given: Given) => Promise<unknown>) =>
  runProxied(line, [], run, { openHttp: line.context.openHttp });

it('signs each request that a program sends through the proxy: its query, its form, and one that streams', async () => {
  const seen: unknown[] = [];
  const outcome = await proxied(async ({ ask }) => {
    const form = new URLSearchParams([
      ['tag', 'a b&c=d'],
      ['tag', 'é'],
    ]);
    for (const [path, init] of [
      ['/photos?q=a%20b&q=c%2Fd&empty=', {}],
      ['/photos', { method: 'POST', body: form }],
      ['/upload', { method: 'PUT', body: 'x'.repeat(200_000), headers: { 'content-type': 'image/png' } }],
      ['/photos', { method: 'DELETE' }],
    ] as const) {
      seen.push((await ask(path, init)).status);
    }
  });
  expect(seen).toEqual([200, 200, 200, 200]);
  const requests = [...quirky.requestsTo(new URL(quirky.placeOf(at('photos'))).pathname)];
  for (const { headers } of requests) {
    expect(headers.authorization).toMatch(/^OAuth .*oauth_signature=/);
  }
  expect(requests[1]?.body).toBe('tag=a+b%26c%3Dd&tag=%C3%A9');
  expectNoSecrets(outcome.stdout + outcome.stderr, [...server.secrets, clientSecret]);
});

it('refuses a form that is too long to be signed, and hides the token credentials from the program', async () => {
  server.protect(at('photos'), (request, response) => void response.end(JSON.stringify(request.headers)));
  await proxied(async ({ ask, env, phantom }) => {
    const long = await ask('/photos', {
      method: 'POST',
      body: new URLSearchParams({ a: 'x'.repeat(3_000_000) }),
    });
    expect([long.status, await long.json()]).toMatchObject([
      413,
      { error: { code: 'proxy_form_too_large' } },
    ]);
    const repeated = await (await ask('/photos')).text();
    expect(repeated).toContain('oauth_signature');
    expectNoSecrets(repeated + JSON.stringify(env), [...server.secrets, clientSecret]);
    expect(repeated).not.toContain(phantom);
  });
});

it('sends no request on that was not signed by the proxy', async () => {
  const before = quirky.requests.length;
  await proxied(async ({ address }) => {
    const own = 'OAuth oauth_consumer_key="consumer-key", oauth_token="x", oauth_signature="y"';
    expect((await fetch(`${address}/photos`, { headers: { authorization: own } })).status).toBe(401);
  });
  expect(quirky.requests.length).toBe(before);
});
