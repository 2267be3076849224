import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loginSettings } from '../../src/settings/login-settings.ts';
import { personOfToken } from '../../src/sign-in/atproto-settings.ts';
import { type AtprotoNetwork, didOf, metadataOf, startAtprotoNetwork } from '../support/atproto-network.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, type Outcome, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { json, redirect, text } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';
import { standardInput } from '../support/standard-input.ts';

const local = ['--allow-http-loopback', '--timeout', '20'];
const [alice, mallory] = [didOf('a'), didOf('b')];

let line: CommandLine;
let network: AtprotoNetwork;
let records: Record<string, readonly string[]>;
beforeEach(async () => {
  line = closeAfterTest(openCommandLine({ user: 'ada' }));
  network = closeAfterTest(await startAtprotoNetwork());
  writeConfiguration(line, { providers: { bluesky: network.entry } });
  network.person(alice, 'alice.test');
  network.person(mallory, 'mallory.test');
  network.signsIn(alice);
  records = { '_atproto.alice.test': [`did=${alice}`], '_atproto.mallory.test': [`did=${mallory}`] };
});

function run(...words: string[]): Promise<Outcome> {
  const resolveTxt = async (name: string) => {
    const found = records[name];
    if (found === undefined) {
      throw new Error('ENOTFOUND');
    }
    return found;
  };
  return line.runIn({ resolveTxt }, ...words);
}

function expectNothingStored(): void {
  const accounts = join(line.directory, 'data/accounts');
  expect(existsSync(accounts) ? readdirSync(accounts) : []).toEqual([]);
}

/** Who has signed in at the server, where nobody was named before. */
async function personAfterwards(sub: string | undefined) {
  const settings = loginSettings('bluesky', { allowHttpLoopback: true }, {}, { providers: new Map() });
  const identity = { kind: 'atproto', directory: network.directory.origin } as const;
  const metadata = { issuer: network.server.origin };
  const provider = { ...settings.provider, metadata, discovered: [] };
  const context = { ...line.context, resolveTxt: async (name: string) => records[name] ?? [] };
  return personOfToken(sub, identity, provider, settings, context);
}

const isAsked = () => network.server.requestsTo('/par').length > 0;

describe('a handle of atproto', () => {
  it.each([
    ['bluesky', 'alice.test'],
    ['bluesky', '@Alice.test'],
    ['bluesky:alice.test'],
    ['bluesky', '--login-hint', 'alice.test'],
    ['bluesky', alice],
    ['login', 'atproto', alice],
  ])('leads to its server, and is signed in to with nothing else: %s %s %s', async (...words) => {
    const signedIn = await run(...words, ...local);
    expect(signedIn).toMatchObject({ exitCode: 0 });
    expect(signedIn.stdout).toMatch(/^Signed in to Bluesky as alice\.test\b/);
    const form = new URLSearchParams(network.server.requestsTo('/par')[0]?.body);
    const client = new URL(form.get('client_id') ?? '');
    expect([client.origin, client.pathname]).toEqual(['http://localhost', '/']);
    expect(form.get('client_id')).toMatch(/^http:\/\/localhost\?/);
    expect(client.searchParams.get('redirect_uri')).toBe('http://127.0.0.1/callback');
    expect(client.searchParams.get('scope')?.split(' ')).toContain('atproto');
    expect(form.get('redirect_uri')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    expect([form.get('scope'), form.get('login_hint'), form.has('resource')]).toEqual([
      'atproto',
      'alice.test',
      false,
    ]);
    expect(JSON.parse((await line.run('whoami', 'bluesky', '--json', '--offline')).stdout)).toMatchObject({
      sub: alice,
      preferred_username: 'alice.test',
    });
  });

  it('is asked for once more by its account, and its requests go to its own server alone', async () => {
    await run('bluesky', 'alice.test', ...local);
    expect((await run('bluesky:alice.test', ...local)).exitCode).toBe(0);
    const [, again] = network.server.requestsTo('/par').map(({ body }) => new URLSearchParams(body));
    expect(again?.get('login_hint')).toBe('alice.test');
    network.pds.on('/xrpc/x', json({ did: alice }));
    const used = await run('request', 'bluesky', `${network.pds.origin}/xrpc/x`);
    expect([used.exitCode, used.stdout]).toEqual([0, expect.stringContaining(alice)]);
    expect(network.pds.requestsTo('/xrpc/x')[0]?.headers.authorization).toBe('DPoP canary-atproto-token');
    expect((await run('request', 'bluesky', `${network.directory.origin}/x`)).exitCode).toBe(2);
    expect((await run('status')).stdout).toContain('account:   bluesky:alice.test');
  });

  it('may be left out, and then the answer decides, where its own server names this one', async () => {
    await expect(personAfterwards(alice)).resolves.toMatchObject({ did: alice, handle: 'alice.test' });
  });

  it('asks for more scopes with a client that lists them', async () => {
    await run('bluesky', 'alice.test', '--scope', 'repo:app.example.note', ...local);
    const form = new URLSearchParams(network.server.requestsTo('/par')[0]?.body);
    expect(new URL(form.get('client_id') ?? '').searchParams.get('scope')?.split(' ')).toEqual(
      expect.arrayContaining(['atproto', 'repo:app.example.note']),
    );
  });

  it('is refreshed for the same DID alone', async () => {
    network.signsIn(alice, { refresh_token: 'canary-refresh-1' });
    await run('bluesky', 'alice.test', ...local);
    network.signsIn(alice, { refresh_token: 'canary-refresh-2', access_token: 'canary-second-token' });
    const renewed = JSON.parse((await run('token', 'bluesky', '--refresh', '--json')).stdout);
    expect(renewed.access_token).toBe('canary-second-token');
    for (const sub of [mallory, undefined]) {
      network.signsIn(sub, { refresh_token: 'canary-refresh-3', access_token: 'canary-token-of-mallory' });
      const other = await run('token', 'bluesky', '--refresh', '--json');
      expect([other.exitCode, errorOf(other)]).toMatchObject([6, { code: 'protocol_subject_mismatch' }]);
      expect(other.stdout).not.toContain('canary-token-of-mallory');
    }
  });

  it('is signed in to in two calls too, under the same checks', async () => {
    const begin = async () => {
      const begun = await run('bluesky', 'alice.test', ...local, '--no-browser', '--no-wait', '--json');
      const { id, authorization_url } = JSON.parse(begun.stdout);
      const answer = await fetch(authorization_url, { redirect: 'manual' });
      const stdin = standardInput(`${answer.headers.get('location')}\n`);
      return line.runIn({ stdin }, 'login', '--resume', id, '--json');
    };
    network.signsIn(mallory);
    expect((await begin()).exitCode).toBe(6);
    expectNothingStored();
    network.signsIn(alice);
    const done = await begin();
    expect([done.exitCode, JSON.parse(done.stdout).profile]).toMatchObject([0, { sub: alice }]);
  });

  it('is left out of the profile of a DID where it does not lead back', async () => {
    records['_atproto.alice.test'] = [`did=${mallory}`];
    const signedIn = await run('bluesky', alice, ...local);
    expect(signedIn.stdout).toMatch(new RegExp(`^Signed in to Bluesky as ${alice}`));
  });

  it('is no second word for any other provider', async () => {
    const refused = await run('github', 'alice.test');
    expect([refused.exitCode, refused.stderr]).toEqual([
      2,
      expect.stringContaining('too many words after "github"'),
    ]);
    const three = await run('bluesky', 'alice.test', 'bob.test');
    expect(three.exitCode).toBe(2);
    const two = await run('bluesky', 'alice.test', '--login-hint', 'bob.test');
    expect([two.exitCode, two.stderr]).toEqual([2, expect.stringContaining('name two people')]);
  });

  it.each([
    'alice',
    'alice.local',
    'alice..test',
    'alice.test/x',
    '127.0.0.1',
    'did:key:z6Mk',
    'alice.internal',
  ])('is not %s, and nothing is asked for it', async (name) => {
    const refused = await run('bluesky', '--login-hint', name, ...local);
    expect(refused.exitCode).toBe(3);
    expect(network.directory.requests).toEqual([]);
  });

  it('is one that somebody has', async () => {
    const nobody = await run('bluesky', '--login-hint', 'nobody.test', ...local);
    expect([nobody.exitCode, nobody.stderr]).toEqual([3, expect.stringContaining('nobody has the handle')]);
    const gone = await run('bluesky', didOf('c'), ...local);
    expect([gone.exitCode, gone.stderr]).toEqual([3, expect.stringContaining('there is no did:plc:')]);
    expectNothingStored();
  });
});

it('Bluesky itself is signed in to without a handle, and the answer decides who that is', async () => {
  const server = closeAfterTest(await openQuirkyServer());
  const played = closeAfterTest(openPlayedCommandLine(server));
  const [issuer, pds] = ['https://bsky.social', 'https://puffball.us-east.host.bsky.network'];
  const service = [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: pds }];
  server.at(`${issuer}/.well-known/oauth-authorization-server`, json(metadataOf(issuer)));
  server.at(`${issuer}/par`, json({ request_uri: 'urn:example:1', expires_in: 60 }, 201));
  server.at(`${issuer}/authorize`, (_request, response) => {
    const pushed = new URLSearchParams(server.requests.findLast(({ path }) => path.endsWith('/par'))?.body);
    const back = `${pushed.get('redirect_uri')}?code=canary-code&state=${pushed.get('state')}&iss=${issuer}`;
    response.writeHead(302, { location: back }).end();
  });
  const tokens = { access_token: 'canary-atproto-token', token_type: 'DPoP', scope: 'atproto' };
  server.at(`${issuer}/token`, json({ ...tokens, sub: alice }));
  server.at(
    `https://plc.directory/${alice}`,
    json({ id: alice, alsoKnownAs: ['at://alice.bsky.social'], service }),
  );
  server.at(
    `${pds}/.well-known/oauth-protected-resource`,
    json({ resource: pds, authorization_servers: [issuer] }),
  );
  server.at('https://alice.bsky.social/.well-known/atproto-did', text(`${alice}\n`, 'text/plain'));
  const signedIn = await played.runAtTerminal([], 'bluesky');
  expect(signedIn.stderr).not.toContain('error:');
  expect(signedIn.stdout).toMatch(/^Signed in to Bluesky as alice\.bsky\.social\b/);

  server.at(
    `${pds}/.well-known/oauth-protected-resource`,
    json({ resource: pds, authorization_servers: ['https://other.example'] }),
  );
  const untrusted = await played.runAtTerminal([], 'bluesky', '--no-store');
  expect([untrusted.exitCode, untrusted.stderr]).toEqual([6, expect.stringContaining('does not speak for')]);
});

describe('an identity of atproto that must not be trusted', () => {
  const untrusted: readonly (readonly [what: string, spoil: () => void])[] = [
    [
      'a handle that leads to somebody else',
      () => {
        records['_atproto.alice.test'] = [`did=${mallory}`];
      },
    ],
    [
      'a handle with two DIDs',
      () => {
        records['_atproto.alice.test'] = [`did=${alice}`, `did=${mallory}`];
      },
    ],
    [
      'a handle with a DID of another kind',
      () => {
        records['_atproto.alice.test'] = ['did=did:key:z6Mk'];
      },
    ],
    ['a document without the handle', () => network.person(alice, undefined)],
    [
      'a document that has the handle second',
      () => network.person(alice, 'other.test', { alsoKnownAs: ['at://other.test', 'at://alice.test'] }),
    ],
    ['a document of another DID', () => network.person(alice, 'alice.test', { id: mallory })],
    ['a document without a server', () => network.person(alice, 'alice.test', { service: [] })],
    ['a document that is none', () => network.directory.on(`/${alice}`, text('<html>', 'text/html'))],
    [
      'a server of data that is plain http elsewhere',
      () => network.person(alice, 'alice.test', serviceAt('http://pds.test')),
    ],
    [
      'a server of data in a private network',
      () => network.person(alice, 'alice.test', serviceAt('https://10.0.0.1')),
    ],
    [
      'a server of data at the metadata service of a cloud',
      () => network.person(alice, 'alice.test', serviceAt('https://169.254.169.254')),
    ],
    [
      'a server of data that is no origin',
      () => network.person(alice, 'alice.test', serviceAt(`${network.pds.origin}/alice`)),
    ],
    [
      'another kind of server',
      () =>
        network.person(alice, 'alice.test', {
          service: [{ id: '#atproto_pds', type: 'Other', serviceEndpoint: network.pds.origin }],
        }),
    ],
    [
      'a server of data that speaks for another one',
      () => resource({ resource: 'https://other.test', authorization_servers: [network.server.origin] }),
    ],
    [
      'a server of data with two servers',
      () =>
        resource({
          resource: network.pds.origin,
          authorization_servers: [network.server.origin, 'https://other.test'],
        }),
    ],
    [
      'a server of data without a server',
      () => resource({ resource: network.pds.origin, authorization_servers: [] }),
    ],
    [
      'a server of data that redirects',
      () => network.pds.on('/.well-known/oauth-protected-resource', redirect('/elsewhere')),
    ],
    [
      'an authorization server in a private network',
      () => resource({ resource: network.pds.origin, authorization_servers: ['https://192.168.0.1'] }),
    ],
    ['an authorization server of another issuer', () => metadata({ issuer: 'https://other.test' })],
    ['an authorization server without S256', () => metadata({ code_challenge_methods_supported: ['plain'] })],
    [
      'an authorization server without iss',
      () => metadata({ authorization_response_iss_parameter_supported: undefined }),
    ],
    [
      'an authorization server without S256 in its metadata',
      () => metadata({ code_challenge_methods_supported: undefined }),
    ],
  ];
  const serviceAt = (serviceEndpoint: string) => ({
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint }],
  });
  const resource = (document: object) =>
    network.pds.on('/.well-known/oauth-protected-resource', json(document));
  const metadata = (changes: object) =>
    network.server.on(
      '/.well-known/oauth-authorization-server',
      json({ ...metadataOf(network.server.origin), ...changes }),
    );

  it.each(untrusted)('T79 is %s: nothing is asked of a server, and nothing stored', async (_, spoil) => {
    spoil();
    const ended = await run('bluesky', 'alice.test', ...local);
    expect(ended.exitCode).toBe(6);
    expect(isAsked()).toBe(false);
    expectNothingStored();
  });

  it.each([
    ['is somebody else', mallory, {}],
    ['is no DID', 'alice.test', {}],
    ['is missing', undefined, {}],
    ['has not the scope', alice, { scope: 'transition:generic' }],
    ['has a bearer token', alice, { token_type: 'Bearer' }],
  ])('is one of a token that %s', async (_, sub, changes) => {
    network.signsIn(sub, changes);
    const ended = await run('bluesky', 'alice.test', ...local);
    expect(ended.exitCode).toBe(6);
    expectNothingStored();
  });

  it('is one whose own server names another authorization server than the one that was signed in to', async () => {
    const other = closeAfterTest(await startAtprotoNetwork());
    network.person(alice, 'alice.test', serviceAt(other.pds.origin));
    await expect(personAfterwards(alice)).rejects.toMatchObject({ code: 'protocol_subject_mismatch' });
    await expect(personAfterwards(undefined)).rejects.toMatchObject({ code: 'protocol_subject_mismatch' });
  });
});
