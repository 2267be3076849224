import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AuthorizationServer,
  type Endpoint,
  startAuthorizationServer,
} from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { findSecrets } from '../support/canary.ts';
import type { Fault } from '../support/faults.ts';
import { onlyOnNode } from '../support/only-on-node.ts';
import type { Ended, Program } from '../support/programs.ts';
import { openAuthority, serveHttps } from '../support/tls.ts';

const CLIENT_SECRET = 'a-client-secret/with+odd=characters&more';
const PASSPHRASE = 'a-passphrase-that-nobody-may-see';
/** In replies that are no token response, and must not be shown for that. */
const UNREAD = 'CANARYinAReplyThatCannotBeUsed';

const FAILURES: readonly (readonly [string, Fault])[] = [
  ['400 that repeats our request', { kind: 'echo', status: 400 }],
  ['401 that repeats our request', { kind: 'echo', status: 401 }],
  ['500 that repeats our request', { kind: 'echo', status: 500 }],
  [
    'an HTML page',
    { kind: 'reply', status: 200, body: `<p>${UNREAD}`, headers: { 'content-type': 'text/html' } },
  ],
  ['half a JSON document', { kind: 'reply', status: 200, body: `{"access_token":"${UNREAD}` }],
  ['a few words', { kind: 'reply', status: 200, body: UNREAD }],
  [
    'a form',
    {
      kind: 'reply',
      status: 200,
      body: `access_token=${UNREAD}&token_type=bearer`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
  ],
  ['a redirect', { kind: 'redirect', location: `https://x.test/?token=${UNREAD}`, status: 307 }],
  ['a reset', { kind: 'reset' }],
];

const TALKATIVE = {
  NODE_DEBUG: 'http,https,net,tls,undici,fetch,stream',
  NODE_OPTIONS: '--trace-uncaught --trace-warnings --pending-deprecation',
};

let command: Program;
let server: AuthorizationServer;
/** A home in which Ada is signed in. */
let signedIn: CommandHome;
let home: CommandHome;
const target = () => [server.issuer, '--client-id', 'confidential', '--allow-http-loopback'];
const variables = () => ({
  [`OAUTH_LOGIN_${new URL(server.issuer).host.replaceAll(/\W/g, '_')}_CLIENT_SECRET`]: CLIENT_SECRET,
  OAUTH_LOGIN_PASSPHRASE: PASSPHRASE,
});

beforeAll(async () => {
  [command, server] = await Promise.all([
    buildCommand(),
    startAuthorizationServer({
      confidentialClients: [
        {
          clientId: 'confidential',
          clientSecret: CLIENT_SECRET,
          authentication: 'client_secret_basic',
          redirectUris: ['http://127.0.0.1/callback'],
        },
      ],
    }),
  ]);
  signedIn = openHome(command);
  expect(await signedIn.runHere(target(), { env: variables() })).toMatchObject({ code: 0 });
});
afterAll(async () => {
  signedIn?.close();
  await server?.close();
  command?.remove();
});
beforeEach(() => {
  home = signedIn.copy();
});
afterEach(() => {
  server.restore();
  home.close();
});

const secrets = () => [...server.issuedSecrets(), CLIENT_SECRET, PASSPHRASE, UNREAD];

/** Nothing in either stream, or anywhere under HOME; `printed` is what standard output is for. */
function expectDiscretion({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>, printed = ''): void {
  const places = [stderr, stdout.replace(printed, ''), { directory: home.home }];
  expect(places.map((place) => findSecrets(place, secrets()))).toEqual([[], [], []]);
}

/** How a command line is run: a process with all that Node can say of it, or this process for one more answer. */
const inAProcess = {
  run: (args: readonly string[]) => home.run(args, { env: { ...variables(), ...TALKATIVE } }),
  signIn: (args: readonly string[]) => home.signIn(args, { env: { ...variables(), ...TALKATIVE } }),
};
const here = {
  run: (args: readonly string[]) => home.runHere(args, { env: variables() }),
  signIn: (args: readonly string[]) => home.runHere(args, { env: variables() }),
};

describe.each([
  ...FAILURES.slice(0, 1).map(
    ([name, fault]) => [`${name}, with all of Node’s own output`, fault, inAProcess] as const,
  ),
  ...FAILURES.map(([name, fault]) => [name, fault, here] as const),
])('T12 secrets stay out of errors, debug output and files when the answer is %s', (_name, fault, way) => {
  const failing: readonly (readonly [string, Endpoint, () => string[]])[] = [
    ['token --refresh', 'token', () => ['token', '--refresh', '--debug']],
    ['whoami', 'userinfo', () => ['whoami', '--debug', '--json']],
    ['logout', 'revocation', () => ['logout', '--debug']],
    ['setup', 'discovery', () => ['setup', 'own', ...setUp(), '--debug']],
  ];
  const setUp = () => ['--issuer', server.issuer, '--allow-http-loopback', '--client-id', 'c'];

  it.each(failing)('%s', async (commandName, endpoint, args) => {
    server.breakEndpoint(endpoint, fault);
    const before = server.hits(endpoint);
    const ended = await way.run(args());
    expect(server.hits(endpoint)).toBeGreaterThan(before);
    // RFC 7009 §2.2: status 200 says that it was revoked, whatever stands in the reply.
    const isRevoked = commandName === 'logout' && 'status' in fault && fault.status === 200;
    expect(ended.code === 0).toBe(isRevoked);
    expect([1, null]).not.toContain(ended.code);
    expectDiscretion(ended);
  });

  it.each(['token', 'userinfo'] as const)('login, from the %s endpoint', async (endpoint) => {
    server.breakEndpoint(endpoint, fault);
    const ended = await way.signIn([...target(), '--debug']);
    // Without the profile the sign-in is kept, and the person taken from the ID Token.
    if (endpoint === 'token') {
      expect(ended.code).toBeGreaterThan(1);
    } else {
      expect(ended).toMatchObject({
        code: 0,
        stderr: expect.stringMatching(/^note: .+the ID Token says who signed in/m),
      });
    }
    expect(findSecrets(ended.page?.body ?? expect.unreachable('no page'), secrets())).toEqual([]);
    expectDiscretion(ended);
  });
});

describe('T12 the two lines of an error', () => {
  it('are all that is said without --debug', async () => {
    server.breakEndpoint('token', { kind: 'echo', status: 400 });
    const ended = await home.signIn(target(), { env: variables() });
    expect(ended.code).toBe(5);
    expect(ended.stderr).toMatch(
      /\noauth-login: error: .+ answered with status 400\noauth-login: hint: .+\n$/,
    );
    expectDiscretion(ended);
  });
});

describe('T12 secrets stay out of debug output when all goes well', () => {
  it.each([
    ['as usual', [], { OAUTH_LOGIN_STORE: 'file' }],
    [
      'with a passphrase, --debug and all of Node’s own',
      ['--debug'],
      { OAUTH_LOGIN_STORE: 'passphrase', ...TALKATIVE },
    ],
  ] as const)('%s', async (_name, flags, env) => {
    home.close();
    home = openHome(command);
    const options = { env: { ...variables(), ...env } };
    const login = await home.signIn([...target(), ...flags], options);
    expect(login.code).toBe(0);
    expectDiscretion(login);
    const token = await home.run(['token', '--refresh', ...flags], options);
    expect(server.issuedSecrets('access_token')).toContain(token.stdout.trim());
    expectDiscretion(token, token.stdout.trim());
    for (const args of [['whoami', ...flags], ['whoami', '--offline'], ['status'], ['logout', ...flags]]) {
      const ended = await home.run(args, options);
      expect([args, ended.code], ended.stderr).toEqual([args, 0]);
      expectDiscretion(ended);
    }
  });

  onlyOnNode(() => {
    it('and Node’s own debug output was there to be searched', async () => {
      const { stderr } = await home.run(['token', '--refresh'], { env: { ...variables(), ...TALKATIVE } });
      expect(stderr).toMatch(/^NET \d+: /m);
    });
  });
});

describe('T12 a server whose certificate is not valid', () => {
  it('hears nothing, and nothing is said of what it would have heard', async () => {
    const authority = await openAuthority();
    const heard: string[] = [];
    const tls = await serveHttps(await authority.issue(['DNS:as.test']), (request, response) => {
      heard.push(request.url ?? '');
      response.end();
    });
    try {
      server.rewriteReply('discovery', (body) => ({ ...body, token_endpoint: `${tls.origin}/token` }));
      const args = ['--issuer', ...target(), '--debug'];
      const ended = await home.signIn(args, { env: { ...variables(), ...TALKATIVE } });
      expect(ended.code).toBe(7);
      expect(ended.stderr).toContain('certificate');
      expect(tls.connections()).toBeGreaterThan(0);
      expect(heard).toEqual([]);
      expectDiscretion(ended);
    } finally {
      await tls.close();
      await authority.remove();
    }
  });
});
