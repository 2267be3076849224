import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { removeOwnDirectory } from '../../../src/secrets/own-files.ts';

const openDirectory = (...files: string[]) => {
  const home = mkdtempSync(join(tmpdir(), 'oauth-login-own-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const configDir = join(home, 'config');
  mkdirSync(join(configDir, 'providers', 'modules.json'), { recursive: true });
  for (const file of files) {
    writeFileSync(join(configDir, file), 'x');
  }
  return { home, configDir, remove: () => removeOwnDirectory(configDir, { configDir, dataDir: home }) };
};
const litter = `providers/.work.json.${'0'.repeat(32)}.tmp`;

it('removes provider files and leaves what somebody else has beside them, by name', () => {
  const own = ['config.json', 'providers/work.json', 'providers/work.json.lock', litter];
  const { configDir, remove } = openDirectory(...own, 'providers/mine.tf');
  expect(remove().foreign).toEqual(['providers/mine.tf', 'providers/modules.json']);
  expect(readdirSync(configDir)).toEqual(['providers']);
  expect(readdirSync(join(configDir, 'providers'))).toEqual(['mine.tf', 'modules.json']);
});

it('removes the directory of provider files with the last of them', () => {
  const { configDir, remove } = openDirectory('config.json', 'providers/work.json');
  rmSync(join(configDir, 'providers', 'modules.json'), { recursive: true });
  expect([remove().foreign, existsSync(configDir)]).toEqual([[], false]);
});

it('removes a link to a directory of provider files, and nothing behind it', () => {
  const { home, configDir, remove } = openDirectory();
  rmSync(join(configDir, 'providers'), { recursive: true });
  mkdirSync(join(home, 'dotfiles'));
  writeFileSync(join(home, 'dotfiles', 'work.json'), 'x');
  symlinkSync(join(home, 'dotfiles'), join(configDir, 'providers'));
  expect([remove().foreign, existsSync(configDir)]).toEqual([[], false]);
  expect(readdirSync(join(home, 'dotfiles'))).toEqual(['work.json']);
});
