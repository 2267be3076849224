import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildProgram, run, temporaryDirectory } from '../../support/programs.ts';

it.skipIf(process.platform !== 'linux')(
  'the opener that the library starts gets no secret and no relative path, and the program keeps its own (Linux)',
  async () => {
    const folder = temporaryDirectory();
    const program = await buildProgram('isolated-browser');
    try {
      const seen = join(folder.path, 'seen');
      // A shell script opens pages on Linux; these are tools that it uses.
      for (const tool of ['grep', 'sed', 'x-www-browser', 'xdg-mime']) {
        writeFileSync(join(folder.path, tool), `#!/bin/sh\nenv >> '${seen}'\n`, { mode: 0o755 });
      }
      const env = {
        PATH: `${folder.path}:relative/bin:/usr/bin:/bin`,
        HOME: folder.path,
        DISPLAY: ':99',
        OAUTH_LOGIN_PASSPHRASE: 'a passphrase of the program',
      };
      const { stdout, stderr } = await run(program, [], { env });
      expect(`${stdout}${stderr}`).toMatch(/^\d a passphrase of the program\n$/);
      expect(existsSync(seen)).toBe(true);
      const variables = readFileSync(seen, 'utf8');
      expect(variables).toContain(`PATH=${folder.path}:/usr/bin:/bin\n`);
      expect(variables).not.toContain('OAUTH_LOGIN');
    } finally {
      program.remove();
      folder.remove();
    }
  },
);
