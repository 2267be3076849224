// What `npm run load-test` runs: many processes that find the same expired access token, against a real provider that
// rotates refresh tokens and revokes the whole grant when one comes a second time.
//   node scripts/load-test.mjs [--processes 200] [--rounds 20] [--stores file,passphrase,keychain] [--command FILE]
// Prints requests (1 for each round is right), failures and how long after the answer the last process ended. Loopback
// only; every process is ended after five minutes at the latest. More requests or a failure end with exit code 1.
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { refreshingServer, whenQuiet } from './bench/refreshing-server.mjs';
import { runCommand } from './bench/run-command.mjs';
import { openBenchSession } from './bench/session.mjs';

const { values } = parseArgs({
  options: {
    processes: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '20' },
    stores: { type: 'string', default: 'file,passphrase,keychain' },
    command: { type: 'string' },
  },
});
const processes = Number(values.processes);
const rounds = Number(values.rounds);
if (!(Number.isInteger(processes) && processes >= 2 && Number.isInteger(rounds) && rounds >= 1)) {
  throw new Error('--processes takes a whole number from 2, --rounds one from 1');
}
/** Milliseconds: one process, and the answer (the command gives up on a server after 30 s). */
const longestProcess = 300_000;
const longestAnswer = 18_000;

const { state, extend } = refreshingServer();
const session = await openBenchSession({
  extend,
  ...(values.command === undefined ? {} : { command: values.command }),
});
try {
  process.stdout.write(
    `${processes} processes × ${rounds} rounds, ${availableParallelism()} processors, Node ${process.version}\n`,
  );
  for (const store of values.stores.split(',')) {
    const home = await session.home(store);
    if (home.missing !== undefined) {
      throw new Error(home.missing);
    }
    await measure(store, home);
  }
} finally {
  await session.close();
}

async function measure(store, home) {
  const sum = { requests: 0, failures: 0, complaints: new Map(), last: [], alone: [] };
  for (let round = 0; round < rounds; round += 1) {
    // An answer that says that the token is of no use any more leaves what all of them find expired.
    state.lifetime = 0;
    state.hold = async () => {};
    const alone = await run(home, ['token', '--refresh']).ended;
    if (alone.code !== 0) {
      throw new Error(`one process alone ended with ${alone.code}: ${alone.stderr}`);
    }
    sum.alone.push(alone.milliseconds);
    state.lifetime = 3600;
    state.requests = 0;
    const running = [];
    state.hold = () => whenQuiet(() => running.reduce((sum, one) => sum + timeAtWork(one), 0), longestAnswer);
    while (running.length < processes) {
      running.push(run(home, ['token']));
      // The server is in this process, and has to answer the first while the last is started.
      await sleep(1);
    }
    const ended = await Promise.all(running.map(({ ended }) => ended));
    const tokens = new Set(ended.map(({ stdout }) => stdout));
    const failed = ended.filter(({ code, stdout }) => code !== 0 || !/^\S+\n$/.test(stdout));
    sum.requests += state.requests;
    sum.failures += failed.length + (tokens.size > 1 && failed.length === 0 ? tokens.size - 1 : 0);
    for (const { code, stderr } of failed) {
      const complaint = `${code} ${stderr.split('\n').find((line) => line !== '') ?? ''}`;
      sum.complaints.set(complaint, (sum.complaints.get(complaint) ?? 0) + 1);
    }
    sum.last.push(Math.max(...ended.map(({ at }) => at)) - state.answeredAt);
  }
  report(store, sum);
}

function report(store, { requests, failures, complaints, last, alone }) {
  const one = median(alone);
  const wait = median(last);
  const isRight = requests === rounds && failures === 0;
  if (!isRight) {
    process.exitCode = 1;
  }
  const after = `the last process ended ${ms(wait)} after the answer (median; ${ms(Math.max(...last))} at most), ${(wait / one).toFixed(1)} × one process alone (${ms(one)})`;
  process.stdout.write(
    `${store}: ${requests} requests in ${rounds} rounds, ${failures} failures of ${processes * rounds}; ${after}\n`,
  );
  for (const [complaint, times] of complaints) {
    process.stdout.write(`  ${times} × ${complaint}\n`);
  }
}

function run(home, args) {
  return runCommand(session.command, home, args, longestProcess);
}

/** Milliseconds that it has computed for so far; elsewhere than on Linux that cannot be seen, and all wait their time. */
function timeAtWork({ child }) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return 0;
  }
  try {
    const line = readFileSync(`/proc/${child.pid}/stat`, 'latin1');
    const [user = '', system = ''] = line
      .slice(line.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13);
    return 10 * (Number(user) + Number(system));
  } catch {
    return performance.now();
  }
}

function median(numbers) {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)];
}

function ms(milliseconds) {
  return `${Math.round(milliseconds)} ms`;
}
