// Draws docs/session.svg, the picture of the README, from a real run of the commands: npm run picture
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const { status } = spawnSync(
  process.execPath,
  [
    fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url)),
    ...['run', '--project', 'integration', 'test/integration/readme-picture.test.ts'],
  ],
  {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    env: { ...process.env, OAUTH_LOGIN_PICTURE: 'draw' },
    stdio: 'inherit',
  },
);
process.exitCode = status ?? 1;
