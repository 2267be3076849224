import { homedir } from 'node:os';
import { systemClock } from './clock.ts';
import type { Context } from './context.ts';
import { AbortedError } from './errors.ts';

export function systemContext(process: NodeJS.Process): Context {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort(new AbortedError()));
  const env = { ...process.env };
  return {
    env,
    platform: process.platform,
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    signal: stop.signal,
    canOpenBrowser: Boolean(env.DISPLAY || env.BROWSER),
    paths: {
      configDir: env.OAUTH_LOGIN_CONFIG_DIR ?? `${homedir()}/.config/oauth-login`,
      dataDir: env.OAUTH_LOGIN_DATA_DIR ?? `${homedir()}/.local/share/oauth-login`,
    },
    openHttp: async (o) => (await import('./adapters/http.ts')).openHttp(o, { env, clock: systemClock }),
    openBrowser: async () => {
      throw new Error('no');
    },
    openKeychain: async () => (await import('./adapters/keychain.ts')).openKeychain(),
    openPrompts: async () => {
      throw new Error('no');
    },
  };
}
