// What `npm run crash-test` runs: refreshes that are killed (SIGKILL) at a random moment, against a real provider that
// rotates refresh tokens and revokes the whole grant when one comes a second time.
//   node scripts/crash-test.mjs [--kills 200] [--command FILE]
// Prints how many were killed, damaged files (0 is right), and the sign-ins that were lost with the reason of each. A
// damaged file, or a sign-in that was lost for another reason than a kill between the answer and the disk, ends with
// exit code 1. Loopback only; every process is ended after a minute at the latest.
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { refreshingServer } from './bench/refreshing-server.mjs';
import { runCommand } from './bench/run-command.mjs';
import { openBenchSession, signIn } from './bench/session.mjs';

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '200' }, command: { type: 'string' } },
});
const kills = Number(values.kills);
if (!(Number.isInteger(kills) && kills >= 1)) {
  throw new Error('--kills takes a whole number from 1');
}
const longestProcess = 60_000;

const { state, extend } = refreshingServer();
const session = await openBenchSession({
  extend,
  ...(values.command === undefined ? {} : { command: values.command }),
});
const sum = { killed: 0, underWay: 0, damaged: 0, lost: new Map() };
try {
  const home = await session.home('file');
  const usual = (await run(home, ['token', '--refresh'])).milliseconds;
  for (let round = 0; round < kills; round += 1) {
    const before = state.requests;
    const victim = await run(home, ['token', '--refresh'], randomInt(Math.ceil(usual * 1.1)));
    if (victim.code === 'SIGKILL') {
      sum.killed += 1;
    }
    if (victim.code === 'SIGKILL' && state.requests > before) {
      sum.underWay += 1;
    }
    const status = await run(home, ['status', '--json']);
    const [account] = status.code === 0 ? JSON.parse(status.stdout).accounts : [];
    if (account === undefined) {
      sum.damaged += 1;
    }
    const wasBetween = hasUnansweredRefresh(home);
    const next = await run(home, ['token', '--refresh']);
    if (next.code === 0) {
      continue;
    }
    if (next.code === 8) {
      sum.damaged += 1;
    }
    const [line = ''] = next.stderr.split('\n');
    const reason = wasBetween ? 'killed between the answer and the disk' : `exit ${next.code}: ${line}`;
    sum.lost.set(reason, (sum.lost.get(reason) ?? 0) + 1);
    await signIn(session, home);
  }
} finally {
  await session.close();
}
report();

/** Whether the account tells of a request that was sent and whose reply was not stored: the file's second line is its head. */
function hasUnansweredRefresh(home) {
  const folder = join(home.env.HOME, '.local/share/oauth-login/accounts');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.account'))
    .map((name) => readFileSync(join(folder, name), 'utf8').split('\n')[1])
    .some((head) => head !== undefined && JSON.parse(head).unfinishedRefresh?.state === 'sent');
}

function report() {
  const lost = [...sum.lost.values()].reduce((one, other) => one + other, 0);
  process.stdout.write(
    `${sum.killed} of ${kills} processes were killed, ${sum.underWay} of them after their request had arrived; ${sum.damaged} damaged files, ${lost} lost sign-ins\n`,
  );
  for (const [reason, times] of sum.lost) {
    process.stdout.write(`  ${times} × ${reason}\n`);
  }
  const isUnexplained = [...sum.lost.keys()].some((reason) => !reason.startsWith('killed between'));
  if (sum.damaged > 0 || isUnexplained) {
    process.exitCode = 1;
  }
}

/** Runs the command to its end; `killAfter` is when it is killed, in milliseconds. */
function run(home, args, killAfter = longestProcess) {
  return runCommand(session.command, home, args, killAfter).ended;
}
