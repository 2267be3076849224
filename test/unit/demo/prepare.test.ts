import { execFile, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { environmentForNpm } from '../../../scripts/npm.mjs';
import { listenOnLoopback } from '../../support/reverse-proxy.ts';

const scripts = fileURLToPath(new URL('../../../scripts', import.meta.url));
const run = promisify(execFile);

let template: string;
const checkouts: string[] = [];

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A checkout with one packed dependency and a build that leaves a trace; made once, copied for every test. */
beforeAll(async () => {
  template = mkdtempSync(join(tmpdir(), 'prepare-template-'));
  checkouts.push(template);
  const write = (path: string, content: unknown) =>
    writeFileSync(join(template, path), typeof content === 'string' ? content : JSON.stringify(content));
  for (const directory of ['scripts', 'src', 'packed']) {
    mkdirSync(join(template, directory));
  }
  for (const name of ['prepare.mjs', 'npm.mjs']) {
    cpSync(join(scripts, name), join(template, 'scripts', name));
  }
  write('packed/package.json', { name: 'packed', version: '1.0.0' });
  await npm(['pack', './packed']);
  write('src/main.ts', '');
  write(
    'scripts/build.mjs',
    `import { mkdirSync, writeFileSync, appendFileSync } from 'node:fs';
mkdirSync('dist', { recursive: true });
writeFileSync('dist/main.js', '');
appendFileSync('builds.log', 'built\\n');
`,
  );
  write('package.json', {
    name: 'checkout',
    version: '1.0.0',
    engines: { node: '>=20.18.1' },
    dependencies: { packed: 'file:packed-1.0.0.tgz' },
  });
  await npm(['install', '--package-lock-only', '--offline', '--no-audit', '--no-fund']);
});

afterAll(() => {
  for (const checkout of checkouts) {
    rmSync(checkout, { recursive: true, force: true });
  }
});

async function npm(args: readonly string[]) {
  await run('npm', [...args], { cwd: template, env: environmentForNpm(process.env) });
}

function checkout(): string {
  const directory = mkdtempSync(join(tmpdir(), 'prepare-'));
  checkouts.push(directory);
  cpSync(template, directory, { recursive: true, preserveTimestamps: true });
  return directory;
}

function prepare(directory: string, env: NodeJS.ProcessEnv = {}): Promise<Result> {
  const { npm_execpath: _npm, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(directory, 'scripts', 'prepare.mjs')], {
    env: { ...inherited, ...env },
  });
  const result = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    result.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    result.stderr += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...result })));
}

/** Has the one dependency come from a registry, from which nothing is cached. */
function dependOnRegistry(directory: string): void {
  const lockFile = join(directory, 'package-lock.json');
  const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
  lock.packages['node_modules/packed'] = { version: '1.0.0', integrity: 'sha512-x' };
  lock.packages[''].dependencies.packed = '1.0.0';
  writeFileSync(lockFile, JSON.stringify(lock));
  const manifest = join(directory, 'package.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('file:packed-1.0.0.tgz', '1.0.0'));
}

/** What an outer npm passes on of its settings, unset. */
const withoutNpmSettings = Object.fromEntries(
  Object.keys(process.env).flatMap((name) => (/^npm_config_/i.test(name) ? [[name, undefined]] : [])),
);

function steps(result: Result): string[] {
  return result.stderr.split('\n').filter((line) => line.startsWith('prepare: '));
}

const installing = 'prepare: installing the packages of package-lock.json (npm ci)';
const building = 'prepare: building dist/ from src/';

describe('the preparation of a checkout', () => {
  it('is what a fresh one begins with, whether it is started, tested or built', () => {
    const manifest = JSON.parse(readFileSync(join(scripts, '../package.json'), 'utf8'));
    expect(manifest.scripts.start).toMatch(/^node scripts\/prepare\.mjs && /);
    expect(manifest.scripts.build).toBe('node scripts/prepare.mjs');
  });

  it('installs and builds what is missing, says so, and does nothing the next time', async () => {
    const directory = checkout();
    const first = await prepare(directory);
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(steps(first)).toEqual([installing, building]);
    expect(existsSync(join(directory, 'node_modules/packed/package.json'))).toBe(true);
    expect(existsSync(join(directory, 'dist/main.js'))).toBe(true);
    expect(await prepare(directory)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(directory, 'artifacts/prepare.lock'))).toBe(false);
  });

  it('builds again when a source is newer, and installs again when the lock file says something else', async () => {
    const directory = checkout();
    await prepare(directory);
    const later = new Date(Date.now() + 2000);
    utimesSync(join(directory, 'src/main.ts'), later, later);
    expect(steps(await prepare(directory))).toEqual([building]);
    const installed = join(directory, 'node_modules/.package-lock.json');
    writeFileSync(installed, readFileSync(installed, 'utf8').replaceAll('"1.0.0"', '"0.9.0"'));
    expect(steps(await prepare(directory))[0]).toBe(installing);
    expect(readFileSync(installed, 'utf8')).not.toContain('0.9.0');
  });

  it('refuses a Node that is too old before it does anything', async () => {
    const directory = checkout();
    const manifest = join(directory, 'package.json');
    writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('>=20.18.1', '>=99.1.0'));
    const result = await prepare(directory);
    expect(result.code).toBe(1);
    expect(steps(result)).toHaveLength(1);
    expect(result.stderr).toContain(`needs Node 99.1.0 or later, and this is ${process.versions.node}`);
    expect(existsSync(join(directory, 'node_modules'))).toBe(false);
  });

  it('ends with the exit code of npm, and tells a network that is not there', async () => {
    const directory = checkout();
    dependOnRegistry(directory);
    const result = await prepare(directory, {
      npm_config_registry: 'http://127.0.0.1:1/',
      npm_config_fetch_retries: '0',
      npm_config_cache: join(directory, 'empty-cache'),
    });
    expect(result.code).not.toBe(0);
    expect(steps(result).at(-1)).toContain(`npm failed with exit code ${result.code}`);
    expect(steps(result).at(-1)).toContain('registry could not be reached');
    expect(existsSync(join(directory, 'dist'))).toBe(false);
  });

  it('stops when the registry never answers, and names the registry and the limit', async () => {
    const directory = checkout();
    dependOnRegistry(directory);
    const silent = createServer(() => {});
    const registry = await listenOnLoopback(silent);
    const result = await prepare(directory, {
      npm_config_registry: registry,
      npm_config_cache: join(directory, 'empty-cache'),
      OAUTH_LOGIN_SETUP_LIMIT: '3',
    });
    silent.closeAllConnections();
    silent.close();
    expect(result.code).toBe(124);
    expect(steps(result)).toEqual([installing, expect.stringContaining('did not end within 3 s')]);
    expect(result.stderr).toContain(registry);
    expect(existsSync(join(directory, 'artifacts/prepare.lock'))).toBe(false);
  });

  it('takes the registry from the settings that NPM_CONFIG_USERCONFIG names', async () => {
    const directory = checkout();
    dependOnRegistry(directory);
    const asked: string[] = [];
    const mirror = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(404).end('{}');
    });
    const settings = join(directory, 'settings-of-the-company');
    writeFileSync(
      settings,
      `registry=${await listenOnLoopback(mirror)}\ncache=${join(directory, 'cache')}\n`,
    );
    const result = await prepare(directory, { ...withoutNpmSettings, NPM_CONFIG_USERCONFIG: settings });
    mirror.close();
    expect(result.code).not.toBe(0);
    expect(asked).toContain('/packed');
  });

  it('installs into the checkout although an outer npm says that its run is a global one', async () => {
    const directory = checkout();
    const elsewhere = join(directory, 'elsewhere');
    const result = await prepare(directory, {
      npm_config_global: 'true',
      npm_config_location: 'global',
      npm_config_prefix: elsewhere,
      npm_config_dry_run: 'true',
    });
    expect(result).toMatchObject({ code: 0, stdout: '' });
    expect(existsSync(join(directory, 'node_modules/packed/package.json'))).toBe(true);
    expect(existsSync(elsewhere)).toBe(false);
  });

  it('installs although the registry has no package for another system, and leaves the lock file alone', async () => {
    const directory = checkout();
    const lockFile = join(directory, 'package-lock.json');
    const lock = JSON.parse(readFileSync(lockFile, 'utf8'));
    lock.packages['node_modules/packed'].optionalDependencies = { 'for-another-system': '1.0.0' };
    const locked = JSON.stringify(lock, undefined, 2);
    writeFileSync(lockFile, locked);
    const registry = createServer((_request, response) => response.writeHead(404).end('{}'));
    try {
      const result = await prepare(directory, { npm_config_registry: await listenOnLoopback(registry) });
      expect(result.code).toBe(0);
      expect(steps(result)).toContain(building);
      expect(existsSync(join(directory, 'node_modules/packed/package.json'))).toBe(true);
      expect(readFileSync(lockFile, 'utf8')).toBe(locked);
      expect(await prepare(directory)).toMatchObject({ code: 0, stderr: '' });
    } finally {
      registry.close();
    }
  });

  it('ends with the exit code of the build', async () => {
    const directory = checkout();
    appendFileSync(join(directory, 'scripts/build.mjs'), 'process.exitCode = 3;\n');
    const result = await prepare(directory);
    expect(result.code).toBe(3);
    expect(steps(result).at(-1)).toContain('the build failed with exit code 3');
  });

  it('does the work once when several start together, and takes over from one that died', async () => {
    const directory = checkout();
    mkdirSync(join(directory, 'artifacts/prepare.lock'), { recursive: true });
    const { pid } = spawn(process.execPath, ['--version']);
    await new Promise((resolve) => setTimeout(resolve, 300));
    writeFileSync(join(directory, 'artifacts/prepare.lock/pid'), String(pid));
    const results = await Promise.all([prepare(directory), prepare(directory), prepare(directory)]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(results.flatMap(steps).filter((line) => line === installing)).toHaveLength(1);
    expect(readFileSync(join(directory, 'builds.log'), 'utf8')).toBe('built\n');
  });
});
