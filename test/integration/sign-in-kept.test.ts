import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expandProvider } from '../../src/providers/expand.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import type { Fault } from '../support/faults.ts';
import { openPlayedCommandLine, type PlayedCommandLine } from '../support/played-command-line.ts';
import { github } from '../support/presets.ts';
import { playProvider } from '../support/quirky-providers.ts';
import { badGateway, json, text } from '../support/quirky-replies.ts';
import { openQuirkyServer, type QuirkyServer } from '../support/quirky-server.ts';
import { signInAt } from '../support/sign-in.ts';
import { accountFiles } from '../support/written-files.ts';

const reply = (status: number, body: string): Fault => ({ kind: 'reply', status, body });
const eightThousandGroups = JSON.stringify({
  sub: 'ada',
  groups: Array.from({ length: 8_000 }, () => randomUUID()),
});

describe('a sign-in whose UserInfo is of no use', () => {
  let server: AuthorizationServer;
  let line: CommandLine;
  let sub: string;
  beforeAll(async () => {
    server = await startAuthorizationServer();
    const first = openCommandLine({ user: 'ada' });
    sub = JSON.parse((await signInAt(server, first, '--no-store', '--json')).stdout).profile.sub;
    first.close();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    line = closeAfterTest(openCommandLine({ user: 'ada' }));
  });
  afterEach(() => server.restore());
  const signIn = (...more: string[]) => signInAt(server, line, ...more);

  it.each<readonly [string, Fault, RegExp]>([
    ['refuses a token for another API', reply(401, '{}'), /does not accept the access token/],
    ['forbids it', reply(403, '{}'), /refused/],
    ['fails', reply(503, 'busy'), /status 503/],
    ['lists 8,000 groups', reply(200, eightThousandGroups), /sent more than 256 KiB/],
    ['is HTML', { kind: 'html', status: 200 }, /UserInfo of .* is malformed/],
    ['names nobody', reply(200, '{"name":"Mallory"}'), /UserInfo of .* is malformed/],
    ['redirects', { kind: 'redirect', location: 'https://elsewhere.test/', status: 302 }, /redirect/],
    ['breaks off', { kind: 'reset' }, /connection/],
  ])('is kept when it %s: the ID Token tells who signed in', async (_what, fault, reason) => {
    server.breakEndpoint('userinfo', fault);
    const { exitCode, stdout, stderr } = await signIn();
    expect(exitCode).toBe(0);
    expect(stdout).toContain('as ');
    const note = /^note: (.*)$/m.exec(stderr)?.[1] ?? '';
    expect(note).toMatch(reason);
    expect(note).toMatch(/; the ID Token says who signed in$/);
    expect(stderr).not.toContain('Mallory');
    const { accounts } = JSON.parse((await line.run('status', '--json')).stdout);
    expect(accounts).toMatchObject([{ profile: { sub } }]);
    expect((await line.run('token')).exitCode).toBe(0);
  });

  it('tells a program of it as an event', async () => {
    server.breakEndpoint('userinfo', reply(503, 'busy'));
    const { stderr, stdout } = await signIn('--events');
    const events = stderr
      .trim()
      .split('\n')
      .map((one) => JSON.parse(one));
    expect(events).toContainEqual({
      event: 'notice',
      code: 'profile',
      message: expect.stringContaining('status 503'),
    });
    expect(JSON.parse(stdout).profile.sub).toBe(sub);
  });

  it.each([401, 403])(
    'with status %i: whoami tells what the ID Token said, and does not end the sign-in',
    async (status) => {
      server.breakEndpoint('userinfo', reply(status, '{}'));
      await signIn();
      const { exitCode, stdout } = await line.run('whoami');
      expect(exitCode).toBe(0);
      expect(stdout).toContain('as the ID Token said at sign-in');
      expect(JSON.parse((await line.run('whoami', '--json')).stdout).sub).toBe(sub);
      expect((await line.run('token')).exitCode).toBe(0);
    },
  );

  it('because it was busy: whoami asks again', async () => {
    server.breakEndpoint('userinfo', reply(503, 'busy'));
    await signIn();
    server.restore();
    expect((await line.run('whoami')).stdout).toMatch(/^ada /);
  });

  it('ends only when the UserInfo is about somebody else', async () => {
    server.breakEndpoint('userinfo', reply(200, '{"sub":"mallory"}'));
    const outcome = await signIn('--json');
    expect(outcome.exitCode).toBe(6);
    expect(errorOf(outcome).code).toBe('protocol_subject_mismatch');
    expect(accountFiles(line)).toEqual([]);
  });

  it('sends no request for the profile where the configuration says so', async () => {
    writeConfiguration(line, {
      providers: { work: { issuer: server.issuer, endpoints: { userinfo_endpoint: null } } },
    });
    const before = server.hits('userinfo');
    const more = ['--client-id', server.clientId, '--allow-http-loopback'];
    const { exitCode, stderr } = await line.run('work', ...more);
    expect([exitCode, stderr]).toEqual([0, expect.not.stringContaining('note:')]);
    expect(JSON.parse((await line.run('whoami', '--json')).stdout).sub).toBe(sub);
    expect(server.hits('userinfo')).toBe(before);
  });
});

describe('a sign-in without ID Token whose profile is of no use', () => {
  let server: QuirkyServer;
  let line: PlayedCommandLine;
  const octocat = { id: 583231, login: 'octocat', email: 'octocat@github.com' };
  const profile = 'https://api.github.com/user';
  beforeEach(async () => {
    server = closeAfterTest(await openQuirkyServer());
    line = closeAfterTest(
      openPlayedCommandLine(server, {
        OAUTH_LOGIN_GITHUB_CLIENT_ID: 'client.id',
        OAUTH_LOGIN_GITHUB_CLIENT_SECRET: 'canary-client-secret',
      }),
    );
    playProvider(server, expandProvider(github), {
      profile: octocat,
      token: { scope: 'read:user,user:email' },
    });
  });
  const statusOf = async () => JSON.parse((await line.run('status', '--json')).stdout).accounts;

  it.each<readonly [string, Parameters<QuirkyServer['at']>[1], RegExp]>([
    ['is refused', json({ message: 'Forbidden' }, 403), /refused/],
    ['fails', badGateway(), /status 502/],
    ['is HTML', text('<html>Sign in to the network</html>', 'text/html'), /not JSON/],
    ['names nobody', json({ login: 'octocat' }), /no usable subject/],
  ])('is kept without a profile when it %s, and everything else works', async (_what, responder, reason) => {
    server.at(profile, responder);
    const { exitCode, stdout, stderr } = await line.run('github');
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(
      /^Signed in to GitHub, which did not say who signed in\n {2}client: {2}client\.id\n/,
    );
    expect(stderr).toMatch(reason);
    expect(stderr).toContain('the account is stored without a profile');
    expect((await line.run('token', 'github')).exitCode).toBe(0);
    expect(await statusOf()).toMatchObject([{ profile: null, client_id: 'client.id' }]);
  });

  it('gets its person as soon as whoami can ask', async () => {
    server.at(profile, badGateway());
    await line.run('github');
    const [before] = await statusOf();
    server.at(profile, json(octocat));
    expect((await line.run('whoami')).stdout).toBe('octocat <octocat@github.com> at GitHub\n');
    const [after, ...more] = await statusOf();
    expect(more).toEqual([]);
    expect(after.profile.sub).toBe('583231');
    expect(after.account).not.toBe(before.account);
    expect((await line.run('token', '--account', 'octocat')).exitCode).toBe(0);
  });

  it('is replaced by the next one that names its person', async () => {
    server.at(profile, badGateway());
    await line.run('github');
    server.at(profile, json(octocat));
    expect((await line.run('github')).exitCode).toBe(0);
    expect(await statusOf()).toMatchObject([{ profile: { sub: '583231' } }]);
    expect((await line.run('token', 'github')).exitCode).toBe(0);
  });

  it('takes no place of an account whose person is known', async () => {
    await line.run('github');
    server.at(profile, badGateway());
    expect((await line.run('github', '--account', 'octocat')).exitCode).toBe(0);
    const subjects = (await statusOf()).map((one: { profile: { sub: string } | null }) => one.profile?.sub);
    expect(subjects.toSorted()).toEqual(['583231', undefined]);
  });
});
