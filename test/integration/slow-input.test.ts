import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  createWriteStream,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { type BundledScript, endOf } from '../support/bundled-script.ts';
import { bundleCommand } from '../support/command-process.ts';
import { CLIENT_SECRET, startMachineServer } from '../support/machine-server.ts';

let server: AuthorizationServer;
let command: BundledScript;
let home: string;
let fifo: string;
const started = new Set<ChildProcess>();

beforeAll(async () => {
  command = bundleCommand();
  server = await startMachineServer({ clients: new Map(), assertionIssuers: new Map() }, () => {
    throw new Error('there is no CI system here');
  });
});
afterAll(async () => {
  command.remove();
  await server.close();
});
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'oauth-login-input-'));
  fifo = join(home, 'fifo');
  execFileSync('mkfifo', ['-m', '600', fifo]);
});
afterEach(() => {
  for (const child of started) child.kill('SIGKILL');
  started.clear();
  rmSync(home, { recursive: true, force: true });
});

const env = () => ({
  PATH: process.env.PATH,
  HOME: home,
  CI: 'true',
  OAUTH_LOGIN_GITHUB_TOKEN: 'a-token-from-outside',
});

/** The command with a standard input that stays open. */
function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [command.path, ...args], {
    env: env(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  started.add(child);
  return child;
}

/** Once the program listens for signals, and has had the time to come to its input: it says nothing while it waits. */
async function isListening({ pid }: ChildProcess): Promise<void> {
  const caught = () =>
    BigInt(`0x${/^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'}`);
  // Bit 1 is SIGINT.
  await expect.poll(() => caught() & 2n, { timeout: 20_000 }).toBe(2n);
  await sleep(800);
}

const grant = (...more: string[]) => [
  ...['token', 'as', '--issuer', server.issuer, '--allow-http-loopback', '--grant'],
  ...['client-credentials', '--client-id', 'machine-client_secret_post', ...more],
];
const post = (source: string) => ['request', 'github', 'https://api.github.com/user', '-d', source];

/** Every way to wait for what somebody else writes. */
const waits: readonly (readonly [string, () => readonly string[]])[] = [
  ['request -d @-', () => post('@-')],
  ['request -d @FIFO', () => post(`@${fifo}`)],
  ['--client-secret-file -', () => grant('--client-secret-file', '-')],
  ['--client-secret-file FIFO', () => grant('--client-secret-file', fifo)],
  ['setup --from FIFO', () => ['setup', 'google', '--from', fifo]],
  ['--key-file FIFO', () => grant('--key-file', fifo)],
];

describe('input that does not come', () => {
  it.each(waits)('%s ends at the first SIGINT or SIGTERM', async (_what, args) => {
    const running = (['SIGINT', 'SIGTERM'] as const).map((signal) => ({ signal, child: start(args()) }));
    const ended = Promise.all(running.map(({ child }) => endOf(child)));
    for (const { child } of running) await isListening(child);
    for (const { signal, child } of running) child.kill(signal);
    for (const { code, signal, stdout, stderr } of await ended) {
      expect([code, signal, stdout]).toEqual([130, null, '']);
      expect(stderr).toMatch(/^oauth-login: error: interrupted\n/);
    }
  });

  it.each(['request', 'token'])(
    '%s of a writer that has begun and stopped ends at SIGINT too',
    async (name) => {
      const child = start(name === 'request' ? post(`@${fifo}`) : grant('--client-secret-file', fifo));
      const ended = endOf(child);
      const writer = createWriteStream(fifo);
      writer.write('the beginning');
      await isListening(child);
      child.kill('SIGINT');
      expect(await ended).toMatchObject({ code: 130, stdout: '' });
      writer.destroy();
    },
  );
});

describe('input that comes late', () => {
  it('is waited for at a FIFO that has no writer yet', async () => {
    const child = start(grant('--client-secret-file', fifo));
    const ended = endOf(child);
    await isListening(child);
    // Opened for both, which waits for nobody.
    const writer = openSync(fifo, 'r+');
    writeSync(writer, `${CLIENT_SECRET}\n`);
    closeSync(writer);
    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });

  it('comes from a process substitution, at once or later', async () => {
    for (const pause of ['0', '1']) {
      const script = `exec "$0" "$@" --client-secret-file <(sleep ${pause}; printf '%s\\n' "$SECRET")`;
      const child = spawn('bash', ['-c', script, process.execPath, command.path, ...grant()], {
        env: { ...env(), SECRET: CLIENT_SECRET },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      started.add(child);
      expect([pause, await endOf(child)]).toMatchObject([pause, { code: 0, stderr: '' }]);
    }
  });
});
