import { openSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import type { Clock } from '../../src/ground/context.ts';
import { AbortedError } from '../../src/ground/errors.ts';
import { systemClock } from '../../src/host/clock.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { errorOf } from '../support/command-line.ts';
import type { Program } from '../support/programs.ts';
import { standardInput } from '../support/standard-input.ts';

const client = () => ['--client-id', server.clientId, '--allow-http-loopback'];
const nobody = { CI: 'true', BROWSER: '' };

/** Signs in at the address, and gives the address that the browser ends on, where nobody listens. */
async function answerOf(authorizationUrl: string, user = 'ada', consent = true): Promise<string> {
  const isRedirect = ({ pathname }: URL) => pathname === '/callback';
  return (await playUserAgent(authorizationUrl, { user, consent, outOfReach: isRedirect })).finalUrl;
}

async function begin(...flags: string[]) {
  const { stdout, stderr, exitCode } = await line.runIn(
    { env: { ...line.context.env, ...nobody }, canOpenBrowser: false },
    ...['login', server.issuer, ...client(), '--no-wait', '--json', ...flags],
  );
  expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return JSON.parse(stdout);
}

const resume = (id: string, input = '', ...flags: string[]) =>
  line.runIn({ stdin: standardInput(input) }, 'login', '--resume', id, '--json', ...flags);

const files = () => readdirSync(join(line.directory, 'data', 'sign-ins'));

describe("an agent's transcript", () => {
  let command: Program;
  let home: CommandHome;
  beforeAll(async () => {
    command = await buildCommand();
    home = openHome(command);
  });
  afterAll(() => {
    home.close();
    command.remove();
  });
  /** An agent's call: no terminal, no browser, and CI is set. */
  const call = async (args: readonly string[], input?: string, ahead = 0) => {
    const file = join(home.home, 'input');
    writeFileSync(file, input ?? '');
    const stdio = [openSync(file, 'r'), 'pipe', 'pipe'] as const;
    const { code, stdout, stderr } = await home.run(args, {
      env: { ...nobody, ...home.clockAhead(ahead) },
      stdio: [...stdio],
    });
    return { code, stderr, answer: stdout === '' ? undefined : JSON.parse(stdout) };
  };

  it('of a code grant: begin, ask, hand over the address, use the token', async () => {
    const begun = await call(['login', server.issuer, ...client(), '--no-browser', '--no-wait', '--json']);
    expect(begun).toMatchObject({ code: 0, stderr: '' });
    const { id, authorization_url, resume, expires_in, hint } = begun.answer;
    expect(resume).toEqual(['oauth-login', 'login', '--resume', id, '--json']);
    expect([id, expires_in]).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), 1800]);
    expect(hint).toMatch(/error page of its own .+ the address of that page is the answer/);
    const go = resume.slice(1);
    const asked = await call([...go, '--once']);
    expect(asked).toMatchObject({ code: 4, answer: { status: 'pending', id } });
    const listed = await call(['status', '--json']);
    expect(listed.answer.sign_ins).toMatchObject([{ id, grant: 'authorization_code' }]);
    const address = await answerOf(authorization_url);
    const done = await call(go, `${address}\n`);
    expect(done).toMatchObject({ code: 0, stderr: '', answer: { profile: { preferred_username: 'ada' } } });
    expect((await call([...go, '--once'])).answer).toMatchObject({
      status: 'done',
      account: done.answer.account,
    });
    expect((await home.run(['token', server.issuer])).code).toBe(0);
    expect((await call(['status', '--json'])).answer.sign_ins).toEqual([]);
  });

  it('of a device grant: begin, show the code, wait in two processes, one account', async () => {
    const before = server.hits('token');
    const begun = await call(['login', server.issuer, ...client(), '--device', '--no-wait', '--json']);
    const { resume, user_code, verification_uri, verification_uri_complete, interval } = begun.answer;
    expect(verification_uri_complete).toBe(`${verification_uri}?user_code=${user_code}`);
    expect(interval).toBe(5);
    const go = resume.slice(1);
    expect((await call([...go, '--once'])).answer).toMatchObject({ status: 'pending', interval: 5 });
    expect(server.hits('token')).toBe(before);
    await playUserAgent(verification_uri_complete, { user: 'grace', consent: true });
    const [one, other] = await Promise.all([call(go, '', interval), call(go, '', interval)]);
    expect(one).toMatchObject({ code: 0, answer: { profile: { preferred_username: 'grace' } } });
    expect(other.answer.account).toBe(one.answer.account);
    expect(server.hits('token') - before).toBe(1);
  });
});

it('gives a second person a refresh token too, because nobody can be asked for consent a second time', async () => {
  await line.run(server.issuer, ...client());
  for (const user of ['grace', 'ada']) {
    const { id, authorization_url } = await begin('--no-browser');
    const done = await resume(id, `${await answerOf(authorization_url, user)}\n`);
    expect(JSON.parse(done.stdout)).toMatchObject({ refreshable: true, missing_scopes: [] });
  }
});

describe('the first call', () => {
  it('keeps what it needs sealed, and shows none of it', async () => {
    const { id, authorization_url } = await begin('--no-browser');
    const text = readFileSync(join(line.directory, 'data', 'sign-ins', `${id}.sign-in`), 'utf8');
    const state = new URL(authorization_url).searchParams.get('state') ?? '';
    expectNoSecrets(text, [state]);
    expect(text).toContain('"grant":"authorization_code"');
  });

  it('opens no browser, and tells people in words', async () => {
    const { stdout } = await line.run(server.issuer, ...client(), '--no-wait');
    expect(stdout).toMatch(/^To sign in to .+, open this address:\nhttp:\S+\n/);
    expect(stdout).toMatch(/\noauth-login login --resume [0-9a-f]{32}\n/);
    await expect(line.lastPage()).rejects.toThrow('no browser was opened');
    const listed = await line.run('status');
    expect(listed.stdout).toMatch(/a sign-in waits for you, for 30 minutes more\n/);
  });

  it('decides the store, where another account of the client is in a file', async () => {
    await line.run(server.issuer, ...client(), '--store', 'file');
    const env = { ...line.context.env, ...nobody, OAUTH_LOGIN_STORE: undefined };
    const words = ['login', server.issuer, ...client(), '--no-wait', '--json'];
    const outcome = await line.runIn({ env }, ...words);
    expect(errorOf(outcome)).toMatchObject({ code: 'store_undecided', exit_code: 8 });
    expect(await line.runIn({ env }, ...words, '--store', 'file')).toMatchObject({ exitCode: 0 });
  });

  it.each([
    [['--no-store'], 'usage_conflict'],
    [['--events'], 'usage_conflict'],
  ])('refuses %j', async (flags, code) => {
    const outcome = await line.run(server.issuer, ...client(), '--no-wait', '--json', ...flags);
    const text = outcome.stderr.includes('"event"') ? outcome.stderr : JSON.stringify(errorOf(outcome));
    expect([outcome.exitCode, text.includes(code)]).toEqual([2, true]);
  });
});

describe('a resume', () => {
  it('listens, so that the browser of this machine ends on the page of the tool', async () => {
    const { id, authorization_url } = await begin('--no-browser');
    const waiting = resume(id);
    let page = await playUserAgent(authorization_url, { user: 'ada', consent: true }).catch(() => undefined);
    for (let tries = 0; page === undefined && tries < 100; tries += 1) {
      await systemClock.sleep(50);
      page = await playUserAgent(authorization_url, { user: 'ada', consent: true }).catch(() => undefined);
    }
    expect(page?.title).toContain('Signed in');
    expect(JSON.parse((await waiting).stdout).profile.preferred_username).toBe('ada');
  });

  it('redeems a code once, however many have its address', async () => {
    const { id, authorization_url } = await begin('--no-browser');
    const before = server.hits('token');
    const address = await answerOf(authorization_url);
    const outcomes = await Promise.all([resume(id, address), resume(id, address), resume(id)]);
    const accounts = outcomes.map(({ stdout, stderr }) =>
      stdout === '' ? stderr : JSON.parse(stdout).account,
    );
    expect(new Set(accounts).size).toBe(1);
    expect(accounts[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(server.hits('token') - before).toBe(1);
  });

  it.each([
    ['of another sign-in', (address: string) => address.replace(/state=[^&]+/, 'state=other')],
    ['that is none', () => 'abc'],
    ['of another page', () => 'https://example.com/callback?code=1'],
  ])('refuses an address %s, and the sign-in still waits', async (_what, spoil) => {
    const { id, authorization_url } = await begin('--no-browser');
    const address = await answerOf(authorization_url);
    const refused = await resume(id, spoil(address));
    expect(errorOf(refused)).toMatchObject({ code: 'usage_invalid', exit_code: 2 });
    expect((await resume(id, address, '--once')).exitCode).toBe(0);
  });

  it.each(['code', 'device'])('tells a refusal from a sign-in that waits (%s)', async (grant) => {
    const { id, authorization_url, verification_uri_complete } = await begin(
      grant === 'device' ? '--device' : '--no-browser',
    );
    let input = '';
    if (grant === 'device') {
      await playUserAgent(verification_uri_complete, { user: 'ada', consent: false });
    } else {
      input = await answerOf(authorization_url, 'ada', false);
    }
    const ahead = { ...systemClock, now: () => new Date(Date.now() + 6_000) };
    const once = await line.runIn(
      { stdin: standardInput(input), clock: ahead },
      ...['login', '--resume', id, '--once', '--json'],
    );
    expect([once.exitCode, JSON.parse(once.stdout).status]).toEqual([5, 'denied']);
    expect(errorOf(await resume(id))).toMatchObject({ code: 'sign_in_finished', exit_code: 4 });
  });

  it('says that the time is over', async () => {
    const { id } = await begin('--no-browser', '--timeout', '60');
    const clock = { ...systemClock, now: () => new Date(Date.now() + 61_000) };
    const late = (...more: string[]) => line.runIn({ clock }, 'login', '--resume', id, '--json', ...more);
    expect(JSON.parse((await late('--once')).stdout)).toMatchObject({ status: 'expired' });
    expect(errorOf(await late())).toMatchObject({ code: 'sign_in_expired', exit_code: 4 });
    expect((await line.runIn({ clock }, 'status')).exitCode).toBe(4);
  });

  it('ends at its own time, and the sign-in still waits', async () => {
    const { id } = await begin('--no-browser');
    const outcome = await resume(id, '', '--timeout', '1');
    expect(errorOf(outcome)).toMatchObject({ code: 'login_timeout', hint: expect.stringContaining(id) });
    expect(JSON.parse((await resume(id, '', '--once')).stdout).status).toBe('pending');
  });

  it.each(['--device', '--no-browser'])('that is stopped leaves the sign-in waiting (%s)', async (way) => {
    const { id, verification_uri_complete, authorization_url } = await begin(way);
    const stop = new AbortController();
    const clockOfWait: Clock = {
      ...systemClock,
      sleep(milliseconds, signal) {
        stop.abort(new AbortedError());
        return systemClock.sleep(milliseconds, signal);
      },
    };
    const stopped = await line.runIn(
      { signal: stop.signal, clock: clockOfWait },
      ...['login', '--resume', id, '--json'],
    );
    expect(errorOf(stopped)).toMatchObject({
      exit_code: 130,
      hint: `go on with: oauth-login login --resume ${id}`,
    });
    const input = way === '--device' ? '' : await answerOf(authorization_url);
    if (way === '--device') {
      await playUserAgent(verification_uri_complete, { user: 'ada', consent: true });
    }
    const clock = { ...systemClock, now: () => new Date(Date.now() + 6_000) };
    const done = await line.runIn(
      { stdin: standardInput(input), clock },
      ...['login', '--resume', id, '--once', '--json'],
    );
    expect(JSON.parse(done.stdout)).toMatchObject({ status: 'done' });
  });

  it.each([
    ['../../etc/passwd', 'usage_invalid', 2],
    ['0'.repeat(31), 'usage_invalid', 2],
    ['0'.repeat(32), 'sign_in_unknown', 4],
  ])('of %s is refused', async (id, code, exitCode) => {
    expect(errorOf(await resume(id))).toMatchObject({ code, exit_code: exitCode });
  });

  it('refuses a sign-in that was begun elsewhere', async () => {
    const { id } = await begin('--no-browser');
    const keys = join(line.directory, 'data', 'keys');
    renameSync(keys, `${keys}.old`);
    expect(errorOf(await resume(id))).toMatchObject({ code: 'sign_in_foreign', exit_code: 4 });
    await line.run(server.issuer, ...client());
    expect(errorOf(await resume(id))).toMatchObject({ code: 'sign_in_foreign', exit_code: 4 });
  });

  it('refuses one whose account is gone, and another name for its file', async () => {
    const { id, authorization_url } = await begin('--no-browser');
    await resume(id, await answerOf(authorization_url));
    await line.run('logout', server.issuer);
    expect(errorOf(await resume(id))).toMatchObject({ code: 'sign_in_finished', exit_code: 4 });
    const directory = join(line.directory, 'data', 'sign-ins');
    const other = 'a'.repeat(32);
    renameSync(join(directory, `${id}.sign-in`), join(directory, `${other}.sign-in`));
    expect(errorOf(await resume(other))).toMatchObject({ code: 'store_corrupt', exit_code: 8 });
  });

  it('does not exchange a code again after it was cut off', async () => {
    const { id, authorization_url } = await begin('--no-browser');
    const address = await answerOf(authorization_url);
    server.breakEndpoint('token', { kind: 'reset' }, 1);
    expect((await resume(id, address)).exitCode).toBe(7);
    const before = server.hits('token');
    expect(errorOf(await resume(id, address))).toMatchObject({ code: 'sign_in_finished' });
    expect(server.hits('token')).toBe(before);
  });

  it('forgets what has ended after a day', async () => {
    const { id, authorization_url } = await begin('--no-browser');
    await resume(id, await answerOf(authorization_url));
    expect(files()).toEqual([`${id}.sign-in`]);
    const clock = { ...systemClock, now: () => new Date(Date.now() + 25 * 3_600_000) };
    await line.runIn({ clock }, 'login', '--resume', '0'.repeat(32));
    expect(files()).toEqual([]);
  });
});

describe('the words for it', () => {
  it.each([
    [['--once'], /--once needs --resume/],
    [['github', '--resume', '0'.repeat(32)], /takes no target/],
    [['github', '--no-wait', '--resume', '0'.repeat(32)], /--no-wait/],
  ])('refuse %j', async (words, message) => {
    const { exitCode, stderr } = await line.run('login', ...words);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});
