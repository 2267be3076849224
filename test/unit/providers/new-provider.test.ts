import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { providerFile } from '../../../src/providers/provider-file.ts';

const script = fileURLToPath(new URL('../../../scripts/new-provider.mjs', import.meta.url));
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'oauth-login-new-provider-'));
  mkdirSync(join(root, 'providers'));
  mkdirSync(join(root, 'test/provider-fixtures'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function run(...args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [script, ...args, '--root', root], (error, _stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stderr }),
    );
  });
}

const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));

it('makes a provider file and a fixture in which little is left to say', async () => {
  expect(await run('acme', '--host', 'api.acme.test')).toEqual({ code: 0, stderr: '' });
  const { group, ...rest } = read('providers/acme.json');
  expect(group).toBe('TODO');
  expect(providerFile.check({ ...rest, group: 'code' }, [])).toBeUndefined();
  expect(read('test/provider-fixtures/acme.json').token.request).toBe(
    'POST https://api.acme.test/oauth/token',
  );
});

it('changes nothing where a file is there, and refuses what is no name', async () => {
  await run('acme');
  const before = readFileSync(join(root, 'providers/acme.json'), 'utf8');
  expect(await run('acme', '--host', 'other.test')).toMatchObject({ code: 2 });
  expect(readFileSync(join(root, 'providers/acme.json'), 'utf8')).toBe(before);
  for (const name of ['../acme', 'Acme', '']) {
    expect(await run(name)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('npm run new-provider'),
    });
  }
});
