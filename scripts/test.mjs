// What `npm test` runs: prepares the checkout, runs every test, and says what was skipped and what would make it run.
// Arguments go to Vitest (`npm test -- --project unit`). `--starting` runs the tests that start the command as a process,
// and `--binary` runs them against the one executable file, which it makes first (or `--binary=FILE`). With CI=true or OAUTH_LOGIN_TEST_NO_SKIP=1 a skipped test
// fails the run; OAUTH_LOGIN_TEST_REPORT=FILE keeps the counts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const skipForbidden = process.env.OAUTH_LOGIN_TEST_NO_SKIP === '1' || process.env.CI === 'true';
const folder = mkdtempSync(join(tmpdir(), 'oauth-login-test-'));
const reportFile = process.env.OAUTH_LOGIN_TEST_REPORT ?? join(folder, 'report.json');

const { binary, made, starting, rest } = ownArguments(process.argv.slice(2));

try {
  process.exitCode = prepare() || (binary ? makeBinary() : 0) || test();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function prepare() {
  const script = join(root, 'scripts/prepare.mjs');
  return existsSync(script) ? run([script]) : 0;
}

function test() {
  rmSync(reportFile, { force: true });
  const status = run(
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      `--reporter=${join(root, 'scripts/test-report.mjs')}`,
      ...rest,
      ...(binary || starting ? filesThatStartTheCommand() : []),
    ],
    {
      OAUTH_LOGIN_TEST_REPORT: reportFile,
      ...(binary ? { OAUTH_LOGIN_TEST_BINARY: binaryFile() } : {}),
    },
  );
  if (!existsSync(reportFile)) {
    console.error('The tests ended without a report.');
    return status || 1;
  }
  const { passed, failed, skipped, reasons } = JSON.parse(readFileSync(reportFile, 'utf8'));
  for (const { reason, tests } of reasons) {
    console.log(`\nSkipped, ${reason}:`);
    for (const test of tests) {
      console.log(`  ${test}`);
    }
  }
  if (passed === 0) {
    console.error('\nNo test passed.');
  }
  if (skipped > 0 && skipForbidden) {
    console.error('\nSkipping is forbidden in this run (CI or OAUTH_LOGIN_TEST_NO_SKIP is set).');
  }
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return status || (failed > 0 || passed === 0 || (skipped > 0 && skipForbidden) ? 1 : 0);
}

function ownArguments(args) {
  const isOwn = (each) => /^--(?:binary|starting)(?:=|$)/.test(each);
  const given = args.find((each) => each.startsWith('--binary'));
  return {
    binary: given !== undefined,
    /** The file of `--binary=FILE`, which is there already. */
    made: given?.split('=')[1],
    starting: args.includes('--starting'),
    rest: args.filter((each) => !isOwn(each)),
  };
}

function makeBinary() {
  return made === undefined ? run([join(root, 'scripts/binary.mjs'), '--out', join(folder, 'binary')]) : 0;
}

function binaryFile() {
  if (made !== undefined) {
    return resolve(made);
  }
  const names = readdirSync(join(folder, 'binary'));
  return join(
    folder,
    'binary',
    names.find((name) => name.startsWith('oauth-login-')),
  );
}

/** They use one of these; files that take the npm package apart are about Node alone. */
function filesThatStartTheCommand() {
  const starters = /\/(?:built-command|command-process|other-program|packed-command|terminal)\.ts'/;
  const aboutThePackage = [
    'integration/quick.test.ts',
    'integration/quick-keychain.test.ts',
    'e2e/package.test.ts',
  ];
  return ['integration', 'e2e'].flatMap((project) =>
    readdirSync(join(root, 'test', project))
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => `${project}/${name}`)
      .filter((name) => !binary || !aboutThePackage.includes(name))
      .map((name) => `test/${name}`)
      .filter((file) => starters.test(readFileSync(join(root, file), 'utf8'))),
  );
}

function run(args, env = {}) {
  const { status, error } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (error) {
    throw error;
  }
  return status ?? 1;
}
