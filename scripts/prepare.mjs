// Makes a fresh checkout ready for `npm start` and `npm test`: the right Node, the packages of the lock file, a
// build that is newer than the sources. Says what it does, one line each; does nothing when nothing is missing. A step
// that takes longer than OAUTH_LOGIN_SETUP_LIMIT seconds (600 by default) is stopped.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environmentForNpm, stepLimit } from './npm.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const lockDirectory = join(root, 'artifacts', 'prepare.lock');
const limit = stepLimit(process.env);
/** As timeout(1) ends. */
const exitCodeOfTheLimit = 124;
const npmIsOffline =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|ETIMEDOUT|ENOTCACHED|ERR_SOCKET_TIMEOUT/;
const npmMissesOptional = /^npm (?:error|ERR!) Missing: \S+@ from lock file/m;

class Failure extends Error {
  constructor(message, exitCode) {
    super(message);
    this.exitCode = exitCode;
  }
}

try {
  requireNode();
  if (!isInstalled() || !isBuilt()) {
    await alone(async () => {
      if (!isInstalled()) {
        await install();
      }
      if (!isBuilt()) {
        await build();
      }
    });
  }
} catch (error) {
  say(error instanceof Failure ? error.message : String(error?.stack ?? error));
  process.exitCode = error instanceof Failure ? error.exitCode : 1;
}

function say(line) {
  process.stderr.write(`prepare: ${line}\n`);
}

function requireNode() {
  const wanted = readJson('package.json').engines.node.replace(/^>=\s*/, '');
  const [have, want] = [process.versions.node, wanted].map((version) => version.split('.').map(Number));
  const difference = have.map((part, index) => part - (want[index] ?? 0)).find((part) => part !== 0) ?? 0;
  if (difference < 0) {
    throw new Failure(
      `this needs Node ${wanted} or later, and this is ${process.versions.node}; install a newer one from https://nodejs.org`,
      1,
    );
  }
}

/** Whether what npm recorded after its last install is what the lock file says; times of files do not matter. */
function isInstalled() {
  const installed = readJson('node_modules/.package-lock.json')?.packages;
  if (installed === undefined) {
    return false;
  }
  const locked = readJson('package-lock.json').packages;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === '' || entry.link) {
      return true;
    }
    const found = installed[path];
    // An optional package may be for another system, and npm leaves it out here.
    return found === undefined
      ? Boolean(entry.optional || entry.devOptional)
      : found.version === entry.version && found.integrity === entry.integrity;
  });
}

function isBuilt() {
  const built = timeOf('dist/main.js');
  const sources = ['src', 'providers', 'scripts/build.mjs', 'package.json', 'package-lock.json'];
  return built > 0 && sources.every((path) => newestIn(path) <= built);
}

async function install() {
  const options = ['--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  say('installing the packages of package-lock.json (npm ci)');
  let { code, output, stopped } = await npm(['ci', ...options]);
  if (code !== 0 && npmMissesOptional.test(output)) {
    // npm 11 wants a record even of packages for other systems that its registry does not have, and such a record
    // cannot be written. This installs what is locked, checks the same hashes, and leaves the lock file alone.
    say('npm ci misses packages for other systems; installing the same versions without them (npm install)');
    ({ code, output, stopped } = await npm(['install', '--no-save', ...options]));
  }
  if (stopped) {
    process.stderr.write(output);
    const { output: registry } = await npm(['config', 'get', 'registry']);
    throw new Failure(
      `npm did not end within ${limit} s and was stopped: the registry of its settings, ${registry.trim()}, does not answer or is slow; correct \`registry\` or \`proxy\` in your .npmrc, or allow more time with OAUTH_LOGIN_SETUP_LIMIT=SECONDS, and run this again`,
      code,
    );
  }
  if (code !== 0) {
    process.stderr.write(output);
    const reason = npmIsOffline.test(output)
      ? 'the registry could not be reached; connect to the network (or set `registry` or `proxy` in your .npmrc) and run this again'
      : 'the lines above say why';
    throw new Failure(`npm failed with exit code ${code}: ${reason}`, code);
  }
}

async function build() {
  say('building dist/ from src/');
  const { code, output, stopped } = await run(process.execPath, [join(root, 'scripts', 'build.mjs')]);
  if (code !== 0) {
    process.stderr.write(output);
    const reason = stopped
      ? `the build did not end within ${limit} s and was stopped; allow more time with OAUTH_LOGIN_SETUP_LIMIT=SECONDS`
      : `the build failed with exit code ${code}: the lines above say why`;
    throw new Failure(reason, code);
  }
}

/** The npm that runs this script, or else the one on the PATH. */
function npm(args) {
  const { npm_execpath: npmScript } = process.env;
  const env = environmentForNpm(process.env);
  if (npmScript !== undefined && /npm-cli\.c?js$/.test(npmScript)) {
    return run(process.execPath, [npmScript, ...args], { env });
  }
  return run('npm', args, { env, shell: process.platform === 'win32' });
}

/** Runs to the end, or to the limit, and keeps what was printed, for the case that it fails. */
function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let output = '';
    let stopped = false;
    const patience = showPatience();
    const stop = setTimeout(() => {
      stopped = true;
      child.kill();
      setTimeout(() => {
        child.kill('SIGKILL');
        // What the child started may hold them open.
        child.stdout.destroy();
        child.stderr.destroy();
      }, 5_000).unref();
    }, limit * 1_000);
    const settle = () => {
      patience.end();
      clearTimeout(stop);
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk) => {
        output += chunk;
      });
    }
    child.once('error', (error) => {
      settle();
      reject(
        new Failure(
          error.code === 'ENOENT'
            ? `${command} was not found; install Node with npm from https://nodejs.org`
            : error.message,
          127,
        ),
      );
    });
    child.once('close', (code, signal) => {
      settle();
      const ended = code ?? (signal === 'SIGINT' ? 130 : 1);
      resolve({ code: stopped ? exitCodeOfTheLimit : ended, output, stopped });
    });
  });
}

/** Shows that a step goes on: in a terminal a line that counts the seconds, elsewhere a line every half minute. */
function showPatience() {
  const began = performance.now();
  const seconds = () => Math.round((performance.now() - began) / 1000);
  const { TERM, ACCESSIBLE } = process.env;
  if (!process.stderr.isTTY || TERM === 'dumb' || ACCESSIBLE) {
    const timer = setInterval(() => say(`still at it after ${seconds()} s, of ${limit} s at most`), 30_000);
    return { end: () => clearInterval(timer) };
  }
  const timer = setInterval(() => process.stderr.write(`\r\u001b[Kprepare: working, ${seconds()} s`), 1_000);
  return {
    end() {
      clearInterval(timer);
      process.stderr.write('\r\u001b[K');
    },
  };
}

/** Lets one process prepare at a time; the others wait for it and then look again. */
async function alone(work) {
  mkdirSync(join(root, 'artifacts'), { recursive: true });
  let waited = false;
  while (!takeLock()) {
    if (!waited) {
      say('waiting for another process that prepares this checkout');
      waited = true;
    }
    await sleep(200);
  }
  const release = () => rmSync(lockDirectory, { recursive: true, force: true });
  const stop = (exitCode) => () => {
    release();
    process.exit(exitCode);
  };
  process.once('SIGINT', stop(130)).once('SIGTERM', stop(143));
  try {
    await work();
  } finally {
    release();
  }
}

function takeLock() {
  try {
    mkdirSync(lockDirectory);
  } catch (error) {
    if (error.code !== 'EEXIST') {
      throw error;
    }
    if (holderIsGone(lockDirectory)) {
      removeAbandonedLock();
    }
    return false;
  }
  writeFileSync(join(lockDirectory, 'pid'), String(process.pid));
  return true;
}

/** Moves it aside first: only one process can, and if another has just taken it over, it goes back. */
function removeAbandonedLock() {
  const aside = `${lockDirectory}.${process.pid}`;
  try {
    renameSync(lockDirectory, aside);
    if (holderIsGone(aside)) {
      rmSync(aside, { recursive: true, force: true });
    } else {
      renameSync(aside, lockDirectory);
    }
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
  }
}

function holderIsGone(directory) {
  let pid;
  try {
    pid = Number(readFileSync(join(directory, 'pid'), 'utf8'));
  } catch {
    // Taken a moment ago and not yet signed; gone for sure when that moment was long.
    const takenAt = statSync(directory, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - takenAt > 10_000;
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
}

function timeOf(path) {
  return statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestIn(path) {
  const stats = statSync(join(root, path), { throwIfNoEntry: false });
  if (stats === undefined) {
    return 0;
  }
  if (!stats.isDirectory()) {
    return stats.mtimeMs;
  }
  return Math.max(stats.mtimeMs, ...readdirSync(join(root, path)).map((name) => newestIn(join(path, name))));
}
