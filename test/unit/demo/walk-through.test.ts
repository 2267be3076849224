import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { playUserAgent } from '../../../src/demo/http-user-agent.ts';
import type { RunCommand } from '../../../src/demo/walk-through.ts';
import { runDemo } from '../../../src/demo/walk-through.ts';
import type { Context } from '../../../src/ground/context.ts';
import { AbortedError } from '../../../src/ground/errors.ts';
import { plainObject } from '../../../src/ground/plain-json.ts';

interface Stage {
  readonly context: Context;
  readonly out: string[];
  readonly err: string[];
}

function stage(changes: Partial<Context> = {}): Stage {
  const out: string[] = [];
  const err: string[] = [];
  const missing = () => Promise.reject(new Error('the demo does not need this'));
  const context: Context = {
    env: { CI: 'true', SSH_CONNECTION: '1 2 3 4', OAUTH_LOGIN_GITHUB_TOKEN: 'of-the-user', HOME: '/nowhere' },
    platform: 'linux',
    stdin: { async *[Symbol.asyncIterator]() {} },
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    clock: {
      now: () => new Date(),
      monotonic: () => performance.now(),
      sleep: (milliseconds, signal) =>
        new Promise((resolve, reject) => {
          const timer = setTimeout(resolve, milliseconds);
          signal?.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(signal.reason);
          });
        }),
    },
    signal: new AbortController().signal,
    paths: { configDir: '/the/users/config', dataDir: '/the/users/data' },
    workingDirectory: () => '/the/users',
    canOpenBrowser: false,
    writeBytes: missing,
    uninterrupted: (work) => work(),
    startChild: missing,
    surroundings: 'local',
    openHttp: missing,
    resolveTxt: missing,
    openBrowser: missing,
    openKeychain: missing,
    openPrompts: missing,
    ...changes,
  };
  return { context, out, err };
}

interface Call {
  readonly argv: readonly string[];
  /** Of the provider that the sandbox has configured. */
  readonly issuer: string;
  readonly context: Context;
}

/** Plays the commands: `login` goes through the browser up to the callback, the others only answer. */
function commands(calls: Call[], exitCodes: Readonly<Record<string, number>> = {}): RunCommand {
  return async (argv, context) => {
    const issuer = configuredIssuer(context);
    calls.push({ argv, context, issuer });
    mkdirSync(context.paths.dataDir, { recursive: true });
    writeFileSync(join(context.paths.dataDir, 'account'), 'sealed');
    const [command = ''] = argv;
    if (command !== 'login') {
      context.stdout.write(`answer of ${command}\n`);
      return exitCodes[command] ?? 0;
    }
    const response = await signIn(issuer, context);
    context.stderr.write(`callback: ${response.has('code') ? 'code' : response.get('error')}\n`);
    return exitCodes[command] ?? 0;
  };
}

function configuredIssuer({ paths }: Context): string {
  const { providers } = JSON.parse(readFileSync(join(paths.configDir, 'config.json'), 'utf8'));
  expect(providers).toEqual({
    'demo-provider': { label: 'Demo provider', issuer: expect.any(String), client_id: 'demo' },
  });
  return providers['demo-provider'].issuer;
}

async function signIn(issuer: string, context: Context): Promise<URLSearchParams> {
  return new Promise((resolve, reject) => {
    context.signal.addEventListener('abort', () => reject(context.signal.reason));
    const listener = createServer((request, reply) => {
      const uri = new URL(request.url ?? '', `http://127.0.0.1:${port()}`);
      if (uri.pathname === '/start') {
        reply.writeHead(302, { location: authorizationUri(issuer, `http://127.0.0.1:${port()}/callback`) });
        reply.end();
      } else {
        reply.setHeader('content-type', 'text/html');
        reply.end('<title>Signed in</title>', () => {
          listener.close();
          resolve(uri.searchParams);
        });
      }
    });
    const port = () => {
      const address = listener.address();
      return typeof address === 'object' ? address?.port : 0;
    };
    listener.listen(0, '127.0.0.1', () => {
      context.openBrowser(`http://127.0.0.1:${port()}/start`).catch(reject);
    });
  });
}

/** Signs in with a code (RFC 8628); ends when the person has entered it. */
async function signInWithCode(issuer: string): Promise<void> {
  const post = async (path: string, form: Record<string, string>) => {
    const body = new URLSearchParams({ client_id: 'demo', ...form });
    const reply = await fetch(`${issuer}${path}`, { method: 'POST', body });
    return plainObject(await reply.json()) ?? {};
  };
  const deviceCode = String((await post('/device/auth', { scope: 'openid' })).device_code);
  const grantType = 'urn:ietf:params:oauth:grant-type:device_code';
  await expect
    .poll(() => post('/token', { grant_type: grantType, device_code: deviceCode }), { timeout: 10_000 })
    .toHaveProperty('access_token');
}

function authorizationUri(issuer: string, redirectUri: string): string {
  const parameters = new URLSearchParams({
    client_id: 'demo',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  return `${issuer}/auth?${parameters}`;
}

describe('the demo without a browser', () => {
  it('shows every command line, plays the browser, and says so in one line', async () => {
    const { context, out, err } = stage();
    const calls: Call[] = [];
    await runDemo(context, commands(calls));
    const issuer = calls[0]?.issuer ?? '';
    expect(issuer).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const shown = out.join('');
    expect(shown.match(/^\$ .*$/gm)).toEqual([
      '$ oauth-login login demo-provider --allow-http-loopback',
      '$ oauth-login whoami',
      '$ oauth-login token',
      '$ oauth-login status',
      '$ oauth-login logout',
    ]);
    expect(shown.match(/^No browser can be opened here.*Ada Lovelace/gm)).toHaveLength(1);
    expect(shown).toContain('“Signed in”');
    expect(shown).toMatch(/answer of logout\n[\s\S]*oauth-login github/);
    expect(err.join('')).toBe('callback: code\n');
    await expect(fetch(issuer)).rejects.toThrow();
  });

  it('enters the code for another device in the played browser', async () => {
    const { context, out } = stage();
    const run: RunCommand = async ([command], inside) => {
      if (command === 'login') {
        await signInWithCode(configuredIssuer(inside));
      }
      return 0;
    };
    await runDemo(context, run, { device: true });
    expect(out.join('')).toContain('“Device connected”');
  });

  it("touches nothing of the user's, and leaves nothing behind", async () => {
    const { context } = stage();
    const calls: Call[] = [];
    await runDemo(context, commands(calls));
    expect(calls).toHaveLength(5);
    const directories = new Set(calls.map((call) => call.context.paths.dataDir));
    expect(directories.size).toBe(1);
    for (const { context: inside } of calls) {
      expect(inside.paths.configDir.startsWith(join(tmpdir(), 'oauth-login-demo-'))).toBe(true);
      expect(inside.env).toMatchObject({
        OAUTH_LOGIN_STORE: 'file',
        OAUTH_LOGIN_CONFIG_DIR: inside.paths.configDir,
        OAUTH_LOGIN_DATA_DIR: inside.paths.dataDir,
      });
      expect(inside.env).not.toHaveProperty('OAUTH_LOGIN_GITHUB_TOKEN');
      expect(inside.env).not.toHaveProperty('CI');
      expect(inside.env).not.toHaveProperty('SSH_CONNECTION');
      expect(inside.env.BROWSER).toBeTruthy();
      expect(existsSync(inside.paths.dataDir)).toBe(false);
    }
    expect(context.env.OAUTH_LOGIN_GITHUB_TOKEN).toBe('of-the-user');
  });

  it('stops at the command that fails, passes its exit code on and cleans up', async () => {
    const { context, out } = stage();
    const calls: Call[] = [];
    await expect(runDemo(context, commands(calls, { token: 7 }))).rejects.toMatchObject({
      code: 'demo_stopped',
      exitCode: 7,
    });
    expect(calls.map(({ argv }) => argv[0])).toEqual(['login', 'whoami', 'token']);
    expect(out.join('')).not.toContain('oauth-login github');
    expect(existsSync(calls[0]?.context.paths.dataDir ?? '')).toBe(false);
    await expect(fetch(calls[0]?.issuer ?? '')).rejects.toThrow();
  });

  it('ends the sign-in at once when the played browser cannot go on', async () => {
    const { context } = stage();
    const run: RunCommand = async (_argv, inside) => {
      await inside.openBrowser('https://elsewhere.test/');
      await new Promise<void>((resolve) => inside.signal.addEventListener('abort', () => resolve()));
      expect(inside.signal.reason).toMatchObject({ code: 'demo_stopped' });
      return 1;
    };
    await expect(runDemo(context, run)).rejects.toMatchObject({ code: 'demo_stopped', exitCode: 1 });
  });

  it('ends with the command that Ctrl-C ended, which has told it, and still cleans up', async () => {
    const interrupt = new AbortController();
    const { context } = stage({ signal: interrupt.signal });
    let dataDir = '';
    const run: RunCommand = async (_argv, inside) => {
      dataDir = inside.paths.dataDir;
      mkdirSync(dataDir, { recursive: true });
      interrupt.abort(new AbortedError());
      return 130;
    };
    expect(await runDemo(context, run)).toBe(130);
    expect(dataDir).not.toBe('');
    expect(existsSync(dataDir)).toBe(false);
    expect(readdirSync(tmpdir())).not.toContain(dataDir.split('/').at(-2));
  });
});

describe('the demo with a browser', () => {
  it('opens the real one, and plays nothing', async () => {
    const opened: string[] = [];
    const { context, out } = stage({
      env: { BROWSER: 'some-browser' },
      openBrowser: async (uri) => {
        opened.push(uri);
        await playUserAgent(uri, { user: 'grace', consent: true });
        return { exited: Promise.resolve(0) };
      },
    });
    const calls: Call[] = [];
    await runDemo(context, commands(calls));
    expect(opened).toHaveLength(1);
    expect(calls[0]?.context.env.BROWSER).toBe('some-browser');
    expect(out.join('')).toContain('Your browser opens now');
    expect(out.join('')).not.toContain('the demo simulates one');
  });

  it('plays it when the opener finds none', async () => {
    for (const openBrowser of [
      () => Promise.reject(new Error('no opener')),
      async () => ({ exited: Promise.resolve(3) }),
    ]) {
      const { context, err } = stage({ env: { BROWSER: 'not-installed' }, openBrowser });
      await runDemo(context, commands([]));
      expect(err.join('')).toMatch(/No browser can be opened here.*\n.*callback: code/);
    }
  });

  it('speaks in lines that a narrow terminal can hold', async () => {
    const { context, out } = stage();
    await runDemo({ ...context, stdout: { ...context.stdout, columns: 40 } }, commands([]));
    const own = out
      .join('')
      .split('\n')
      .filter((text) => !/^\$|^answer|127\.0\.0\.1|“/.test(text));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter((text) => text.length > 40)).toEqual([]);
  });

  it('can be told to play it all the same', async () => {
    const { context, out } = stage({ env: { BROWSER: 'some-browser' } });
    await runDemo(context, commands([]), { browser: false });
    expect(out.join('')).toContain('the demo simulates one over HTTP');
  });
});
