// What the measured commands meet: empty homes with one account each, signed in for real at the embedded provider.
import { execFileSync, spawn } from 'node:child_process';
import diagnostics from 'node:diagnostics_channel';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { openKeyring } from './keyring.mjs';
import { startOf } from './run-command.mjs';
import { median } from './whole-process.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const builtHere = join(root, 'bin/oauth-login.js');
const answerRuns = 5;
const patience = 30_000;

/**
 * Builds the command, unless a built one is given; `home(store)` gives `{ env }` of a home signed in with that store;
 * `{ missing }` without a keyring. `home(store, origin)` is another home, where the account has that origin of an API too. `options` are more of those of the embedded provider.
 */
export async function openBenchSession({ command: built, ...options } = {}) {
  if (built === undefined) {
    execFileSync(process.execPath, [join(root, 'scripts/build.mjs')], { stdio: 'inherit' });
  }
  const folder = mkdtempSync(join(tmpdir(), 'oauth-login-bench-'));
  const demo = await importDemo();
  // Longer than any run takes, so that `token` never has to refresh.
  const provider = await demo.startEmbeddedProvider({ accessTokenLifetime: 3600, ...options });
  const closing = [() => provider.close(), () => rmSync(folder, { recursive: true, force: true })];
  const homes = new Map();
  const session = { command: built ?? builtHere, folder, demo, provider, home, close };

  async function home(store, origin) {
    const name = [store ?? 'empty', ...(origin === undefined ? [] : ['cluster'])].join('-');
    if (!homes.has(name)) {
      homes.set(name, await openHome(store, name, origin));
    }
    return homes.get(name);
  }

  async function openHome(store, name, origin) {
    const path = join(folder, name);
    mkdirSync(path);
    if (origin !== undefined) {
      const directory = join(path, '.config/oauth-login');
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const providers = { bench: { issuer: provider.issuer, api_origins: [origin] } };
      writeFileSync(join(directory, 'config.json'), JSON.stringify({ providers }), { mode: 0o600 });
    }
    const env = {
      PATH: [dirname(process.execPath), '/usr/local/bin', '/usr/bin', '/bin'].join(delimiter),
      HOME: path,
      LANG: 'C.UTF-8',
    };
    if (store === 'keychain') {
      const keyring = await openKeyring(env).catch((error) => ({ missing: error.message }));
      if (keyring.missing !== undefined) {
        return keyring;
      }
      closing.unshift(keyring.close);
      Object.assign(env, keyring.env);
    }
    if (store === 'passphrase') {
      env.OAUTH_LOGIN_PASSPHRASE = 'long enough for a test';
    }
    if (store !== undefined) {
      await signIn(session, { env, store });
    }
    return { env, store };
  }

  async function close() {
    for (const step of closing) {
      await step();
    }
  }
  return session;
}

/**
 * Median over several sign-ins of the time from the callback to the end, without what the server took (milliseconds).
 * With `isFirst` nobody is signed in before. Otherwise the stored refresh token is tried before it is kept, which takes
 * one more request.
 */
export async function measureAnswer(session, home, isFirst) {
  const times = [];
  for (let run = 0; run < answerRuns; run += 1) {
    if (isFirst) {
      rmSync(join(home.env.HOME, '.local/share/oauth-login'), { recursive: true, force: true });
    }
    times.push(await signIn(session, home));
  }
  return median(times);
}

/** Signs in with the real command; gives the milliseconds from callback to exit that were not the server's. */
export async function signIn({ command, folder, demo, provider }, { env, store }) {
  const linkFile = join(folder, 'link');
  const browser = join(folder, 'browser');
  rmSync(linkFile, { force: true });
  writeFileSync(
    browser,
    `#!/bin/sh\nprintf %s "$1" >'${linkFile}.part' && mv '${linkFile}.part' '${linkFile}'\n`,
  );
  chmodSync(browser, 0o755);
  const stopwatch = openStopwatch();
  const args = [
    'login',
    provider.issuer,
    '--client-id',
    provider.clientId,
    '--allow-http-loopback',
    '--store',
    store,
  ];
  const child = spawn(...startOf(command, args), {
    env: { ...env, BROWSER: browser },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: patience,
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  const ended = once(child, 'exit').then(([code]) => ({ code, elapsed: stopwatch.stop() }));
  const link = await Promise.race([waitForFile(linkFile), ended.then(() => undefined)]);
  if (link !== undefined) {
    await demo.playUserAgent(link, { user: provider.users[0].username, consent: true });
  }
  const { code, elapsed } = await ended;
  if (code !== 0 || elapsed === undefined) {
    throw new Error(`the sign-in ended with ${code}: ${said.trim()}`);
  }
  return elapsed;
}

/** Starts with the answer that sends the browser to the callback; requests that come after it are the server's time. */
function openStopwatch() {
  let start;
  let server = 0;
  const running = new Map();
  const onStart = ({ request }) => {
    running.set(request, performance.now());
  };
  const onFinish = ({ request, response }) => {
    const now = performance.now();
    if (start !== undefined) {
      server += now - (running.get(request) ?? now);
    } else if (
      /^http:\/\/(127\.0\.0\.1|localhost):\d+\/.*[?&]code=/.test(String(response.getHeader('location')))
    ) {
      start = now;
    }
    running.delete(request);
  };
  diagnostics.subscribe('http.server.request.start', onStart);
  diagnostics.subscribe('http.server.response.finish', onFinish);
  return {
    stop() {
      diagnostics.unsubscribe('http.server.request.start', onStart);
      diagnostics.unsubscribe('http.server.response.finish', onFinish);
      return start === undefined ? undefined : performance.now() - start - server;
    },
  };
}

async function waitForFile(path) {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      await sleep(5);
    }
  }
  throw new Error('the command opened no browser');
}

/** The provider and the person of the demo, made importable. */
async function importDemo() {
  const outfile = join(root, 'artifacts/bench-demo.mjs');
  await build({
    stdin: {
      contents: `export { startEmbeddedProvider } from './src/demo/embedded-provider.ts';
        export { playUserAgent } from './src/demo/http-user-agent.ts';`,
      resolveDir: root,
    },
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
  });
  return import(pathToFileURL(outfile).href);
}
