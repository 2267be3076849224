import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { descriptions } from '../../../src/commands/descriptions.ts';
import { namesOf } from '../../../src/commands/flag.ts';
import { describeWith } from '../../support/requirements.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const read = (file: string) => readFileSync(`${root}/${file}`, 'utf8');

describe('the man page and docs/commands.md', () => {
  it('are what the descriptions of the commands give', () => {
    const pages = execFileSync(process.execPath, ['scripts/command-pages.mjs', '--print'], {
      cwd: root,
      encoding: 'utf8',
    });
    const isCurrent = read('man/oauth-login.1') + read('docs/commands.md') === pages;
    expect(isCurrent, 'the pages are not current; write them again: npm run command-pages').toBe(true);
  });

  it('name each command and each flag', () => {
    const [page, man] = [read('docs/commands.md'), read('man/oauth-login.1').replaceAll('\\-', '-')];
    for (const { name, flags } of Object.values(descriptions)) {
      expect(page).toContain(`\n## ${name}\n`);
      expect(man).toContain(`.SS oauth-login ${name} `);
      for (const flag of flags.flatMap(namesOf)) {
        expect(page).toContain(flag);
        expect(man).toContain(flag);
      }
    }
  });
});

describeWith(['mandoc'], 'the man page', () => {
  it('has no fault that mandoc knows', () => {
    const options = ['-Tlint', '-Wwarning', 'man/oauth-login.1'];
    // It ends with another code than 0 for each warning, and prints it.
    expect(execFileSync('mandoc', options, { cwd: root, encoding: 'utf8' })).toBe('');
  });
});
