import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errors, type Provider } from 'oidc-provider';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { type AtSecond, openStage } from '../support/polling-stage.ts';

const CLIENT = 'backchannel';
const CLIENT_SECRET = 'the-secret-of-the-client-that-asks-people';
const ADA = 'person-1815';

/** A request that waits on the device of a person. */
interface Question {
  readonly hint: string;
  readonly message: string | undefined;
  answer(isAgreed: boolean): Promise<void>;
}

let server: AuthorizationServer;
let line: CommandLine;
let questions: Question[];

beforeAll(async () => {
  server = await startAuthorizationServer({
    further: {
      clients: [
        {
          client_id: CLIENT,
          client_secret: CLIENT_SECRET,
          token_endpoint_auth_method: 'client_secret_basic',
          grant_types: ['urn:openid:params:grant-type:ciba', 'refresh_token'],
          response_types: [],
          redirect_uris: [],
          backchannel_token_delivery_mode: 'poll',
        },
      ],
      features: {
        ciba: {
          enabled: true,
          deliveryModes: ['poll'],
          processLoginHint: async (_context, hint) => (hint === 'ada@example.com' ? ADA : undefined),
          processLoginHintToken: async () => undefined,
          verifyUserCode: async () => {},
          validateRequestContext: async () => {},
          async triggerAuthenticationDevice(context, request, account, client) {
            const { provider } = context.oidc as unknown as { provider: Provider };
            const { login_hint: hint, binding_message: message, scope } = context.oidc.params ?? {};
            questions.push({
              hint: String(hint),
              message: message === undefined ? undefined : String(message),
              async answer(isAgreed) {
                if (!isAgreed) {
                  await provider.backchannelResult(request, new errors.AccessDenied('Ada said no'));
                  return;
                }
                const grant = new provider.Grant({
                  accountId: account?.accountId ?? '',
                  clientId: client.clientId,
                });
                grant.addOIDCScope(String(scope));
                await grant.save();
                await provider.backchannelResult(request, grant);
              },
            });
          },
        },
      },
    },
  });
});
afterAll(() => server.close());
beforeEach(() => {
  questions = [];
  line = openCommandLine({ user: 'ada' });
  writeFileSync(join(line.directory, 'secret'), CLIENT_SECRET, { mode: 0o600 });
});
afterEach(() => {
  server.restore();
  line.close();
});

const stage = (atSecond?: AtSecond) => openStage(() => server.hits('token'), atSecond);

/** The person answers at that second. */
const answeredAt = (second: number, isAgreed = true) => {
  let isAnswered = false;
  return stage(async (now) => {
    if (!isAnswered && now >= second) {
      isAnswered = true;
      await questions[0]?.answer(isAgreed);
    }
  });
};

const login = (here: ReturnType<typeof stage>, ...more: string[]) =>
  line.runIn(
    here.changes,
    server.issuer,
    ...['--client-id', CLIENT, '--client-secret-file', join(line.directory, 'secret')],
    ...['--client-authentication', 'client_secret_basic', '--allow-http-loopback', '--ciba'],
    ...more,
  );

const ada = ['--login-hint', 'ada@example.com'];

const isNothingStored = () => {
  const accounts = join(line.directory, 'data', 'accounts');
  return !existsSync(accounts) || readdirSync(accounts).length === 0;
};

describe('--ciba', () => {
  it('signs in a person who agrees on a device of theirs, and refreshes later', async () => {
    const here = answeredAt(12);
    const { exitCode, stdout } = await login(here, ...ada, '--binding-message', 'W4-SCT');
    expect(exitCode, here.said()).toBe(0);
    expect(here.said()).toContain('asks ada@example.com on a device of theirs to agree to this sign-in.');
    expect(here.said()).toContain('It shows there: W4-SCT');
    expect(questions).toMatchObject([{ hint: 'ada@example.com', message: 'W4-SCT' }]);
    expect(stdout).toMatch(/^Signed in to .+ as ada \(Ada Lovelace\)/);
    expect(here.polls()).toEqual([5, 5]);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
    const requests = server.requests.filter(({ form }) => form.get('auth_req_id') !== null);
    const secrets = requests.map(({ form }) => String(form.get('auth_req_id')));
    expect(secrets.length).toBeGreaterThan(0);
    for (const secret of [...secrets, CLIENT_SECRET]) {
      expect(here.said() + line.everythingSaid()).not.toContain(secret);
    }
  });

  it('opens no browser, and needs no redirect URI', async () => {
    const here = answeredAt(6);
    const openBrowser = async () => {
      throw new Error('the browser was opened');
    };
    const changes = { ...here.changes, canOpenBrowser: true, openBrowser };
    expect((await login({ ...here, changes }, ...ada)).exitCode).toBe(0);
  });

  it('tells a program whom the server asks', async () => {
    const here = answeredAt(6);
    await login(here, ...ada, '--events');
    const events = here
      .said()
      .split('\n')
      .filter((each) => each.startsWith('{'))
      .map((each) => JSON.parse(each));
    expect(events).toContainEqual({
      event: 'asked_on_device',
      login_hint: 'ada@example.com',
      expires_in: expect.any(Number),
    });
    expect(events.at(-1)).toMatchObject({ event: 'signed_in' });
  });

  it('ends with exit 5 where the person says no, and stores nothing', async () => {
    const ran = await login(answeredAt(6, false), ...ada, '--json');
    expect(ran).toMatchObject({ exitCode: 5, stdout: '' });
    expect(isNothingStored()).toBe(true);
  });

  it('ends with exit 7 where nobody answers in time', async () => {
    const here = stage();
    const ran = await login(here, ...ada, '--timeout', '20');
    expect(ran).toMatchObject({ exitCode: 7, stdout: '' });
    expect(here.said()).toContain('nobody agreed to the sign-in for');
    expect(here.seconds()).toBe(20);
  });

  it('says of a person whom the server does not know what the server says', async () => {
    const here = stage();
    const ran = await login(here, '--login-hint', 'nobody@example.com');
    expect(ran).toMatchObject({ exitCode: 5, stdout: '' });
    expect(here.said()).toContain('unknown_user_id');
    expect(questions).toEqual([]);
  });

  it.each([
    ['a redirect', { kind: 'redirect', location: 'https://evil.example/' }, 6],
    ['a page', { kind: 'html', status: 200 }, 6],
    ['no auth_req_id', { kind: 'reply', status: 200, body: '{"expires_in":60}' }, 6],
    ['an auth_req_id with a line break', reply({ auth_req_id: 'a\nb', expires_in: 60 }), 6],
    ['no life', reply({ auth_req_id: 'abc', expires_in: -1 }), 6],
    ['a pause longer than its life', reply({ auth_req_id: 'abc', expires_in: 60, interval: 90 }), 6],
    ['a failing server', { kind: 'html', status: 503 }, 7],
  ] as const)('is refused for %s, and stores nothing', async (_what, fault, exit) => {
    server.breakEndpoint('backchannel_authentication', fault);
    expect(await login(stage(), ...ada)).toMatchObject({ exitCode: exit, stdout: '' });
    expect(isNothingStored()).toBe(true);
  });

  it('is refused for an ID Token of another client', async () => {
    server.rewriteIdToken((claims) => ({ ...claims, aud: 'somebody-else' }));
    expect(await login(answeredAt(6), ...ada)).toMatchObject({ exitCode: 6, stdout: '' });
    expect(isNothingStored()).toBe(true);
  });

  it.each([
    ['has no endpoint', { backchannel_authentication_endpoint: undefined }],
    ['has no mode poll', { backchannel_token_delivery_modes_supported: ['push'] }],
  ])('says that the server %s', async (_what, change) => {
    server.rewriteReply('discovery', (metadata) => JSON.parse(JSON.stringify({ ...metadata, ...change })));
    const here = stage();
    expect(await login(here, ...ada)).toMatchObject({ exitCode: 3, stdout: '' });
    expect(here.said()).toContain('run the command again without --ciba');
  });

  it.each([
    [[], 'asks a person, and none is named'],
    [[...ada, '--binding-message', 'a long message with "quotes"'], '--binding-message takes 1 to 20'],
    [[...ada, '--device'], '--device'],
    [[...ada, '--no-wait'], '--no-wait'],
  ])('is a wrong command line with %j', async (flags, words) => {
    const here = stage();
    const ran = await login(here, ...flags);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(here.said() + ran.stderr).toContain(words);
  });
});

function reply(body: object) {
  return { kind: 'reply', status: 200, body: JSON.stringify(body) } as const;
}
