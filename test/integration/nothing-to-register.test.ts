import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { providerIndex } from '../../src/providers/provider-index.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { formOf, lastTo } from '../support/preset-at-the-wire.ts';
import { type ProviderFixture, providerFixtures } from '../support/provider-fixture.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';

const fixtures = providerFixtures();

/** The providers where a person registers nothing, with what their documentation says. */
const names = providerIndex().flatMap(({ name, abilities }) => {
  const fixture = fixtures.get(name);
  const isOAuth2 = fixture?.authorization !== undefined;
  return abilities.includes('nothing to register') && isOAuth2 ? [{ name, fixture }] : [];
});

/** Where the name of the person decides the server, more has to be played: `atproto.test.ts` does. */
const played = names.filter(({ name }) => name !== 'bluesky');

const clientId = 'app-4711';
const secret = 'canary-secret-of-the-server';
const token = 'canary-access-token';

/** Plays the server as its documentation has it; gives the path of the endpoint that makes clients, if there is one. */
function play(server: QuirkyServer, name: string, fixture: ProviderFixture): string | undefined {
  const routeOf = (request: string) => {
    const [method = '', url = ''] = request.split(' ');
    return `${method} ${new URL(server.placeOf(url)).pathname}`;
  };
  const { authorization, metadata, profile } = fixture;
  if (metadata !== undefined) {
    server.on(routeOf(`GET ${metadata.url}`), json(metadata.reply));
  }
  server.on(new URL(server.placeOf(authorization.url)).pathname, (request, response) => {
    const back = new URL(request.query.get('redirect_uri') ?? '');
    back.searchParams.set('code', 'canary-code');
    back.searchParams.set('state', request.query.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  });
  server.on(routeOf(fixture.token.request), json({ access_token: token, ...fixture.token.reply }));
  if (profile !== undefined) {
    server.on(routeOf(profile.request), json(profile.reply));
  }
  const { self_registration: own } = JSON.parse(
    readFileSync(new URL(`../../providers/${name}.json`, import.meta.url), 'utf8'),
  );
  if (own.kind === 'any') {
    return undefined;
  }
  const published = metadata?.reply.registration_endpoint;
  const host = new URL(authorization.url).host;
  const endpoint = own.kind === 'mastodon' ? `https://${host}/api/v1/apps` : String(published);
  const { pathname } = new URL(server.placeOf(endpoint));
  server.on(`POST ${pathname}`, (request, response) => {
    // https://docs.joinmastodon.org/methods/apps/#create, and RFC 7591 §3.2.1
    const reply =
      own.kind === 'mastodon'
        ? { id: '1', name: 'oauth-login', client_id: clientId, client_secret: secret }
        : { ...JSON.parse(request.body), client_id: clientId };
    const status = own.kind === 'mastodon' ? 200 : 201;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  });
  return pathname;
}

describe('on a bare machine, with nothing registered', () => {
  it('there are twelve names to sign in with', () => {
    expect(names.length).toBeGreaterThanOrEqual(12);
  });

  it.each(played)('$name signs in, and is asked for a client once at most', async ({ name, fixture }) => {
    if (fixture === undefined) {
      return expect.unreachable();
    }
    const server = closeAfterTest(await openQuirkyServer());
    const line = closeAfterTest(openPlayedCommandLine(server));
    const registration = play(server, name, fixture);
    const { host } = fixture.place ?? {};
    const target = [name, ...(host === undefined ? [] : ['--host', host])];
    const signedIn = await line.runAtTerminal([true], ...target, '--store', 'file');
    expect(signedIn.stderr).not.toContain('error:');
    expect(signedIn.exitCode).toBe(0);
    expect(signedIn.stdout).toMatch(/^Signed in to /);
    const made = () => server.requests.filter(({ path }) => path === registration);
    expect(made()).toHaveLength(registration === undefined ? 0 : 1);
    const [method = '', url = ''] = fixture.token.request.split(' ');
    const exchange = formOf(lastTo(server, `${method} ${new URL(server.placeOf(url)).pathname}`));
    if (registration !== undefined) {
      expect(exchange.client_id).toBe(clientId);
      const body = made()[0]?.body ?? '';
      const registered: string = body.startsWith('{')
        ? JSON.parse(body).redirect_uris[0]
        : new URLSearchParams(body).get('redirect_uris');
      const { port } = new URL(registered);
      const used = String(exchange.redirect_uri);
      expect(port === '' ? used.replace(/:\d+\//, '/') : used).toBe(registered);
    }
    expect((await line.run('token', ...target)).stdout).toBe(`${token}\n`);
    await line.runAtTerminal([], ...target, '--store', 'file');
    expect(made()).toHaveLength(registration === undefined ? 0 : 1);
    expectNoSecrets(line, [secret]);
  });
});
