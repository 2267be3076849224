// Time and peak memory of whole processes.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const memoryRuns = 5;

// Linux counts the memory of the process that was copied to start this one into `maxRSS`; VmHWM is this program's own.
const peakHook = `
const fs = require('node:fs');
process.on('exit', () => {
  let peak = process.resourceUsage().maxRSS;
  try { peak = Number(/VmHWM:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]); } catch {}
  fs.writeFileSync(process.env.BENCH_PEAK_FILE, String(peak));
});
`;

/**
 * Runs the script and `node -e 0` in turn; gives medians (milliseconds, KiB) and the medians of their ratios.
 *
 * The times are those of the quieter half of the rounds: what else a machine does is not the program's, and a slow
 * spell hits both neighbours of a round alike.
 */
export function measureInTurn(command, args, env, runs, input) {
  const folder = mkdtempSync(join(tmpdir(), 'oauth-login-peak-'));
  try {
    const ours = [command, ...args];
    const bare = ['-e', '0'];
    const peaks = alternate(memoryRuns, [bare, ours], (parts) => peakOfProcess(parts, env, folder, input));
    const [barePeak, peak] = peaks.map(median);
    return {
      ...timesInTurn([process.execPath, ...bare], [process.execPath, ...ours], env, runs, input),
      barePeak,
      peak,
      memoryRatio: peak / barePeak,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs two programs in turn; gives medians in milliseconds, and the median of their ratios. Both read `input`. */
export function timesInTurn(bare, ours, env, runs, input) {
  runProgram(ours, env, input);
  const times = alternate(runs, [bare, ours], (program) => timeProgram(program, env, input));
  const rounds = quieterHalf(times[0].map((bareTime, round) => ({ bareTime, time: times[1][round] })));
  return {
    bareTime: median(rounds.map(({ bareTime }) => bareTime)),
    time: median(rounds.map(({ time }) => time)),
    timeRatio: median(rounds.map(({ bareTime, time }) => time / bareTime)),
  };
}

export function median(values) {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)];
}

function quieterHalf(rounds) {
  const byTime = [...rounds].sort((one, other) => one.bareTime + one.time - other.bareTime - other.time);
  return byTime.slice(0, Math.ceil(rounds.length / 2));
}

function alternate(rounds, subjects, measure) {
  const found = subjects.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, subject] of subjects.entries()) {
      found[index].push(measure(subject));
    }
  }
  return found;
}

function timeProgram(program, env, input) {
  const start = process.hrtime.bigint();
  runProgram(program, env, input);
  return Number(process.hrtime.bigint() - start) / 1e6;
}

/** Both sides carry the same hook, so that the ratio is of the programs. */
function peakOfProcess(parts, env, folder, input) {
  const hook = join(folder, 'hook.cjs');
  const file = join(folder, 'peak');
  writeFileSync(hook, peakHook);
  runProgram([process.execPath, '--require', hook, ...parts], { ...env, BENCH_PEAK_FILE: file }, input);
  return Number(readFileSync(file, 'utf8'));
}

function runProgram([program, ...args], env, input) {
  const { status, stderr, error } = spawnSync(program, args, {
    env,
    stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(input === undefined ? {} : { input }),
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr ?? error}`);
  }
}
