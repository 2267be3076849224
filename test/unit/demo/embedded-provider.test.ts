import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
mkdirSync(join(root, 'artifacts'), { recursive: true });
const directory = mkdtempSync(join(root, 'artifacts', 'bundle-'));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Bundled as the command is, with packages outside. */
async function bundle(): Promise<string> {
  const outfile = join(directory, 'bundle.mjs');
  await build({
    stdin: {
      contents: `
import { startEmbeddedProvider } from './src/demo/embedded-provider.ts';
  const provider = await startEmbeddedProvider();
  const { issuer } = await (await fetch(provider.issuer + '/.well-known/openid-configuration')).json();
  await fetch(provider.issuer + '/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'demo', refresh_token: 'x' }) });
  console.log(issuer === provider.issuer);
  await provider.close();`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.18',
    outfile,
    packages: 'external',
  });
  return outfile;
}

describe('the embedded provider in the bundled command', () => {
  it('starts, answers and closes without a word on the console', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [await bundle()]);
    expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' });
  });
});
