import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A command at a terminal of the far machine, over SSH. */
export interface FarTerminal {
  /** What the terminal has shown, without what moves the cursor. */
  said(): string;
  /** Resolves with the first match in what is shown. */
  shows(pattern: RegExp): Promise<RegExpMatchArray>;
  type(text: string): void;
  readonly exitCode: Promise<number | null>;
  end(): void;
}

/** Another machine, made of a network namespace with a real sshd in it: its loopback is not ours. */
export interface FarMachine {
  /** Runs a command there in a real SSH session with a terminal. */
  terminal(command: string): FarTerminal;
  /** Runs a line such as `ssh -N -L …` as the tool printed it, with the key of this test. */
  runPrinted(line: string): Promise<() => void>;
  close(): void;
}

const PATIENCE = 30_000;

/** Starts the machine; needs root, `ip`, `ssh`, `sshd` and `ssh-keygen`. */
export async function startFarMachine(): Promise<FarMachine> {
  const directory = mkdtempSync(join(tmpdir(), 'oauth-login-far-'));
  chmodSync(directory, 0o700);
  const suffix = String(process.pid % 100_000);
  const namespace = `far-${suffix}`;
  const [ours, theirs] = [`vo${suffix}`, `vt${suffix}`];
  const network = `10.${60 + (process.pid % 100)}.${process.pid % 250}`;
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: 'pipe' });
  ip('netns', 'add', namespace);
  ip('link', 'add', ours, 'type', 'veth', 'peer', 'name', theirs);
  ip('link', 'set', theirs, 'netns', namespace);
  ip('addr', 'add', `${network}.1/30`, 'dev', ours);
  ip('link', 'set', ours, 'up');
  const inside = ['netns', 'exec', namespace];
  ip(...inside, 'ip', 'addr', 'add', `${network}.2/30`, 'dev', theirs);
  ip(...inside, 'ip', 'link', 'set', theirs, 'up');
  ip(...inside, 'ip', 'link', 'set', 'lo', 'up');

  const key = join(directory, 'key');
  const hostKey = join(directory, 'host-key');
  for (const file of [key, hostKey]) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  }
  const configuration = join(directory, 'sshd_config');
  writeFileSync(
    configuration,
    [
      `ListenAddress ${network}.2`,
      'Port 2222',
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${key}.pub`,
      'PidFile none',
      'StrictModes no',
      'UsePAM no',
      'PermitRootLogin yes',
      'PasswordAuthentication no',
      '',
    ].join('\n'),
  );
  mkdirSync('/run/sshd', { recursive: true });
  const sshd = spawn('ip', [...inside, '/usr/sbin/sshd', '-D', '-e', '-f', configuration], {
    stdio: 'ignore',
  });
  const options = [
    ...['-i', key, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null'],
    ...['-o', 'ExitOnForwardFailure=yes', '-o', 'LogLevel=ERROR', '-o', 'BatchMode=yes'],
  ];
  await untilListening(`${network}.2`, 2222);
  const running = new Set<ReturnType<typeof spawn>>();

  return {
    terminal(command) {
      const user = `${userInfo().username}@${network}.2`;
      // A terminal as wide as a person would have it; without one of our own, ssh asks for none.
      const wide = `stty cols 120 rows 40; ${command}`;
      const child = spawn('ssh', ['-tt', '-p', '2222', ...options, user, wide], {
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      running.add(child);
      let shown = '';
      child.stdout.on('data', (chunk) => {
        shown += chunk;
      });
      const said = () => readable(shown);
      return {
        said,
        async shows(pattern) {
          const end = Date.now() + PATIENCE;
          while (Date.now() < end) {
            const match = pattern.exec(said());
            if (match !== null) {
              return match;
            }
            await sleep(50);
          }
          throw new Error(`the terminal never showed ${pattern}:\n${said()}`);
        },
        type: (text) => child.stdin.write(text),
        exitCode: new Promise((resolve) => child.once('close', resolve)),
        end: () => child.kill(),
      };
    },
    async runPrinted(line) {
      const [program, ...args] = line.trim().split(/\s+/);
      if (program !== 'ssh') {
        throw new Error(`not a command of ssh: ${line}`);
      }
      const child = spawn('ssh', [...options, ...args], { stdio: 'inherit' });
      running.add(child);
      const ports = [...line.matchAll(/-L (\d+):/g)].map(([, port]) => Number(port));
      await Promise.all(ports.map((port) => untilListening('127.0.0.1', port)));
      return () => child.kill();
    },
    close() {
      for (const child of running) {
        child.kill();
      }
      sshd.kill();
      ip('netns', 'del', namespace);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What a person reads: lines as they are typed out, without the sequences that colour them and move the cursor. */
function readable(shown: string): string {
  return shown
    .replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '')
    .replace(/\r\n/g, '\n')
    .replace(/\r/g, '\n');
}

async function untilListening(host: string, port: number): Promise<void> {
  const end = Date.now() + PATIENCE;
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ host, port }, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isOpen) {
      return;
    }
    if (Date.now() > end) {
      throw new Error(`nothing listens at ${host}:${port}`);
    }
    await sleep(50);
  }
}
