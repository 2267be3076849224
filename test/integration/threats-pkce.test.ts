import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import type { JsonObject, RecordedRequest } from '../support/authorization-server.ts';
import { buildCommand, openHome } from '../support/built-command.ts';
import { expectNoSecrets, findSecrets } from '../support/canary.ts';
import { errorOf, openCommandLine } from '../support/command-line.ts';
import { keepFiles } from '../support/kept-files.ts';

const target = () => [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];

/** The server's metadata with these methods, or with no list of methods. */
function advertise(methods: readonly string[] | undefined): void {
  server.rewriteReply('discovery', ({ code_challenge_methods_supported: _methods, ...body }) =>
    methods === undefined ? body : { ...body, code_challenge_methods_supported: methods },
  );
}

function configure(providers: JsonObject): void {
  mkdirSync(line.context.paths.configDir, { recursive: true });
  writeFileSync(join(line.context.paths.configDir, 'config.json'), JSON.stringify({ providers }));
}

/** The authorization requests of these requests: what else goes there answers one. */
const authorizationRequests = (requests: readonly RecordedRequest[]) =>
  requests.filter(({ query }) => query.has('response_type')).map(({ query }) => query);

const notOffered: readonly (readonly [string, string[]])[] = [
  ['plain alone', ['plain']],
  ['nothing', []],
];

describe('T07 a server that does not offer S256', () => {
  it.each(notOffered)('and lists %s is refused before the browser opens', async (_what, methods) => {
    advertise(methods);
    const before = server.hits('authorization');
    const openBrowser = async (): Promise<never> => {
      throw new Error('the browser was opened');
    };
    const outcome = await line.runIn({ openBrowser }, ...target(), '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'protocol_invalid_metadata', exit_code: 6 });
    expect(server.hits('authorization')).toBe(before);
  });

  it.each(notOffered)('and lists %s is used with S256 where the user says so', async (_what, methods) => {
    advertise(methods);
    const before = server.requests.length;
    const own = { issuer: server.issuer, client_id: server.clientId };
    configure({ work: { ...own, code_challenge_method: 'S256' } });
    expect((await line.run('work', '--allow-http-loopback')).exitCode).toBe(0);
    const [query] = authorizationRequests(server.requests.slice(before));
    expect(query?.get('code_challenge_method')).toBe('S256');
  });

  it('is set up with the command that the hint names', async () => {
    advertise(['plain']);
    const { hint } = errorOf(await line.run(...target(), '--json'));
    const command = /oauth-login (setup .+? --code-challenge-method S256)/.exec(hint)?.[1] ?? '';
    const more = ['--client-id', server.clientId, '--allow-http-loopback'];
    expect((await line.run(...command.split(' '), ...more)).exitCode).toBe(0);
    expect((await line.run(...target())).exitCode).toBe(0);
    const file = readFileSync(join(line.context.paths.configDir, 'config.json'), 'utf8');
    expect(file).toContain('"code_challenge_method": "S256"');
  });

  it.each(['plain', 's256', ''])('cannot be set up with the method "%s"', async (method) => {
    const args = ['setup', 'work', '--issuer', server.issuer, '--code-challenge-method', method];
    const outcome = await line.run(...args, '--client-id', 'x', '--allow-http-loopback');
    expect(outcome.exitCode).toBe(2);
  });

  it('will do for a grant that has no code', async () => {
    advertise(['plain']);
    server.breakEndpoint('device_authorization', { kind: 'reply', status: 400, body: '{"error":"x"}' });
    expect(errorOf(await line.run(...target(), '--device', '--json')).code).toBe('as_x');
  });
});

describe('T07 a server that does not say which methods it has', () => {
  const told = (text: string) => text.split('\n').filter((row) => row.includes('whether it checks PKCE'));

  it('is sent S256 all the same, which one line tells', async () => {
    advertise(undefined);
    const before = server.requests.length;
    const { exitCode, stderr } = await line.run(...target());
    expect([exitCode, told(stderr)]).toEqual([0, [expect.stringMatching(/^note: .* \(S256\) is sent/)]]);
    const [query] = authorizationRequests(server.requests.slice(before));
    expect(query?.get('code_challenge_method')).toBe('S256');
    expect(query?.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  });

  it('is told of as an event', async () => {
    advertise(undefined);
    const { stderr } = await line.run(...target(), '--events');
    expect(stderr).toMatch(/^\{"event":"notice","code":"pkce_not_announced",/m);
  });

  it('is said nothing of where the user says that S256 works, or no code is asked for', async () => {
    advertise(undefined);
    const own = { issuer: server.issuer, client_id: server.clientId };
    configure({ work: { ...own, code_challenge_method: 'S256' } });
    const known = await line.run('work', '--allow-http-loopback');
    expect([known.exitCode, told(known.stderr)]).toEqual([0, []]);
    server.breakEndpoint('device_authorization', { kind: 'reply', status: 400, body: '{"error":"x"}' });
    const device = await line.run(...target(), '--device');
    expect(told(device.stderr)).toEqual([]);
  });

  it('is set up without a word', async () => {
    advertise(undefined);
    const argv = ['setup', 'work', '--issuer', server.issuer, '--client-id', server.clientId];
    expect(await line.run(...argv, '--allow-http-loopback')).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('has state and nonce checked as ever', async () => {
    advertise(undefined);
    server.rewriteAuthorizationResponse((uri) => uri.searchParams.set('state', 'forged'));
    const forged = await line.run(...target(), '--timeout', '1', '--json');
    expect(errorOf(forged).exit_code).not.toBe(0);
  });
});

describe('T07 a server without S256 and a sign-in that has no code', () => {
  const deviceRefused = () =>
    server.breakEndpoint('device_authorization', { kind: 'reply', status: 400, body: '{"error":"x"}' });

  it('goes on where the device grant is all that is left', async () => {
    advertise(['plain']);
    deviceRefused();
    const env = { OAUTH_LOGIN_STORE: 'file', BROWSER: 'lynx' };
    const outcome = await line.runIn({ env, canOpenBrowser: false }, ...target(), '--events');
    expect(outcome.stderr).toContain('"code":"as_x"');
  });

  it('is offered --device in the hint', async () => {
    advertise(['plain']);
    const { hint } = errorOf(await line.run(...target(), '--json'));
    expect(hint).toMatch(/^sign in with --device, or ask its operator; /);
  });

  it('can be set up, and setup says what will not work', async () => {
    advertise(['plain']);
    const argv = ['setup', 'work', '--issuer', server.issuer, '--client-id', server.clientId];
    const { exitCode, stderr } = await line.run(...argv, '--allow-http-loopback');
    expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^note: work does not list S256/)]);
    deviceRefused();
    const device = await line.run('work', '--device', '--allow-http-loopback', '--json');
    expect(errorOf(device).code).toBe('as_x');
    expect(errorOf(await line.run('work', '--allow-http-loopback', '--json')).exit_code).toBe(6);
  });
});

describe('T07 PKCE is new for every sign-in', () => {
  const count = 20;

  it(`${count} at once have ${count} challenges, and each verifier belongs to the code it came for`, async () => {
    const before = server.requests.length;
    const codes = new Map<string | null, string | null>();
    server.rewriteAuthorizationResponse(({ searchParams }) => {
      codes.set(searchParams.get('code'), searchParams.get('state'));
    });
    const openBrowser = async (uri: string) => {
      playUserAgent(uri, { user: 'ada', consent: true }).catch(() => {});
      return { exited: Promise.resolve(0) };
    };
    // Each has a home of its own: in one home they would share one sign-in.
    const lines = Array.from({ length: count }, () => openCommandLine({ user: 'ada' }));
    const outcomes = await Promise.all(
      lines.map((each) => {
        const { signal } = new AbortController();
        return each.runIn({ openBrowser, signal }, ...target());
      }),
    );
    for (const each of lines) {
      each.close();
    }
    expect(outcomes.map(({ exitCode }) => exitCode)).toEqual(Array(count).fill(0));
    const since = server.requests.slice(before);
    const asked = authorizationRequests(since);
    expect(asked.map((query) => query.get('code_challenge_method'))).toEqual(Array(count).fill('S256'));
    expect(new Set(asked.map((query) => query.get('code_challenge'))).size).toBe(count);
    const challengeOf = new Map(asked.map((query) => [query.get('state'), query.get('code_challenge')]));
    const redeemed = since.filter(({ form }) => form.has('code_verifier')).map(({ form }) => form);
    expect(new Set(redeemed.map((form) => form.get('code_verifier'))).size).toBe(count);
    for (const form of redeemed) {
      const challenge = challengeOf.get(codes.get(form.get('code')) ?? null);
      const verifier = form.get('code_verifier') ?? '';
      expect(createHash('sha256').update(verifier).digest('base64url')).toBe(challenge);
    }
  });

  it('a server that refuses the request is not asked again without it', async () => {
    const before = server.requests.length;
    server.rewriteAuthorizationResponse((uri) => {
      uri.searchParams.delete('code');
      uri.searchParams.set('error', 'invalid_request');
    });
    expect(errorOf(await line.run(...target(), '--json'))).toMatchObject({
      code: 'as_invalid_request',
      exit_code: 5,
    });
    const asked = authorizationRequests(server.requests.slice(before));
    expect(asked.map((query) => query.get('code_challenge_method'))).toEqual(['S256']);
  });

  it('a server that refuses the verifier is asked neither for another code nor without it', async () => {
    const before = server.requests.length;
    server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_request"}' });
    expect(errorOf(await line.run(...target(), '--json')).code).toBe('as_invalid_request');
    const since = server.requests.slice(before);
    expect(authorizationRequests(since)).toHaveLength(1);
    const redeemed = since.filter(({ endpoint }) => endpoint === 'token');
    expect(redeemed.map(({ form }) => form.has('code_verifier'))).toEqual([true]);
  });
});

describe('T07 the verifier is in no file, at any time', () => {
  it('while a process signs in, and while it is refused', async () => {
    const command = await buildCommand();
    const home = openHome(command);
    const kept = keepFiles(home.home);
    try {
      const started = server.issuedSecrets('code_verifier').length;
      // As long as the token endpoint thinks, the verifier has to be somewhere.
      server.breakEndpoint('token', { kind: 'late', milliseconds: 300 });
      const args = [...target(), '--json'];
      expect((await home.signIn(args)).code).toBe(0);
      server.breakEndpoint('token', { kind: 'reply', status: 400, body: '{"error":"invalid_grant"}' });
      expect((await home.signIn(args)).code).toBe(5);

      // What the watcher is worth: a file that is there for a moment only.
      const marker = 'CANARY-mT4rWq8yNs2k-verifier';
      const planted = join(home.home, 'planted');
      writeFileSync(planted, marker);
      await sleep(200);
      rmSync(planted);
      const verifiers = server.issuedSecrets('code_verifier').slice(started);
      expect(verifiers).toHaveLength(2);
      expect(findSecrets({ directory: kept.directory }, [marker]).length).toBeGreaterThan(0);
      expect(kept.seen().some((name) => /accounts\//.test(name))).toBe(true);
      expectNoSecrets({ directory: kept.directory }, verifiers);
      expectNoSecrets({ directory: home.home }, verifiers);
      expectNoSecrets(kept.seen().join('\n'), verifiers);
    } finally {
      kept.close();
      home.close();
      command.remove();
    }
  });
});
