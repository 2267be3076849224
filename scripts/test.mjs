// What `npm test` runs: prepares the checkout, runs every test, and says what was skipped and what would make it run.
// Arguments go to Vitest (`npm test -- --project unit`). With CI=true or OAUTH_LOGIN_TEST_NO_SKIP=1 a skipped test
// fails the run; OAUTH_LOGIN_TEST_REPORT=FILE keeps the counts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const skipForbidden = process.env.OAUTH_LOGIN_TEST_NO_SKIP === '1' || process.env.CI === 'true';
const folder = mkdtempSync(join(tmpdir(), 'oauth-login-test-'));
const reportFile = process.env.OAUTH_LOGIN_TEST_REPORT ?? join(folder, 'report.json');

try {
  process.exitCode = prepare() || test();
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
      ...process.argv.slice(2),
    ],
    { OAUTH_LOGIN_TEST_REPORT: reportFile },
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
