import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { type BundledScript, endOf } from '../support/bundled-script.ts';
import { bundleCommand } from '../support/command-process.ts';
import { CLIENT_SECRET, startMachineServer } from '../support/machine-server.ts';
import { commandOf, startOf } from '../support/programs.ts';

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
  for (const child of started) {
    child.kill('SIGKILL');
  }
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
  const child = spawn(...startOf(command, args), {
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
  await expect.poll(() => caught() & 2n).toBe(2n);
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
  ['setup --from FIFO', () => ['setup', 'google', '--from', fifo]],
];

describe('input that does not come', () => {
  it.each(waits)('%s ends at the first SIGINT or SIGTERM', async (_what, args) => {
    const running = (['SIGINT', 'SIGTERM'] as const).map((signal) => ({ signal, child: start(args()) }));
    const ended = Promise.all(running.map(({ child }) => endOf(child)));
    for (const { child } of running) {
      await isListening(child);
    }
    for (const { signal, child } of running) {
      child.kill(signal);
    }
    const ends = (await ended).map(({ code, signal, stdout }) => [code, signal, stdout]);
    expect(ends).toEqual([
      [null, 'SIGINT', ''],
      [130, null, ''],
    ]);
    for (const { stderr } of await ended) {
      expect(stderr).toMatch(/^oauth-login: error: interrupted\n/);
    }
  });

  it('of a writer that has begun and stopped ends at SIGINT too', async () => {
    const child = start(post(`@${fifo}`));
    const ended = endOf(child);
    const writer = createWriteStream(fifo);
    // The command may be gone before the file is closed.
    writer.on('error', () => {});
    writer.write('the beginning');
    await isListening(child);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ signal: 'SIGINT', stdout: '' });
    writer.destroy();
  });

  it('from a process substitution ends at SIGTERM too', async () => {
    const script = `exec "$0" "$@" --key-file <(printf begun; exec sleep 30)`;
    const child = spawn('bash', ['-c', script, ...commandOf(command), ...grant()], {
      env: env(),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    started.add(child);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await isListening(child);
    child.kill('SIGTERM');
    expect(await ended).toBe(130);
    if (child.pid !== undefined) {
      process.kill(-child.pid, 'SIGKILL');
    }
  });
});

describe('input that comes late', () => {
  it.each(['--client-secret-file', '--key-file'])(
    'is not waited for at a pipe with a name: %s refuses it (T11)',
    async (flag) => {
      const { code, stdout, stderr } = await endOf(start(grant(flag, fifo)));
      expect([code, stdout]).toEqual([8, '']);
      expect(stderr).toContain(`${fifo} is a pipe`);
    },
  );

  it('comes from a process substitution, at once or later', async () => {
    for (const pause of ['0', '1']) {
      const script = `exec "$0" "$@" --client-secret-file <(sleep ${pause}; printf '%s\\n' "$SECRET")`;
      const child = spawn('bash', ['-c', script, ...commandOf(command), ...grant()], {
        env: { ...env(), SECRET: CLIENT_SECRET },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      started.add(child);
      expect([pause, await endOf(child)]).toMatchObject([pause, { code: 0, stderr: '' }]);
    }
  });
});
