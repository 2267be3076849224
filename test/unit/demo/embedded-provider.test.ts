import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type PluginBuild } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
mkdirSync(join(root, 'artifacts'), { recursive: true });
const directory = mkdtempSync(join(root, 'artifacts', 'bundle-'));

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Bundled as the command is, with packages outside. */
async function bundle(packages: 'beside' | 'absent'): Promise<string> {
  const outfile = join(directory, `${packages}.mjs`);
  await build({
    stdin: {
      contents: `
import { startEmbeddedProvider } from './src/demo/embedded-provider.ts';
try {
  const provider = await startEmbeddedProvider();
  const { issuer } = await (await fetch(provider.issuer + '/.well-known/openid-configuration')).json();
  await fetch(provider.issuer + '/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'demo', refresh_token: 'x' }) });
  console.log(issuer === provider.issuer);
  await provider.close();
} catch (error) {
  console.log(error.code, '|', error.hint);
}`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.18',
    outfile,
    ...(packages === 'beside'
      ? { packages: 'external' }
      : { plugins: [{ name: 'absent', setup: renameProviderPackage }] }),
  });
  return outfile;
}

function renameProviderPackage(esbuild: PluginBuild) {
  esbuild.onResolve({ filter: /^oidc-provider/ }, ({ path }) => ({
    path: path.replace('oidc-provider', 'oidc-provider-that-is-absent'),
    external: true,
  }));
}

describe('the embedded provider in the bundled command', () => {
  it('starts, answers and closes without a word on the console', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [await bundle('beside')]);
    expect({ stdout, stderr }).toEqual({ stdout: 'true\n', stderr: '' });
  });

  it('names the package to install when it is missing', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [await bundle('absent')]);
    expect(stdout).toMatch(/^config_missing_package \| .*`npm install oidc-provider@9`/);
    expect(stderr).toBe('');
  });
});
