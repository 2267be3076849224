import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, inject, it } from 'vitest';

const dist = join(dirname(dirname(inject('builtCommand'))), 'dist');
/** Outside the checkout, where no package is found. */
const elsewhere = mkdtempSync(join(tmpdir(), 'oauth-login-demo-provider-'));
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

describe('the provider of the demo in the package', () => {
  it('is one file below 1 MB, which needs no package beside it', async () => {
    const file = join(elsewhere, 'demo-provider.mjs');
    copyFileSync(join(dist, 'demo-provider.mjs'), file);
    expect(statSync(file).size).toBeLessThan(1_000_000);
    const { Provider } = await import(pathToFileURL(file).href);
    expect(new Provider('http://127.0.0.1:1').issuer).toBe('http://127.0.0.1:1');
  });

  it('comes with the licences of the packages in it', () => {
    const licences = readFileSync(join(dist, 'demo-provider-LICENSES.txt'), 'utf8');
    expect(licences).toMatch(/^oidc-provider \d+\.\d+\.\d+$/m);
    expect(licences.split('\n----\n').length).toBeGreaterThan(20);
    expect(licences).not.toContain('undefined');
  });
});
