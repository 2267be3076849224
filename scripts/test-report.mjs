// A Vitest reporter that counts what ran and what did not, and tells why. It writes one JSON file:
// { passed, failed, skipped, reasons: [{ reason, tests }] }, to the path in OAUTH_LOGIN_TEST_REPORT.
import { writeFile } from 'node:fs/promises';

export default class TestReport {
  async onTestRunEnd(testModules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    const reasons = new Map();
    for (const module of testModules) {
      let ownFailures = 0;
      for (const test of module.children.allTests()) {
        const { state, note } = test.result();
        if (state === 'passed') {
          counts.passed += 1;
        } else if (state === 'failed') {
          ownFailures += 1;
        } else {
          counts.skipped += 1;
          const reason = note ?? reasonIn(test.fullName);
          reasons.set(reason, [
            ...(reasons.get(reason) ?? []),
            `${module.relativeModuleId} > ${test.fullName}`,
          ]);
        }
      }
      // A file that could not be loaded, or whose hooks failed, has no failed test of its own.
      counts.failed += module.state() === 'failed' ? Math.max(1, ownFailures) : ownFailures;
    }
    const file = process.env.OAUTH_LOGIN_TEST_REPORT;
    if (file) {
      const report = { ...counts, reasons: [...reasons].map(([reason, tests]) => ({ reason, tests })) };
      await writeFile(file, `${JSON.stringify(report, null, 2)}\n`);
    }
  }
}

/** `describeWith` of test/support/requirements.ts puts the need in brackets into the title. */
function reasonIn(title) {
  return title.match(/[([]((?:needs|requires|missing|skipped)[^)\]]*)[)\]]/i)?.[1] ?? 'no reason given';
}
