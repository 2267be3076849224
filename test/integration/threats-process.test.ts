import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { playUserAgent } from '../../src/demo/http-user-agent.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, loadFirst, openHome } from '../support/built-command.ts';
import { endOf } from '../support/bundled-script.ts';
import { expectNoSecrets, findSecrets } from '../support/canary.ts';
import { onlyOnNode } from '../support/only-on-node.ts';
import { listeningAddresses, watchProcesses } from '../support/process-table.ts';
import type { Program } from '../support/programs.ts';
import { openSocket } from '../support/raw-client.ts';

const onLinux = describe.runIf(process.platform === 'linux');
const CLIENT_SECRET = 'CANARY-zBq8wPk2vXn5mRt7-client';
const PASSPHRASE = 'CANARY-Jf3cLs9dYh6gTe1a-phrase';

let command: Program;
let server: AuthorizationServer;
let home: CommandHome;
const target = () => [server.issuer, '--client-id', server.clientId, '--allow-http-loopback'];

beforeAll(async () => {
  [command, server] = await Promise.all([
    buildCommand(),
    startAuthorizationServer({
      confidentialClients: [
        {
          clientId: 'confidential',
          clientSecret: CLIENT_SECRET,
          authentication: 'client_secret_post',
          redirectUris: ['http://127.0.0.1/callback'],
        },
      ],
    }),
  ]);
});
afterAll(async () => {
  await server?.close();
  command?.remove();
});
beforeEach(() => {
  home = openHome(command);
});
afterEach(() => {
  server.restore();
  home.close();
});

const filesIn = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name);

/** What an interrupted command must not leave: anything begun and not finished. */
const unfinished = () => filesIn(home.home).filter((name) => /^\.|\.tmp|\.lock|probe/.test(name));

onLinux('T13 secrets on a command line or in a child’s view', () => {
  const variables = () => ({
    [`OAUTH_LOGIN_${new URL(server.issuer).host.replaceAll(/\W/g, '_')}_CLIENT_SECRET`]: CLIENT_SECRET,
    OAUTH_LOGIN_STORE: 'passphrase',
    OAUTH_LOGIN_PASSPHRASE: PASSPHRASE,
  });
  const secrets = () => [...server.issuedSecrets(), CLIENT_SECRET, PASSPHRASE];

  it('holds for sign-in, refresh, profile, logout and setup', async () => {
    home.close();
    home = openHome(command, 1);
    const secretFile = join(home.home, 'secret');
    writeFileSync(secretFile, CLIENT_SECRET, { mode: 0o600 });
    const login = home.start([server.issuer, '--client-id', 'confidential', '--allow-http-loopback'], {
      env: variables(),
    });
    const spy = watchProcesses(login.pid);
    const [link = ''] = await home.browserArguments();
    await playUserAgent(link, { user: 'ada', consent: true });
    expect((await login.ended).code).toBe(0);
    const { own, children } = spy.stop();
    expect(children.map(({ commandLine }) => commandLine)).toContain(`/bin/sh\0${home.browser}\0${link}\0`);
    expectNoSecrets([...own, ...children].map(({ commandLine }) => commandLine).join('\n'), secrets());
    const environments = children.flatMap(({ commandLine, environment }) =>
      environment === undefined || commandLine.includes(command.path) ? [] : [environment],
    );
    expect(environments.length).toBeGreaterThan(0);
    for (const environment of environments) {
      expect(environment).toContain(`HOME=${home.home}`);
      expect(environment).not.toContain('OAUTH_LOGIN_');
      expectNoSecrets(environment, secrets());
    }

    const setUp = ['setup', 'own', '--issuer', server.issuer, '--allow-http-loopback', '--client-id', 'c'];
    for (const args of [
      ['token', '--refresh'],
      ['whoami'],
      [...setUp, '--client-secret-file', secretFile],
      ['logout'],
    ]) {
      const running = home.start(args, { env: variables() });
      const watched = watchProcesses(running.pid);
      expect([args[0], (await running.ended).code]).toEqual([args[0], 0]);
      const seen = watched.stop();
      expect(seen.own.length).toBeGreaterThan(0);
      expect(seen.children).toEqual([]);
      expectNoSecrets(seen.own.map(({ commandLine }) => commandLine).join('\n'), secrets());
    }
  });
});

describe('T10 a cloned directory reconfigures nothing', () => {
  it('whatever lies in it, the same is said and the same is asked of the same servers', async () => {
    const evil = await startAuthorizationServer();
    const cloned = join(home.home, '..', 'cloned');
    const empty = join(home.home, '..', 'empty');
    mkdirSync(cloned);
    mkdirSync(empty);
    plantConfiguration(cloned, evil.issuer);
    const seen: unknown[] = [];
    for (const cwd of [empty, cloned]) {
      home.close();
      home = openHome(command);
      mkdirSync(cwd, { recursive: true });
      if (cwd === cloned) {
        plantConfiguration(cloned, evil.issuer);
      }
      const before = server.requests.length;
      const told: unknown[] = [];
      const login = await home.signIn([...target(), '--json'], { cwd });
      told.push([login.code, Object.keys(JSON.parse(login.stdout))]);
      for (const args of [['token'], ['token', '--refresh'], ['whoami'], ['providers', '--json'], ['evil']]) {
        const { code, stdout, stderr } = await home.run(args, { cwd });
        told.push([code, args[0] === 'token' ? stdout.length : stdout, stderr]);
      }
      told.push((await home.run(['logout'], { cwd })).stdout);
      const asked = server.requests.slice(before).map(({ method, path }) => `${method} ${path}`);
      seen.push({ told, asked: asked.map((line) => line.replace(/\/(interaction|auth)\/.*/, '/$1')) });
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(evil.requests).toEqual([]);
    await evil.close();
  });

  function plantConfiguration(directory: string, issuer: string): void {
    const configuration = {
      store: 'file',
      providers: { evil: { issuer, client_id: 'demo' }, github: { issuer, client_id: 'demo' } },
    };
    const json = JSON.stringify(configuration);
    const variables = [
      `HTTPS_PROXY=${issuer}`,
      `OAUTH_LOGIN_CONFIG_DIR=${directory}`,
      `OAUTH_LOGIN_DATA_DIR=${directory}`,
      'OAUTH_LOGIN_GITHUB_TOKEN=planted',
      'BROWSER=/bin/false',
      'NODE_TLS_REJECT_UNAUTHORIZED=0',
      'NODE_OPTIONS=--require ./planted.js',
    ].join('\n');
    const script = `require('node:fs').writeFileSync(${JSON.stringify(join(directory, 'ran'))}, '');\n`;
    for (const name of ['.env', '.env.local', '.npmrc', '.envrc', '.oauth-login.env']) {
      writeFileSync(join(directory, name), `${variables}\n`);
    }
    for (const name of [
      '.oauth-loginrc',
      '.oauth-loginrc.json',
      'config.json',
      'oauth-login.json',
      'oauth-login',
    ]) {
      writeFileSync(join(directory, name), json);
    }
    for (const name of [
      'oauth-login.config.js',
      'oauth-login.config.cjs',
      'planted.js',
      'undici.js',
      'open.js',
    ]) {
      writeFileSync(join(directory, name), script);
    }
    for (const name of ['.config/oauth-login', '.local/share/oauth-login', 'oauth-login.d']) {
      mkdirSync(join(directory, name), { recursive: true, mode: 0o700 });
      writeFileSync(join(directory, name, 'config.json'), json);
    }
    for (const name of ['undici', 'open', 'keytar', 'oauth4webapi', 'commander']) {
      mkdirSync(join(directory, 'node_modules', name), { recursive: true });
      writeFileSync(join(directory, 'node_modules', name, 'index.js'), script);
    }
    for (const name of ['sh', 'xdg-open', 'node']) {
      writeFileSync(join(directory, name), `#!/bin/sh\ntouch '${directory}/ran'\n`, { mode: 0o755 });
    }
    writeFileSync(
      join(directory, 'package.json'),
      JSON.stringify({ 'oauth-login': configuration, config: configuration }),
    );
  }
});

describe('T61 crash artefacts and debugger', () => {
  const crash = (body: string, milliseconds: number): Record<string, string> => {
    const file = join(home.home, '..', 'crash.cjs');
    writeFileSync(file, `setTimeout(() => { ${body} }, ${milliseconds});`);
    const reports = ['--report-uncaught-exception', '--report-on-fatalerror', '--report-on-signal'];
    return {
      ...loadFirst(file, ...reports, '--trace-uncaught'),
      OAUTH_LOGIN_PASSPHRASE: PASSPHRASE,
    };
  };

  const exception = `throw Object.assign(new Error('${CLIENT_SECRET}'), { token: '${CLIENT_SECRET}' });`;

  // The later one finds the process waiting for the browser, with a lock of its own.
  it.each([
    ['an exception', exception, 300],
    ['a later exception', exception, 2_000],
    ['a rejection', `Promise.reject(new Error('x', { cause: new Error('${CLIENT_SECRET}') }));`, 300],
    ['what is no error', `throw '${CLIENT_SECRET}';`, 300],
  ])('%s that nobody catches leaves no file, and says its name only', async (_what, body, milliseconds) => {
    const cwd = join(home.home, 'empty');
    mkdirSync(cwd);
    const running = home.start([...target(), '--debug'], { cwd, env: crash(body, milliseconds) });
    const ended = await running.ended;
    expect([ended.code, ended.signal]).toEqual([1, null]);
    expect(ended.stderr).toContain('oauth-login: error: internal error (');
    expect(readdirSync(cwd)).toEqual([]);
    expect(unfinished()).toEqual([]);
    expect(findSecrets(ended.stdout + ended.stderr, [CLIENT_SECRET, PASSPHRASE])).toEqual([]);
  });

  const exposing = [
    '--inspect=127.0.0.1:0',
    '--heapsnapshot-signal=SIGUSR2',
    '--heapsnapshot-near-heap-limit=1',
  ];

  describe.each([...exposing, '--abort-on-uncaught-exception'])('%s in NODE_OPTIONS', (option) => {
    const name = option.replace(/=.*/, '');

    it.each(['status', 'token', 'whoami --offline', 'exec github -- true', 'logout'])(
      'ends %s with exit 2, which names it and the flag that allows it',
      async (line) => {
        const ended = await home.run(line.split(' '), { env: { NODE_OPTIONS: option } });
        expect([ended.code, ended.stdout]).toEqual([2, '']);
        expect(ended.stderr).toContain(`oauth-login: error: Node was started with ${name} in NODE_OPTIONS`);
        expect(ended.stderr).toMatch(/^oauth-login: hint: .*--allow-debug/m);
      },
    );

    it('ends a sign-in before anything is asked or made', async () => {
      const before = server.requests.length;
      const ended = await home.run([...target(), '--json'], { env: { NODE_OPTIONS: option } });
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('"code": "usage_debugger"')]);
      expect([server.requests.length, readdirSync(home.home)]).toEqual([before, []]);
    });
  });

  it('is allowed by --allow-debug, before or behind the command, and then works', async () => {
    expect((await home.runHere(target())).code).toBe(0);
    const env = { NODE_OPTIONS: exposing[0] };
    for (const args of [
      ['--allow-debug', 'token'],
      ['token', '--allow-debug'],
      ['status', '--allow-debug'],
    ]) {
      expect([args, (await home.run(args, { env })).code]).toEqual([args, 0]);
    }
    const exec = [
      'exec',
      server.issuer,
      '--',
      process.execPath,
      '-p',
      'process.argv.length',
      '--allow-debug',
    ];
    expect((await home.run(exec, { env })).code).toBe(2);
    const demo = await home.run(['demo', '--no-browser', '--allow-debug'], { env });
    expect([demo.code, demo.stderr.includes('usage_debugger')]).toEqual([0, false]);
  });

  it('--version and --help answer all the same, and say how to allow it', async () => {
    for (const args of [['--version'], ['--help'], ['help', 'token'], ['token', '--help']]) {
      const ended = await home.run(args, { env: { NODE_OPTIONS: exposing[1] } });
      expect([args, ended.code]).toEqual([args, 0]);
      if (args[0] !== '--version') {
        expect(ended.stdout).toContain('--allow-debug');
      }
    }
  });

  onlyOnNode(() => {
    it('counts too when it was given to Node itself', async () => {
      const args = ['--heapsnapshot-signal=SIGUSR2', command.path, 'status'];
      const { code, stderr } = await endOf(spawn(process.execPath, args, { env: home.environment }));
      expect([code, stderr]).toEqual([
        2,
        expect.stringMatching(/Node was started with --heapsnapshot-signal,/),
      ]);
    });
  });

  onlyOnNode(() => {
    it.each(['--cpu-prof', '--heap-prof'])(
      '%s is let through: what it writes holds no token',
      async (option) => {
        expect((await home.runHere(target())).code).toBe(0);
        const cwd = join(home.home, '..', 'profiles');
        mkdirSync(cwd);
        const args = [option, command.path, 'token', '--refresh'];
        const ended = await endOf(spawn(process.execPath, args, { cwd, env: home.environment }));
        expect([ended.code, readdirSync(cwd)]).toEqual([0, [expect.stringMatching(/profile$/)]]);
        expectNoSecrets({ directory: cwd }, [ended.stdout.trim(), ...server.issuedSecrets()]);
      },
    );
  });

  onLinux('on Linux', () => {
    it('no debugger listens after SIGUSR1 in the middle of a sign-in, and the sign-in goes on', async () => {
      const running = home.start(target());
      const [link = ''] = await home.browserArguments();
      const before = listeningAddresses(running.pid);
      expect(before).toHaveLength(1);
      for (let time = 0; time < 5; time += 1) {
        running.kill('SIGUSR1');
        await sleep(40);
        expect(listeningAddresses(running.pid)).toEqual(before);
      }
      await playUserAgent(link, { user: 'ada', consent: true });
      const ended = await running.ended;
      expect([ended.code, ended.stderr.includes('Debugger')]).toEqual([0, false]);
    });
  });
});

onLinux('T15 reach of the listener, as the system sees it', () => {
  it('listens on the loopback address alone, and only while it waits', async () => {
    const running = home.start(target());
    const [link = ''] = await home.browserArguments();
    const port = Number(new URL(link).port);
    const address = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    expect(listeningAddresses(running.pid)).toEqual([address]);
    await playUserAgent(link, { user: 'ada', consent: true });
    expect((await running.ended).code).toBe(0);
    await expect(openSocket(port)).rejects.toThrow();
  });
});

describe('T67 a process that ends', () => {
  it('soon after success, although a browser holds connections open', async () => {
    const running = home.start(target());
    const [link = ''] = await home.browserArguments();
    const sockets = await Promise.all(
      Array.from({ length: 6 }, () => openSocket(Number(new URL(link).port))),
    );
    sockets[0]?.write('GET /callback HTTP/1.1\r\n');
    await playUserAgent(link, { user: 'ada', consent: true });
    const began = performance.now();
    expect((await running.ended).code).toBe(0);
    // Idle connections have five seconds for a request head; waiting for them would take as long.
    expect(performance.now() - began).toBeLessThan(4_500);
    for (const socket of sockets) {
      socket.destroy();
    }
  });

  describe.each([
    // As after any Ctrl-C, so that a loop of the shell ends as well; for the shell it is 130.
    ['SIGINT', null, 'SIGINT'],
    ['SIGTERM', 130, null],
    ['SIGHUP', 130, null],
  ] as const)('by %s', (signal, code, endedBy) => {
    it.each([
      ['while it waits for the End-User', undefined],
      ['while the token endpoint hangs', 'token'],
      ['while the UserInfo endpoint drips', 'userinfo'],
    ] as const)('%s: no listener, nothing half done', async (_when, endpoint) => {
      if (endpoint !== undefined) {
        server.breakEndpoint(endpoint, { kind: endpoint === 'token' ? 'hang' : 'drip' });
      }
      const running = home.start(target());
      const [link = ''] = await home.browserArguments();
      const before = endpoint === undefined ? 0 : server.hits(endpoint);
      if (endpoint !== undefined) {
        playUserAgent(link, { user: 'ada', consent: true }).catch(() => {});
        await expect.poll(() => server.hits(endpoint)).toBeGreaterThan(before);
      }
      const began = performance.now();
      running.kill(signal);
      const ended = await running.ended;
      expect([ended.code, ended.signal, ended.stdout]).toEqual([code, endedBy, '']);
      expect(ended.stderr).toMatch(/oauth-login: error: .+\noauth-login: hint: .+\n$/);
      expect(performance.now() - began).toBeLessThan(30_000);
      await expect(openSocket(Number(new URL(link).port))).rejects.toThrow();
      expect(unfinished()).toEqual([]);
      expect((await home.run(['status'])).code).toBe(4);
    });
  });

  it('by SIGINT at any moment, with an account that is whole or none', async () => {
    for (let delay = 0; delay < 800; delay += 80) {
      home.close();
      home = openHome(command);
      const running = home.start(target());
      home
        .browserArguments()
        .then(([link = '']) => playUserAgent(link, { user: 'ada', consent: true }))
        .catch(() => {});
      await sleep(delay);
      running.kill('SIGINT');
      const { code, signal } = await running.ended;
      // Before Node has read our first line, the signal ends it as it ends any program.
      expect([0, 'SIGINT']).toContain(code ?? signal);
      expect([delay, unfinished()]).toEqual([delay, []]);
      const status = await home.run(['status', '--json']);
      expect([delay, [0, 4]]).toEqual([delay, expect.arrayContaining([status.code])]);
      expect(JSON.parse(status.stdout).problems).toEqual([]);
    }
  });
});

onlyOnNode(() => {
  describe('T68 the built command', () => {
    it('hands out what the starter needs and no seam of the tests', async () => {
      const { createRequire } = await import('node:module');
      const built = createRequire(import.meta.url)(join(command.path, '../../dist/main.js'));
      expect(Object.keys(built).sort()).toEqual([
        'main',
        'outputFailure',
        'releaseEveryLock',
        'report',
        'systemContext',
      ]);
      const text = readFileSync(join(command.path, '../../dist/main.js'), 'utf8');
      expect(text).not.toMatch(/VITEST|NODE_ENV|Math\.random|test\/support/);
    });
  });
});
