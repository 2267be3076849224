import { describe, expect } from 'vitest';
import type { Context } from '../../src/ground/context.ts';
import type { Prompts } from '../../src/ground/ports.ts';
import { systemClock } from '../../src/host/clock.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { errorOf } from '../support/command-line.ts';
import { configurationOf } from '../support/configuration-file.ts';
import { it, line, server } from '../support/registering-server.ts';

const HOUR = 3600;

const registrations = () =>
  server.requestsTo('registration').filter(({ method }) => method === 'POST').length;
const clientId = () => {
  const { providers } = configurationOf(line) as { providers: { sso: { client_id: string } } };
  return providers.sso.client_id;
};

/** Registers a client with a secret that ends so many seconds from now; the server insists on one. */
async function registerUntil(seconds: number): Promise<void> {
  const refusal = { kind: 'reply', status: 400, body: '{"error":"invalid_client_metadata"}' } as const;
  server.breakEndpoint('registration', refusal, 1);
  server.rewriteReply('registration', (body) => ({
    ...body,
    client_secret_expires_at: Math.floor(Date.now() / 1000) + seconds,
  }));
  const issuer = ['--issuer', server.issuer, '--allow-http-loopback'];
  const { exitCode } = await line.run('setup', 'sso', ...issuer, '--register', '--store', 'file');
  expect(exitCode).toBe(0);
  server.restore();
}
const signIn = (...flags: string[]) => line.run('sso', '--allow-http-loopback', '--store', 'file', ...flags);

describe('a client secret that has ended (RFC 7591 §3.2.1)', () => {
  it('is told before the browser opens, with the next step', async () => {
    await registerUntil(-HOUR);
    const outcome = await signIn('--json');
    expect(outcome.exitCode).toBe(3);
    const { code, message, hint } = errorOf(outcome);
    expect(code).toBe('config_client_secret_expired');
    expect(message).toMatch(/^the secret of the client \S+ at sso expired on \d{4}-\d\d-\d\d$/);
    expect(hint).toMatch(/oauth-login setup sso .*--register$/);
    expect(server.requestsTo('authorization')).toEqual([]);
  });

  it('leads to one new registration where the person agrees with --yes', async () => {
    await registerUntil(-HOUR);
    const [first, before] = [clientId(), registrations()];
    const signedIn = await signIn('--yes');
    expect(signedIn.stdout).toMatch(/^Signed in to sso as ada /);
    expect(registrations()).toBe(before + 1);
    expect(clientId()).not.toBe(first);
    expect((await signIn()).exitCode).toBe(0);
    expect(registrations()).toBe(before + 1);
    expectNoSecrets(line, server.issuedSecrets());
  });

  it('leads to a question at a terminal, and to a new registration after yes', async () => {
    await registerUntil(-HOUR);
    const before = registrations();
    const asked: string[] = [];
    const notHere = () => Promise.reject(new Error('nobody asks this'));
    const prompts: Prompts = {
      ...{ text: notHere, secret: notHere, hidden: notHere, choose: notHere, search: notHere },
      confirm: async (question) => {
        asked.push(question);
        return true;
      },
    };
    const terminal: Partial<Context> = {
      stdin: { isTTY: true, async *[Symbol.asyncIterator]() {} },
      stderr: { isTTY: true, write: () => true },
      openPrompts: async () => prompts,
    };
    const signedIn = await line.runIn(terminal, 'sso', '--allow-http-loopback', '--store', 'file');
    expect(signedIn.stdout).toMatch(/^Signed in to sso as ada /);
    expect(asked).toEqual([expect.stringMatching(/^oauth-login can register itself with sso, at /)]);
    expect(registrations()).toBe(before + 1);
  });

  it('does not matter while it is valid', async () => {
    await registerUntil(HOUR);
    const before = registrations();
    expect((await signIn()).exitCode).toBe(0);
    expect(registrations()).toBe(before);
  });

  it('is told when a refresh is refused because of it', async () => {
    await registerUntil(HOUR);
    expect((await signIn()).exitCode).toBe(0);
    const refusal = { kind: 'reply', status: 401, body: '{"error":"invalid_client"}' } as const;
    server.breakEndpoint('token', refusal);
    const refresh = ['token', 'sso', '--refresh', '--json'];
    expect(errorOf(await line.run(...refresh)).code).toBe('as_invalid_client');

    const clock = { ...systemClock, now: () => new Date(Date.now() + 2 * HOUR * 1000) };
    const late = await line.runIn({ clock }, ...refresh);
    expect(late.exitCode).toBe(3);
    expect(errorOf(late).code).toBe('config_client_secret_expired');
    expect(errorOf(late).hint).toMatch(/: oauth-login sso .*--yes$/);
  });
});
