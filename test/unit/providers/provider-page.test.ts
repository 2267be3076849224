import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));

it('docs/providers.md is the page that the provider files give (npm run provider-page writes it)', () => {
  const page = execFileSync(process.execPath, ['scripts/provider-page.mjs', '--print'], {
    cwd: root,
    encoding: 'utf8',
  });
  expect(page).toContain('| `github` |');
  expect(readFileSync(`${root}/docs/providers.md`, 'utf8')).toBe(page);
});
