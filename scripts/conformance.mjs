// What `npm run conformance` runs: the conformance suite of MCP against the built command, and a table of its scenarios.
//   node scripts/conformance.mjs [SCENARIO…]
// Without arguments, all `auth/` scenarios for clients of the specification below, and those of its extensions. Ends with 1
// unless every scenario passed. scripts/peers.mjs installs the suite.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installPackages, peers } from './peers.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const specification = '2026-07-28';
const atOnce = 3;
// Milliseconds for the client of one scenario, and for the suite around it.
const limit = 90_000;
const patience = 120_000;

const suite = join(peers.packages, '@modelcontextprotocol/conformance/dist/index.js');
const client = join(root, 'test/peers/conformance-client.mjs');

installPackages();

const run = promisify(execFile);
const named = process.argv.slice(2);
const scenarios = named.length > 0 ? named : await listed();
const began = Date.now();
const rows = [];
const queue = [...scenarios];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let scenario = queue.shift(); scenario !== undefined; scenario = queue.shift()) {
      rows.push(await outcomeOf(scenario));
    }
  }),
);

for (const scenario of scenarios) {
  const { verdict, checks, failed } = rows.find((row) => row.scenario === scenario);
  console.log(`${verdict.padEnd(6)} ${scenario.padEnd(40)} ${checks}`);
  for (const line of failed) {
    console.log(`         ${line}`);
  }
}
const seconds = Math.round((Date.now() - began) / 1000);
const passed = rows.filter(({ verdict }) => verdict === 'passed').length;
console.log(
  `${passed} of ${rows.length} scenarios passed in ${seconds} s (${specification} and its extensions)`,
);
process.exitCode = rows.length > 0 && passed === rows.length ? 0 : 1;

async function listed() {
  const { stdout } = await run(peers.node, [suite, 'list']);
  return [...stdout.matchAll(/^ {2}- (auth\/\S+) \[([^\]]*)\]/gm)]
    .filter(([, , revisions]) =>
      revisions.split(',').some((revision) => revision === specification || revision === 'extension'),
    )
    .map(([, name]) => name);
}

/** The verdict of the suite, which ends with 0 only where every check passed and the client ended as it should. */
async function outcomeOf(scenario) {
  const command = `${process.execPath} ${client}`;
  const { said, isPassed } = await run(
    peers.node,
    [suite, 'client', '--command', command, '--scenario', scenario, '--timeout', String(limit)],
    { timeout: patience, maxBuffer: 64 * 1024 * 1024 },
  ).then(
    ({ stdout, stderr }) => ({ said: stdout + stderr, isPassed: true }),
    ({ stdout = '', stderr = '' }) => ({ said: stdout + stderr, isPassed: false }),
  );
  return {
    scenario,
    verdict: isPassed ? 'passed' : 'FAILED',
    checks: /Passed: (.*)/.exec(said)?.[1] ?? 'no result',
    failed: isPassed ? [] : [...said.matchAll(/^ {2}- (.*)$/gm)].map(([, line]) => line),
  };
}
