import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Files that replace a module of Node or of a package, or signal their own process: each has a process to itself. */
const ALONE = [
  'test/integration/full-disk.test.ts',
  'test/unit/adapters/child-process.test.ts',
  'test/unit/host/stop-signals.test.ts',
  'test/unit/providers/catalogue.test.ts',
  'test/unit/secrets/reserved-file.test.ts',
  'test/unit/settings/configuration-takeover.test.ts',
];

/** Files that this run leaves out. Vitest's own `--exclude` does not reach its projects. */
const WITHOUT = process.env.OAUTH_LOGIN_TEST_WITHOUT?.split(' ') ?? [];

export default defineConfig({
  test: {
    // A machine may be busy, and a step of a test be slow: these limits end what hangs, and none of them is a promise.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    expect: { poll: { timeout: 90_000, interval: 20 } },
    // Tests wait for processes that they started, and for time that is to pass: one worker more than cores fills the gaps.
    maxWorkers: availableParallelism() + 1,
    // The files of a worker share what they import: loading it anew for each took a third of the time.
    isolate: false,
    unstubEnvs: true,
    unstubGlobals: true,
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/unit/**/*.test.ts'], exclude: [...ALONE, ...WITHOUT] },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: [...ALONE, ...WITHOUT],
          globalSetup: ['test/support/built-command-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'peers',
          include: ['test/peers/**/*.test.ts'],
          exclude: WITHOUT,
          globalSetup: ['test/support/built-command-setup.ts'],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, exclude: WITHOUT, isolate: true } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          exclude: WITHOUT,
          globalSetup: ['test/support/packed-command-setup.ts'],
          testTimeout: 300_000,
        },
      },
    ],
  },
});
