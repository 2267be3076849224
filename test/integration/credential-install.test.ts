import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { it, line, server } from '../support/ada-signs-in.ts';

it('leaves a file that is not UTF-8 as it is, and prints what to add', async () => {
  await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
  const file = join(line.directory, '.gitconfig');
  const before = Buffer.from('[user]\n\tname = Jos\xe9\n', 'latin1');
  writeFileSync(file, before);
  const env = { ...line.context.env, GIT_CONFIG_GLOBAL: file };
  const install = await line.runIn({ env }, 'credential', 'git', server.issuer, '--install', '--yes');
  expect([install.exitCode, install.stderr]).toEqual([3, expect.stringContaining('is not understood')]);
  expect(install.stdout).toContain('!oauth-login credential git');
  expect(install.stderr).toContain('add the lines above by hand');
  const uninstall = await line.runIn({ env }, 'credential', 'git', server.issuer, '--uninstall', '--yes');
  expect([uninstall.exitCode, uninstall.stderr]).toEqual([3, expect.stringContaining('is not understood')]);
  expect([readFileSync(file), existsSync(`${file}.before-oauth-login`)]).toEqual([before, false]);
});

it('says which copy is kept, at the first change and at the next', async () => {
  await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
  const file = join(line.directory, '.gitconfig');
  const copy = `${file}.before-oauth-login`;
  writeFileSync(file, '[user]\n\tname = Ada');
  const env = { ...line.context.env, GIT_CONFIG_GLOBAL: file };
  const change = (flag: string) => line.runIn({ env }, 'credential', 'git', server.issuer, flag, '--yes');
  expect((await change('--install')).stdout).toContain(`What it was is kept in ${copy}.`);
  expect((await change('--uninstall')).stdout).toContain(`The older copy ${copy} stays as it is.`);
  expect([readFileSync(file, 'utf8'), readFileSync(copy, 'utf8')]).toEqual(
    Array(2).fill('[user]\n\tname = Ada'),
  );
});
