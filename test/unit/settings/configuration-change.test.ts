import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/host/clock.ts';
import { writeProviderConfiguration } from '../../../src/settings/configuration-change.ts';

it.each([
  ['a provider file that is not here', { preset: 'houseprovider' }, '"preset" expected'],
  ['a key of a newer version', { issuer: 'https://id.example', novel: true }, '"novel"'],
  ['a value of another kind', { issuer: 7 }, '"issuer" expected'],
])('is not made where no command could read the file after it: %s', async (_what, change, reason) => {
  const configDir = mkdtempSync(join(tmpdir(), 'oauth-login-change-'));
  onTestFinished(() => rmSync(configDir, { recursive: true }));
  const before = '{ "store": "file" }';
  writeFileSync(join(configDir, 'config.json'), before);
  const paths = { configDir, dataDir: configDir };
  const context = { paths, clock: systemClock, signal: new AbortController().signal };
  await expect(writeProviderConfiguration(context, 'sso', change as object)).rejects.toMatchObject({
    code: 'config_invalid_file',
    message: expect.stringMatching(new RegExp(`^config\\.json was not changed: key "providers".+${reason}`)),
  });
  expect([readdirSync(configDir), readFileSync(join(configDir, 'config.json'), 'utf8')]).toEqual([
    ['config.json'],
    before,
  ]);
});
