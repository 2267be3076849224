import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BundledScript, bundleScript, endOf, startScript } from '../../support/bundled-script.ts';

const scripts: BundledScript[] = [];
afterAll(() => {
  for (const script of scripts) {
    script.remove();
  }
});

/** A script that has built the context as `context`. */
function scriptWithContext(body: string): BundledScript {
  const script = bundleScript(`
    import { environmentWarnings } from './src/ground/environment.ts';
    import { systemContext } from './src/host/system-context.ts';
    const context = systemContext(process);
    ${body}
  `);
  scripts.push(script);
  return script;
}

const env = { PATH: process.env.PATH, HOME: '/home/nobody-at-all' };
const run = (script: BundledScript, variables: NodeJS.ProcessEnv = {}, cwd?: string) =>
  endOf(startScript(script, { ...env, ...variables }, cwd));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-login-cwd-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe('building the context', () => {
  it('loads no adapter, no package and no stream', async () => {
    const script = scriptWithContext(`
      const { createRequire } = await import('node:module');
      const files = Object.keys(createRequire(import.meta.url).cache);
      const streams = ['TTYWRAP', 'PIPEWRAP'].filter((name) => process.getActiveResourcesInfo().includes(name));
      const { moduleLoadList } = process;
      const heavy = moduleLoadList.filter((name) => /NativeModule (tls|http|https|child_process|net)$/.test(name));
      process.stdout.write(JSON.stringify({ files, streams, heavy }));
    `);
    const { stdout, stderr } = await run(script);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ files: [], streams: [], heavy: [] });
  });

  it('lets the process end by itself', async () => {
    const script = scriptWithContext(`context.stdout.write(context.platform);`);
    expect(await run(script)).toEqual({ code: 0, signal: null, stdout: process.platform, stderr: '' });
  });
});

describe('T13 secrets in the environment', () => {
  it('are known to the context, and to no program that is started', async () => {
    const script = scriptWithContext(`
      const { execFileSync } = await import('node:child_process');
      process.stdout.write(JSON.stringify({
        own: context.env.OAUTH_LOGIN_PASSPHRASE,
        path: context.env.PATH,
        child: execFileSync('env', { encoding: 'utf8' }),
      }));
    `);
    const path = `.:${env.PATH}::bin`;
    const { stdout } = await run(script, { OAUTH_LOGIN_PASSPHRASE: 'CANARY', PATH: path, LANG: 'C' });
    const seen = JSON.parse(stdout);
    expect(seen.own).toBe('CANARY');
    expect(seen.path).toBe(path);
    expect(seen.child).toContain('LANG=C');
    expect(seen.child).toContain(`PATH=${env.PATH}\n`);
    expect(seen.child).not.toMatch(/CANARY|OAUTH_LOGIN/);
  });
});

describe('T09 NODE_TLS_REJECT_UNAUTHORIZED', () => {
  it('is told to have no effect, by us and not the contrary by Node', async () => {
    const script = scriptWithContext(`
      const http = await context.openHttp({ allowHttpLoopback: false });
      await http.fetch('https://127.0.0.1:9/', { method: 'POST' }).catch(() => {});
      process.stdout.write(environmentWarnings(context.env).join());
    `);
    const { stdout, stderr } = await run(script, { NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    expect(stdout).toMatch(/^NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored/);
    expect(stderr).toBe('');
    expect((await run(script)).stdout).toBe('');
  });
});

describe('signals', () => {
  const waiting = () =>
    scriptWithContext(`
      context.signal.addEventListener('abort', () => {
        const { name, code, exitCode } = context.signal.reason;
        process.stdout.write([name, code, exitCode].join());
      });
      process.stdout.write('ready ');
      await context.clock.sleep(10_000, context.signal).catch((reason) => {
        process.stdout.write(reason === context.signal.reason ? ' slept' : ' other');
      });
      if (context.env.STAY) setInterval(() => {}, 1_000);
    `);

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s aborts what waits, with an AbortedError',
    async (name) => {
      const child = startScript(waiting(), env);
      child.stdout?.once('data', () => child.kill(name));
      expect(await endOf(child)).toMatchObject({
        code: 0,
        stdout: 'ready AbortedError,aborted,130 slept',
        stderr: '',
      });
    },
  );

  it('a second one ends the process at once', async () => {
    const child = startScript(waiting(), { ...env, STAY: '1' });
    let text = '';
    child.stdout?.on('data', (chunk) => {
      text += chunk;
      if (text === 'ready ') {
        child.kill('SIGINT');
      }
      if (text.endsWith('slept')) {
        child.kill('SIGINT');
      }
    });
    expect(await endOf(child)).toMatchObject({ code: null, signal: 'SIGINT' });
  });
});

describe('T61 crash artefacts and debugger', () => {
  it('opens no debugger on SIGUSR1', async () => {
    const script = scriptWithContext(`
      const { url } = await import('node:inspector');
      process.stdout.write('ready ');
      await context.clock.sleep(300);
      process.stdout.write(String(url()));
    `);
    const child = startScript(script, env);
    child.stdout?.once('data', () => child.kill('SIGUSR1'));
    expect(await endOf(child)).toEqual({ code: 0, signal: null, stdout: 'ready undefined', stderr: '' });
  });

  it('writes no report when the process crashes, although NODE_OPTIONS asks for one', async () => {
    const crash = scriptWithContext(`
      process.chdir(${JSON.stringify('DIRECTORY')}.replace('DIRECTORY', context.env.WHERE));
      throw new Error('on purpose');
    `);
    const variables = { WHERE: directory, OAUTH_LOGIN_PASSPHRASE: 'CANARY' };
    const options = { NODE_OPTIONS: '--report-uncaught-exception --report-on-fatalerror --report-on-signal' };
    expect((await run(crash, { ...variables, ...options })).code).not.toBe(0);
    expect(readdirSync(directory)).toEqual([]);

    const control = bundleScript(`process.chdir(process.env.WHERE ?? ''); throw new Error('on purpose');`);
    scripts.push(control);
    await run(control, { ...variables, ...options });
    expect(readdirSync(directory)).toHaveLength(1);
  });

  it('a report that is asked for all the same holds no secret of the environment', async () => {
    const script = scriptWithContext(`process.stdout.write(JSON.stringify(process.report.getReport()));`);
    const { stdout } = await run(script, { OAUTH_LOGIN_PASSPHRASE: 'CANARY' });
    expect(stdout).toContain('"nodejsVersion"');
    expect(stdout).not.toContain('CANARY');
  });
});

describe('T74 a closed standard output', () => {
  it('is no crash, and is told by flush', async () => {
    const script = scriptWithContext(`
      context.stderr.write('ready ');
      while (await context.flush()) {
        context.stdout.write('x'.repeat(1_000));
        await context.clock.sleep(10);
      }
      context.stdout.write('more');
      context.stderr.write(String(await context.flush()));
    `);
    const child = startScript(script, env);
    child.stderr?.once('data', () => child.stdout?.destroy());
    expect(await endOf(child)).toMatchObject({ code: 0, stderr: 'ready false' });
  });

  it('flush waits until everything has been taken', async () => {
    const script = scriptWithContext(`
      context.stdout.write('x'.repeat(300_000));
      context.stdout.write(String(await context.flush()));
    `);
    const { stdout } = await run(script);
    expect(stdout.length).toBe(300_004);
    expect(stdout.endsWith('true')).toBe(true);
  });
});

describe('T10 the working directory changes nothing', () => {
  it('neither variables nor directories nor proxies', async () => {
    const script = scriptWithContext(`
      const { env, paths, canOpenBrowser } = context;
      const http = await context.openHttp({ allowHttpLoopback: true });
      const failure = await http.fetch('https://127.0.0.1:9/', { method: 'POST' }).catch((error) => error.code);
      process.stdout.write(JSON.stringify({ env, configDir: paths.configDir, dataDir: paths.dataDir, canOpenBrowser, failure }));
    `);
    const before = await run(script, { PWD: '/' }, directory);
    const hostile = 'HTTPS_PROXY=http://127.0.0.1:1\nOAUTH_LOGIN_DATA_DIR=/evil\nBROWSER=/evil\nHOME=/evil\n';
    for (const name of [
      '.env',
      '.env.local',
      '.oauth-loginrc',
      '.npmrc',
      'oauth-login.config.js',
      'config.json',
    ]) {
      writeFileSync(join(directory, name), hostile);
    }
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ 'oauth-login': { dataDir: '/evil' } }));
    const after = await run(script, { PWD: '/' }, directory);
    expect(JSON.parse(before.stdout)).toMatchObject({ configDir: '/home/nobody-at-all/.config/oauth-login' });
    expect(after).toEqual(before);
  });
});
