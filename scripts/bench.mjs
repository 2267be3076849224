// What `npm run bench` runs: whole processes, in turn with `node -e 0` (A B A B …), medians, as ratios.
//   node scripts/bench.mjs [--runs N] [--check]
// Writes artifacts/bench.json. A target that is missed is measured again, six times at most: a machine that does other
// things as well makes a program look slower, never faster. With --check a miss that stays ends with exit code 1.
import { mkdirSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { measureAnswer, openBenchSession } from './bench/session.mjs';
import { measureInTurn, timesInTurn } from './bench/whole-process.mjs';

const artifacts = fileURLToPath(new URL('../artifacts', import.meta.url));
const { values } = parseArgs({
  options: { runs: { type: 'string', default: '40' }, check: { type: 'boolean' } },
});
const runs = Number(values.runs);
if (!Number.isInteger(runs) || runs < 20) {
  throw new Error('--runs takes a whole number from 20');
}

const cases = [
  { args: ['--version'], time: 1.5 },
  { args: ['--help'], time: 1.5 },
  { args: ['status'], time: 1.5, store: 'file' },
  { args: ['whoami', '--offline'], time: 1.5, store: 'file' },
  { args: ['token'], time: 1.5, store: 'file' },
  { args: ['token'], time: 1.7, store: 'keychain' },
];
const memoryTarget = 1.25;
const tries = 7;
const pauseBetweenTries = 12_000;
// From the arrival of the callback to the end of the process, in milliseconds more than the server takes. A machine
// that does other things as well stretches milliseconds, so the check allows for twice as many.
const answerTarget = 150;

// What `exec` does for a script, done by a shell with `token`; to be hardly dearer than that. What is between the two is
// the time Node takes to load what starts a child, and to be copied for it.
const execTarget = 1.1;

const results = [];
const session = await openBenchSession();
try {
  for (const { args, time, store } of cases) {
    const label = `oauth-login ${args.join(' ')}${store === undefined ? '' : ` (${store})`}`;
    await report(label, await session.home(store), (home) => {
      const { timeRatio, memoryRatio, ...rest } = measureInTurn(session.command, args, home.env, runs);
      return {
        ...rest,
        timeRatio,
        memoryRatio,
        targets: { time, memory: memoryTarget },
        met: timeRatio <= time && memoryRatio <= memoryTarget,
        text: `time ${timeRatio.toFixed(2)} × (≤ ${time}), memory ${memoryRatio.toFixed(2)} × (≤ ${memoryTarget})`,
      };
    });
  }
  await report('oauth-login exec (file)', await session.home('file'), ({ env }) => {
    const target = session.provider.issuer;
    const command = [process.execPath, session.command];
    const byShell = ['/bin/sh', '-c', 'TOKEN=$("$0" "$1" token "$2") exec true', ...command, target];
    const byExec = [...command, 'exec', target, '--', 'true'];
    const { bareTime, time, timeRatio } = timesInTurn(byShell, byExec, env, runs);
    return {
      shellTime: bareTime,
      time,
      timeRatio,
      targets: { time: execTarget },
      met: timeRatio <= execTarget,
      text: `time ${timeRatio.toFixed(2)} × of a shell with the token (≤ ${execTarget})`,
    };
  });
  await report('from callback to exit', await session.home('file'), async (home) => {
    const milliseconds = await measureAnswer(session, home);
    return {
      milliseconds,
      targets: { milliseconds: answerTarget },
      met: milliseconds <= (values.check ? 2 * answerTarget : answerTarget),
      text: `${milliseconds.toFixed(0)} ms more than the server (≤ ${answerTarget})`,
    };
  });
} finally {
  await session.close();
}
mkdirSync(artifacts, { recursive: true });
writeFileSync(
  `${artifacts}/bench.json`,
  `${JSON.stringify({ node: process.version, platform: `${process.platform}-${process.arch}`, runs, results }, null, 2)}\n`,
);
if (values.check && results.some(({ met }) => !met)) {
  process.exitCode = 1;
}

/** Measures until the target is met, and prints one line; `given.missing` says why it cannot be measured. */
async function report(label, given, measure) {
  if (given.missing !== undefined) {
    results.push({ label, met: false, missing: given.missing });
    console.log(`${label}: not measured, ${given.missing}`);
    return;
  }
  const measured = [await measure(given)];
  while (!measured.at(-1).met && measured.length < tries) {
    // A spell of other work on the machine may last.
    if (values.check) await sleep(pauseBetweenTries);
    measured.push(await measure(given));
  }
  const { text, ...figures } = measured.at(-1);
  const before = measured.slice(0, -1).map(({ text: said }) => said);
  results.push({ label, ...figures, ...(before.length === 0 ? {} : { before }) });
  const tried = before.length === 0 ? '' : `; before: ${before.join(', ')}`;
  console.log(`${figures.met ? 'met   ' : 'MISSED'}  ${label}: ${text}${tried}`);
}
