import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/host/clock.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { configurationOf } from '../support/configuration-file.ts';
import { redirect, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer, type Responder } from '../support/quirky-server.ts';

const local = ['--allow-http-loopback', '--timeout', '20', '--yes'];
const TERMS = 'http://www.w3.org/ns/solid/terms#';

let server: AuthorizationServer;
let pod: QuirkyServer;
let line: CommandLine;
beforeAll(async () => {
  server = await startAuthorizationServer({
    further: {
      scopes: ['openid', 'webid', 'offline_access'],
      features: { registration: { enabled: true }, dPoP: { enabled: true } },
    },
  });
});
afterAll(() => server.close());
beforeEach(async () => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
  pod = closeAfterTest(await openQuirkyServer());
  pod.on('/ada/card', profile(server.issuer));
  server.rewriteIdToken((claims) => ({ ...claims, webid: ada() }));
});
afterEach(() => server.restore());

const ada = () => `${pod.origin}/ada/card#me`;
const authorizations = () => server.requestsTo('authorization').filter(({ query }) => query.has('client_id'));

/** A profile whose `#me` has these issuers. */
function profile(...issuers: readonly string[]): Responder {
  const listed = issuers.map((issuer) => `<${issuer}>`).join(', ');
  const statement = issuers.length === 0 ? '' : `<#me> solid:oidcIssuer ${listed}.`;
  return text(
    `@prefix solid: <${TERMS}>.\n<> a <http://xmlns.com/foaf/0.1/Document>.\n${statement}`,
    'text/turtle',
  );
}

/** The answer of a storage of Solid. */
function storage(link: string, status = 200): Responder {
  return (_request, response) => {
    const challenge = status === 401 ? { 'www-authenticate': 'Bearer scope="openid webid"' } : {};
    response.writeHead(status, { 'content-type': 'text/html', link, ...challenge }).end('<p>A pod</p>');
  };
}

function expectNothingStored(): void {
  const accounts = join(line.directory, 'data/accounts');
  expect(existsSync(accounts) ? readdirSync(accounts) : []).toEqual([]);
}

describe('a person of Solid', () => {
  it('is signed in to by the WebID, with a client that registers itself and a bound token', async () => {
    const before = authorizations().length;
    const signedIn = await line.run(ada(), ...local);
    expect(signedIn).toMatchObject({ exitCode: 0 });
    expect(signedIn.stdout).toContain(` as ${ada()}`);
    const [asked] = authorizations().slice(before);
    expect(asked?.query.get('scope')?.split(' ')).toEqual(['openid', 'webid', 'offline_access']);
    expect([asked?.query.has('dpop_jkt'), asked?.query.has('resource')]).toEqual([true, false]);
    const [entry] = Object.values(Object(configurationOf(line)).providers);
    expect(entry).toMatchObject({ issuer: server.issuer, resource: `${pod.origin}/` });

    pod.on('/ada/private', text('secret', 'text/plain'));
    const used = await line.run('request', ada(), `${pod.origin}/ada/private`);
    expect([used.exitCode, used.stdout]).toEqual([0, 'secret']);
    expect(pod.requestsTo('/ada/private')[0]?.headers).toMatchObject({
      authorization: expect.stringMatching(/^DPoP /),
      dpop: expect.any(String),
    });
    expect((await line.run('token', ada())).exitCode).not.toBe(0);
    const who = await line.run('whoami', `${pod.origin}/ada/`, '--json');
    expect(JSON.parse(who.stdout)).toMatchObject({ preferred_username: ada() });
    const registered = server.hits('registration');
    expect((await line.run(ada(), ...local)).exitCode).toBe(0);
    expect(server.hits('registration')).toBe(registered);
    expect((await line.run('logout', ada())).exitCode).toBe(0);
  });

  it.each([
    ['the document of the WebID', '/ada/card', undefined],
    [
      'a storage whose owner is said',
      '/ada/',
      () => storage(`<${ada()}>; rel="${TERMS}owner", <d>; rel="${TERMS}storageDescription"`),
    ],
    ['a part of it that wants a token', '/ada/x', () => storage(`<${ada()}>; rel="${TERMS}owner"`, 401)],
  ] as const)('is found by %s', async (_, path, answer) => {
    if (answer !== undefined) {
      pod.on(path, answer());
    }
    const signedIn = await line.run(`${pod.origin}${path}`, ...local);
    expect([signedIn.exitCode, signedIn.stdout]).toEqual([0, expect.stringContaining(` as ${ada()}`)]);
  });

  it('is one of the server itself, where the storage says no owner', async () => {
    pod.on('/ada/', storage(`<http://www.w3.org/ns/pim/space#Storage>; rel="type"`));
    const { issuer } = server;
    const published = Object(await (await fetch(`${issuer}/.well-known/openid-configuration`)).json());
    pod.on(
      '/.well-known/openid-configuration',
      text(JSON.stringify({ ...published, issuer: `${pod.origin}/` }), 'application/json'),
    );
    const other = await line.run(`${pod.origin}/ada/`, ...local);
    // The metadata are of the pod's origin, the answers of the server: the issuer tells them apart.
    expect(other.exitCode).toBe(6);
    expect(pod.requestsTo('/.well-known/openid-configuration').length).toBeGreaterThan(0);
    expectNothingStored();
  });

  it('chooses among several servers with --issuer, and never the first that comes', async () => {
    pod.on('/ada/card', profile('https://other.example/', server.issuer));
    const several = await line.run(ada(), ...local);
    expect([several.exitCode, several.stderr]).toEqual([3, expect.stringContaining('names several servers')]);
    expect((await line.run(ada(), ...local, '--issuer', server.issuer)).exitCode).toBe(0);
    expect((await line.run(ada(), ...local, '--issuer', 'https://third.example')).exitCode).toBe(3);
  });

  it.each([
    ['names no server', () => profile()],
    ['is no Turtle', () => text('<#me> <p>', 'text/turtle')],
    [
      'says it of somebody in another document',
      () => text(`<https://other.example/card#me> <${TERMS}oidcIssuer> <${server.issuer}>.`, 'text/turtle'),
    ],
    [
      'says it of another person',
      () => text(`<#you> <${TERMS}oidcIssuer> <${server.issuer}>.`, 'text/turtle'),
    ],
  ] as [string, () => Responder][])(
    'has to have a profile that names a server; one that %s does not',
    async (_, answer) => {
      pod.on('/ada/card', answer());
      const ended = await line.run(ada(), ...local);
      expect(ended.exitCode).toBe(3);
      expectNothingStored();
    },
  );

  it('is no address with a fragment that is something else', async () => {
    pod.on('/', text('<p>an application</p>', 'text/html'));
    const [page, route] = [
      await line.run(`${pod.origin}/#top`, ...local),
      await line.run(`${pod.origin}/#/login`, ...local),
    ];
    expect([page.exitCode, route.exitCode]).toEqual([2, 2]);
  });
});

describe('two people of one pod host', () => {
  const eve = () => `${pod.origin}/eve/card#me`;
  const signIn = async (webid: string) => {
    server.rewriteIdToken((claims) => ({ ...claims, webid }));
    expect((await line.run(webid, ...local)).exitCode).toBe(0);
  };
  beforeEach(() => pod.on('/eve/card', profile(server.issuer)));

  it('are told apart by their WebIDs: who is not signed in is nobody else', async () => {
    await signIn(eve());
    pod.on('/ada/private', text('secret', 'text/plain'));
    for (const words of [
      ['whoami', ada()],
      ['whoami', ada(), '--issuer', server.issuer],
      ['request', ada(), `${pod.origin}/ada/private`],
      ['logout', ada()],
    ]) {
      const ended = await line.run(...words);
      expect([words, ended.exitCode]).toEqual([words, 4]);
      expect(ended.stdout + ended.stderr).not.toContain('/eve/');
    }
    await line.run('logout', ada(), '--all');
    expect(pod.requestsTo('/ada/private')).toEqual([]);
    const who = await line.run('whoami', eve(), '--issuer', server.issuer, '--json');
    expect(JSON.parse(who.stdout)).toMatchObject({ sub: eve() });
  });

  it('have an account each, although the server calls them the same', async () => {
    await signIn(ada());
    await signIn(eve());
    for (const webid of [ada(), eve()]) {
      const who = JSON.parse((await line.run('whoami', webid, '--json')).stdout);
      expect(who).toMatchObject({
        sub: webid,
        preferred_username: webid,
        raw: { webid, sub: expect.stringMatching(/^person-/) },
      });
    }
    expect((await line.run('logout', ada())).exitCode).toBe(0);
    expect((await line.run('whoami', ada())).exitCode).toBe(4);
    expect((await line.run('whoami', eve())).exitCode).toBe(0);
  });

  it('are told apart without a fragment as well, once both are signed in', async () => {
    const [first, second] = [`${pod.origin}/ada`, `${pod.origin}/ada/eve`];
    for (const webid of [first, second]) {
      pod.on(new URL(webid).pathname, text(`<> <${TERMS}oidcIssuer> <${server.issuer}>.`, 'text/turtle'));
      await signIn(webid);
    }
    for (const webid of [first, second]) {
      const who = await line.run('whoami', webid, '--json');
      expect(JSON.parse(who.stdout)).toMatchObject({ sub: webid });
    }
  });

  it('are refreshed by the subject and the WebID of their ID Token', async () => {
    server.rewriteReply('token', (body) => ({ ...body, expires_in: 30 }));
    await signIn(ada());
    pod.on('/ada/private', text('secret', 'text/plain'));
    const before = server.hits('token');
    const later = { clock: { ...systemClock, now: () => new Date(Date.now() + 40_000) } };
    const used = await line.runIn(later, 'request', ada(), `${pod.origin}/ada/private`);
    expect([used.exitCode, used.stdout, used.stderr]).toEqual([0, 'secret', '']);
    expect(server.hits('token')).toBeGreaterThan(before);
    server.rewriteIdToken((claims) => ({ ...claims, webid: eve() }));
    const evenLater = { clock: { ...systemClock, now: () => new Date(Date.now() + 80_000) } };
    const other = await line.runIn(evenLater, 'request', ada(), `${pod.origin}/ada/private`);
    expect([other.exitCode, other.stderr]).toEqual([6, expect.stringContaining('a different webid')]);
    expect(pod.requestsTo('/ada/private')).toHaveLength(1);
  });
});

describe('an answer of Solid that must not be trusted', () => {
  it.each([
    ['about another WebID', () => `${pod.origin}/eve/card#me`],
    ['without a WebID', () => undefined],
    ['with a WebID over plain http elsewhere', () => 'http://pod.example/card#me'],
    ['with a WebID that is no address', () => 'ada'],
  ] as [string, () => unknown][])('is one %s', async (_, webid) => {
    pod.on('/eve/card', profile(server.issuer));
    server.rewriteIdToken((claims) => ({ ...claims, webid: webid() }));
    const ended = await line.run(ada(), ...local, '--json');
    expect([ended.exitCode, errorOf(ended)]).toMatchObject([6, { code: 'protocol_subject_mismatch' }]);
    expectNothingStored();
  });

  it.each([
    ['names another server by then', () => profile('https://other.example/')],
    ['names none by then', () => profile()],
    ['has moved', () => redirect('/elsewhere')],
    ['is of a private network by then', () => redirect('https://10.0.0.1/card')],
  ] as [string, () => Responder][])('T79 is one about a WebID whose profile %s', async (_, answer) => {
    pod.on('/elsewhere', profile(server.issuer));
    pod.on('/ada/card', profile(server.issuer), answer());
    const ended = await line.run(ada(), ...local);
    expect(ended.exitCode).toBe(6);
    expectNothingStored();
  });

  it('is a token that is not bound to the key', async () => {
    server.rewriteReply('token', (body) => ({ ...body, token_type: 'Bearer' }));
    const ended = await line.run(ada(), ...local);
    expect(ended.exitCode).toBe(6);
    expectNothingStored();
  });

  it('T05 is asked for by no profile before the person agrees to its server', async () => {
    const before = [authorizations().length, server.hits('registration')];
    const alone = await line.run(ada(), '--allow-http-loopback', '--json');
    expect([alone.exitCode, errorOf(alone)]).toMatchObject([4, { code: 'person_required' }]);
    expect([authorizations().length, server.hits('registration')]).toEqual(before);
    expectNothingStored();
  });

  it.each(['https://10.0.0.1/', 'https://169.254.169.254/', 'http://issuer.example/'])(
    'is no server at %s, and nothing is asked there',
    async (issuer) => {
      pod.on('/ada/card', profile(issuer));
      const ended = await line.run(ada(), ...local);
      expect(ended.exitCode).toBe(6);
      expectNothingStored();
    },
  );
});
