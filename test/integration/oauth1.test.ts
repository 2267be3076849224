import { describe, expect, it } from 'vitest';
import { expectNoSecrets } from '../support/canary.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { type OAuth1Play, playOAuth1 } from '../support/oauth1-server.ts';
import { openPlayedCommandLine } from '../support/played-command-line.ts';
import { json } from '../support/quirky-replies.ts';
import { openQuirkyServer } from '../support/quirky-server.ts';

const clientId = 'consumer-key';
const clientSecret = 'canary-consumer&secret';
const x: OAuth1Play = {
  temporary: 'https://api.x.com/oauth/request_token',
  authorization: 'https://api.x.com/oauth/authorize',
  token: 'https://api.x.com/oauth/access_token',
  clientId,
  clientSecret,
};
const me = 'https://api.x.com/2/users/me';
const env = {
  OAUTH_LOGIN_X_OAUTH1_CLIENT_ID: clientId,
  OAUTH_LOGIN_X_OAUTH1_CLIENT_SECRET: clientSecret,
};

async function open(play: Partial<OAuth1Play> = {}) {
  const server = closeAfterTest(await openQuirkyServer());
  const line = closeAfterTest(openPlayedCommandLine(server, env));
  const provider = playOAuth1(server, { ...x, ...play });
  provider.protect(me, json({ data: { id: '1815', username: 'ada', name: 'Ada Lovelace' } }));
  return { server, line, provider };
}

/** The path at which the server plays that address. */
function pathOf(url: string): string {
  return url.replace('https:/', '');
}

describe('a sign-in with OAuth 1.0a, by the listener', () => {
  it('brings an account whose requests are signed, and no secret to the terminal', async () => {
    const { server, line, provider } = await open();
    const signedIn = await line.run('x', '--oauth1');
    expect(signedIn.stderr).not.toContain('error:');
    expect(signedIn).toMatchObject({ exitCode: 0 });
    expect(signedIn.stdout).toContain('Signed in to X (OAuth 1.0a) as ada');
    const callback = new URL(provider.temporaryRequest().oauth_callback ?? '');
    expect(callback.href).toMatch(/^http:\/\/127\.0\.0\.1:8923\/callback\?state=[\w-]{22}$/);
    expect(provider.tokens.size).toBe(1);
    expect(server.requestsTo(pathOf(me))).toHaveLength(1);
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, clientSecret]);

    const whoami = await line.run('whoami', 'x-oauth1', '--json');
    expect(JSON.parse(whoami.stdout)).toMatchObject({ sub: '1815', preferred_username: 'ada' });
    expect(server.requestsTo(pathOf(me))).toHaveLength(2);
  });
});

describe('what must not be trusted', () => {
  it.each([
    ['does not confirm the callback', { confirmed: null }, 'did not confirm the callback', 6],
    ['confirms it with another word', { confirmed: 'false' }, 'did not confirm the callback', 6],
    ['returns another token', { callbackToken: 'temporary-of-another' }, 'other temporary credentials', 6],
    ['sends no verifier', { withoutVerifier: true }, 'has no verifier', 6],
    [
      'says that the person refused, as X does',
      { callback: { denied: '{token}' } },
      'refused the sign-in',
      5,
    ],
    [
      'says that the person refused, by the extension',
      { callback: { oauth_token: '{token}', oauth_problem: 'user_refused' } },
      'refused the sign-in',
      5,
    ],
    ['gives no token', { tokenReply: 'oauth_token=only' }, 'holds no credentials', 6],
    [
      'gives two tokens',
      { tokenReply: 'oauth_token=a&oauth_token=b&oauth_token_secret=c' },
      'holds no credentials, or more than one',
      6,
    ],
  ])('a server that %s', async (_, fault, message, exitCode) => {
    const { line, provider } = await open();
    Object.assign(provider.faults, fault);
    const outcome = await line.run('x', '--oauth1');
    expect(outcome.stderr).toContain(message);
    expect(outcome).toMatchObject({ exitCode, stdout: '' });
    expect((await line.run('status')).exitCode).toBe(4);
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, clientSecret]);
  });

  it('a clock that is off is named, with how far', async () => {
    const { line, provider } = await open();
    provider.faults.clockAhead = 3600;
    const outcome = await line.run('x', '--oauth1');
    expect(outcome.stderr).toContain('(timestamp_refused)');
    expect(outcome.stderr).toMatch(
      /set the clock of this machine.*it is 3(600|599|601) seconds behind the clock/,
    );
    expect(outcome.exitCode).toBe(5);
  });

  it('a nonce that was used is tried again once, with another', async () => {
    const { server, line, provider } = await open();
    const used = { status: 401, body: 'oauth_problem=nonce_used' };
    provider.faults.problems.push(used);
    expect(await line.run('x', '--oauth1')).toMatchObject({ exitCode: 0 });
    expect(server.requestsTo(pathOf(x.temporary))).toHaveLength(2);

    provider.faults.problems.push(used, used);
    const outcome = await line.run('x', '--oauth1');
    expect(outcome.stderr).toContain('(nonce_used)');
    expect(outcome.exitCode).toBe(5);
    expect(server.requestsTo(pathOf(x.temporary))).toHaveLength(4);
  });

  it('a wrong secret is said in words that help', async () => {
    const { line, provider } = await open({ clientSecret: 'another' });
    const outcome = await line.run('x', '--oauth1');
    expect(outcome.stderr).toContain('(signature_invalid)');
    expect(outcome.stderr).toContain('check the client ID and the client secret');
    expect(outcome.exitCode).toBe(5);
    expectNoSecrets(line.everythingSaid(), [...provider.secrets, clientSecret]);
  });

  it("X's own words for it are understood", async () => {
    const { line, provider } = await open();
    provider.faults.problems.push({
      status: 401,
      type: 'application/json',
      body: JSON.stringify({ errors: [{ code: 32, message: 'Could not authenticate you.' }] }),
    });
    const outcome = await line.run('x', '--oauth1');
    expect(outcome.stderr).toContain('(signature_invalid): "Could not authenticate you."');
    expect(outcome.exitCode).toBe(5);
  });
});

describe('a target without OAuth 1.0a', () => {
  it('says so', async () => {
    const { line } = await open();
    const outcome = await line.run('github', '--oauth1');
    expect(outcome.stderr).toContain('GitHub has no OAuth 1.0a');
    expect(outcome.exitCode).toBe(2);
  });
});
