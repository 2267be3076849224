import { describe, expect } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import type { Context } from '../../src/ground/context.ts';
import { AbortedError, InputEndedError } from '../../src/ground/errors.ts';
import type { Prompts } from '../../src/ground/ports.ts';
import { Secret } from '../../src/ground/secret.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { startAuthorizationServer } from '../support/authorization-server.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { errorOf, type Outcome } from '../support/command-line.ts';

const target = () => [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];

/** A terminal in an SSH session: `answer` says what is pasted, given the authorization URI that was printed. */
function terminal(answer: (authorizationUri: string, asked: number) => Promise<string>) {
  const err: string[] = [];
  let asked = 0;
  const questions: string[] = [];
  const secret: Prompts['secret'] = async (question, { stop } = {}) => {
    questions.push(question);
    const uri = err.join('').match(/^http\S+\/auth\?\S+$/m)?.[0] ?? '';
    asked += 1;
    const text = await Promise.race([
      answer(uri, asked),
      new Promise<never>((_resolve, reject) => {
        stop?.addEventListener('abort', () => reject(stop.reason));
      }),
    ]);
    return new Secret(text);
  };
  const prompts: Partial<Prompts> = { secret, hidden: (work) => work(secret) };
  const changes: Partial<Context> = {
    env: {
      OAUTH_LOGIN_STORE: 'file',
      SSH_CONNECTION: '192.0.2.7 50000 192.0.2.1 2222',
      USER: 'ada',
      NO_COLOR: '1',
    },
    surroundings: 'ssh',
    canOpenBrowser: false,
    stdin: { isTTY: true, async *[Symbol.asyncIterator]() {} },
    stderr: { isTTY: true, columns: 80, write: (text) => err.push(text) },
    openPrompts: async () => prompts as Prompts,
    openBrowser: async () => {
      throw new Error('the browser was opened');
    },
  };
  return { changes, questions, said: () => err.join('') };
}

/** The address a browser on another machine ends on. */
async function addressBar(authorizationUri: string, consent = true): Promise<string> {
  const outOfReach = (uri: URL) => uri.pathname === '/callback';
  return (await playUserAgent(authorizationUri, { user: 'ada', consent, outOfReach })).finalUrl;
}

async function signIn(
  answer: (authorizationUri: string, asked: number) => Promise<string>,
  ...more: string[]
): Promise<Outcome & { readonly said: string; readonly questions: readonly string[] }> {
  const { changes, questions, said } = terminal(answer);
  const outcome = await line.runIn(changes, ...target(), ...more);
  return { ...outcome, said: said(), questions };
}

const never = () => new Promise<never>(() => {});

describe('T35 Ctrl-D at the question for the address', () => {
  it('brings the question back, so that the terminal never shows what is pasted', async () => {
    const { exitCode, said, questions } = await signIn(async (uri, asked) => {
      if (asked === 1) {
        throw new InputEndedError();
      }
      return addressBar(uri);
    });
    expect(exitCode).toBe(0);
    expect(questions).toHaveLength(2);
    expect(said).toContain('Not yet: nothing was pasted; to stop, press Ctrl-C. Still waiting.');
  });

  it('stops the sign-in at last, for a terminal that is gone would answer for ever', async () => {
    const { exitCode, questions } = await signIn(async () => {
      throw new InputEndedError();
    });
    expect(exitCode).toBe(130);
    expect(questions).toHaveLength(4);
  });
});

describe('signing in over SSH', () => {
  it('prints the port forwarding line, and takes the address that is pasted', async () => {
    const { exitCode, stdout, said } = await signIn((uri) => addressBar(uri));
    expect(said).toMatch(
      /^ {4}ssh -N -L (\d+):127\.0\.0\.1:\1 -L \d+:127\.0\.0\.1:\d+ -p 2222 ada@192\.0\.2\.1$/m,
    );
    expect(stdout).toMatch(/^Signed in to .+ as ada /);
    expect(exitCode).toBe(0);
    expectNoSecrets(
      said + stdout,
      server.issuedSecrets('code', 'access_token', 'refresh_token', 'code_verifier'),
    );
  });

  it('takes the callback of a forwarded port while it asks for the address, and takes the question back', async () => {
    const { exitCode } = await signIn(async (uri) => {
      await playUserAgent(uri, { user: 'ada', consent: true });
      return never();
    });
    expect(exitCode).toBe(0);
  });

  it('says that the device grant is there too', async () => {
    const { said } = await signIn((uri) => addressBar(uri));
    expect(said).toContain('run the command again with --device');
  });

  it('ends with the refusal when the address carries one', async () => {
    const outcome = await signIn((uri) => addressBar(uri, false));
    expect(outcome.exitCode).toBe(5);
    expect(outcome.said).toContain('access_denied');
  });

  it('ends with Ctrl-C at the question', async () => {
    const outcome = await signIn(async () => {
      throw new AbortedError();
    });
    expect(outcome.exitCode).toBe(130);
  });

  it('ends with the time-out, and takes the question back', async () => {
    const outcome = await signIn(never, '--timeout', '1');
    expect(outcome.exitCode).toBe(7);
    expect(outcome.said).toContain('nobody came back');
  });
});

describe('T35 a pasted address', () => {
  it.each<[string, (address: URL) => string, RegExp]>([
    ['a bare code', (address) => address.searchParams.get('code') ?? '', /not a whole address/],
    ['nothing', () => ' ', /nothing was pasted/],
    [
      'another address',
      () => 'https://evil.example/callback?code=a&state=b',
      /does not begin with http:\/\/127/,
    ],
    ['another path', (address) => address.href.replace('/callback', '/elsewhere'), /does not begin with/],
    ['another port', (address) => address.href.replace(address.port, '9'), /does not begin with/],
    [
      'the address of another sign-in',
      (address) => withParameter(address, 'state', 'x'.repeat(43)),
      /another sign-in/,
    ],
    [
      'an address without an answer',
      (address) => address.href.split('?')[0] ?? '',
      /another sign-in|no usable answer/,
    ],
    ['an address with two codes', (address) => `${address.href}&code=another`, /no usable answer/],
  ])('that is %s is refused with the reason, and the wait goes on', async (_what, spoil, reason) => {
    const before = server.hits('token');
    const outcome = await signIn(async (uri, asked) => {
      const address = await addressBar(uri);
      if (asked > 1) {
        return address;
      }
      return spoil(new URL(address));
    });
    expect(outcome.said).toMatch(reason);
    expect(outcome.questions).toHaveLength(2);
    expect(outcome.exitCode).toBe(0);
    expect(server.hits('token')).toBe(before + 1);
  });

  it('from another issuer ends the sign-in before a code is sent', async () => {
    const before = server.hits('token');
    const outcome = await signIn(async (uri) =>
      withParameter(new URL(await addressBar(uri)), 'iss', 'https://evil.example'),
    );
    expect(outcome.exitCode).toBe(6);
    expect(server.hits('token')).toBe(before);
  });

  it('is never asked for on a desktop, nor without a terminal', async () => {
    const asked = () => Promise.reject(new Error('a question was asked'));
    expect((await line.runIn({ openPrompts: asked }, ...target())).exitCode).toBe(0);
  });

  it('is asked for when the browser does not open', async () => {
    const { changes, said } = terminal((uri) => addressBar(uri));
    const failing = { openBrowser: async () => ({ exited: Promise.resolve(3) }), canOpenBrowser: true };
    const outcome = await line.runIn({ ...changes, ...failing, surroundings: 'local' }, ...target());
    expect(said()).toContain('The browser could not be opened');
    expect(outcome.exitCode).toBe(0);
  });
});

describe('the question for the address on a desktop', () => {
  it('is taken back when the browser asks for the page after all', async () => {
    let follow = () => {};
    const asked = new Promise<void>((resolve) => {
      follow = resolve;
    });
    const { changes, said, questions } = terminal(() => {
      follow();
      return never();
    });
    const late: Partial<Context> = {
      surroundings: 'local',
      canOpenBrowser: true,
      openBrowser: async (link) => {
        void asked.then(() => playUserAgent(link, { user: 'ada', consent: true }));
        return { exited: Promise.resolve(3) };
      },
    };
    const outcome = await line.runIn({ ...changes, ...late }, ...target());
    expect(outcome.exitCode).toBe(0);
    expect(questions).toHaveLength(1);
    expect(said()).toContain('The browser has opened the page.\n');
    expect(said()).not.toContain('ssh -N');
  });
});

describe('a redirect URI that is not ours to listen on', () => {
  it('needs a terminal to paste into', async () => {
    const outcome = await line.run(...target(), '--redirect-uri', 'https://registered.example/cb', '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'person_required', exit_code: 4 });
  });

  it('does not go with --port', async () => {
    const flags = ['--redirect-uri', 'https://registered.example/cb', '--port', '8765'];
    expect(errorOf(await line.run(...target(), ...flags, '--json')).code).toBe('usage_conflict');
  });

  it('is sent as it is, and its address is taken when pasted', async () => {
    const own = await startAuthorizationServer({
      confidentialClients: [
        {
          clientId: 'web',
          clientSecret: 'the-secret-of-the-web-client',
          authentication: 'client_secret_post',
          redirectUris: ['https://registered.example/cb'],
        },
      ],
    });
    const { changes } = terminal(async (uri) => {
      expect(new URL(uri).searchParams.get('redirect_uri')).toBe('https://registered.example/cb');
      const outOfReach = (address: URL) => address.host === 'registered.example';
      return (await playUserAgent(uri, { user: 'ada', consent: true, outOfReach })).finalUrl;
    });
    const host = new URL(own.issuer).host.replace(/[^0-9]/g, '_');
    const env = { ...changes.env, [`OAUTH_LOGIN_${host}_CLIENT_SECRET`]: 'the-secret-of-the-web-client' };
    const flags = [
      '--client-id',
      'web',
      '--allow-http-loopback',
      '--redirect-uri',
      'https://registered.example/cb',
    ];
    const outcome = await line.runIn({ ...changes, env }, own.issuer, ...flags);
    expect(outcome.stdout).toMatch(/^Signed in/);
    await own.close();
  });
});

describe('events for programs', () => {
  const eventsOf = (stderr: string) =>
    stderr
      .trim()
      .split('\n')
      .map((text) => JSON.parse(text));

  it('are lines of JSON in order, and the answer is one document', async () => {
    const { stdout, stderr } = await line.run(...target(), '--json', '--events');
    expect(eventsOf(stderr).map(({ event }) => event)).toEqual(['authorization_url', 'waiting', 'signed_in']);
    expect(eventsOf(stderr)[0]).toMatchObject({ url: expect.stringMatching(/^http/), opens_browser: true });
    expect(JSON.parse(stdout)).toMatchObject({ profile: { preferred_username: 'ada' } });
    expectNoSecrets(stderr, server.issuedSecrets('code', 'access_token', 'refresh_token', 'code_verifier'));
  });

  it('end with the error', async () => {
    server.breakEndpoint('token', { kind: 'html', status: 502 });
    const { stderr } = await line.run(...target(), '--json', '--events');
    expect(eventsOf(stderr).at(-1)).toMatchObject({
      event: 'error',
      code: 'network_server_error',
      exit_code: 7,
    });
  });
});

function withParameter(address: URL, name: string, value: string): string {
  address.searchParams.set(name, value);
  return address.href;
}
