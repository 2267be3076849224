import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildCommand, openHome } from '../support/built-command.ts';
import { closeAfterTest } from '../support/close-after-test.ts';
import { commandOf } from '../support/programs.ts';

const DATA = '.local/share/oauth-login';
/** A name that a terminal would obey; Linux keeps fifteen bytes of it. */
const HOSTILE = '\u001b[2Ja"\n\u202eb';

/** A program of that name that runs a command line; its name is seen by what it starts. */
const NAMED = `
  process.title = ${JSON.stringify(HOSTILE)};
  const { status } = require('node:child_process').spawnSync(process.argv[1], process.argv.slice(2), { stdio: 'inherit' });
  process.exitCode = status;
`;

it('has a whole line of each of twenty processes at once, and nothing of a hostile name', async () => {
  const command = await buildCommand();
  const home = closeAfterTest(openHome(command));
  const configuration = join(home.home, '.config/oauth-login');
  mkdirSync(configuration, { recursive: true, mode: 0o700 });
  writeFileSync(join(configuration, 'config.json'), '{ "log_releases": true }');
  const env = { ...home.environment, OAUTH_LOGIN_GITHUB_TOKEN: 'gho_canary0123456789' };
  const ends = await Promise.all(Array.from({ length: 20 }, () => home.run(['token', 'github'], { env })));
  expect(ends.map(({ code, stdout, stderr }) => [code, stdout, stderr])).toEqual(
    Array.from({ length: 20 }, () => [0, 'gho_canary0123456789\n', '']),
  );
  execFileSync(process.execPath, ['-e', NAMED, ...commandOf(command), 'token', 'github'], { env });

  const text = readFileSync(join(home.home, DATA, 'releases.jsonl'), 'utf8');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(21);
  expect(new Set(lines.map((line) => Object.keys(line).join()))).toEqual(
    new Set(['at,provider,variable,token,command,caller']),
  );
  expect(lines[0].caller.pid).toBe(process.pid);
  expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  if (process.platform === 'linux') {
    expect(lines.at(-1).caller.program).toBe('a" b');
  }
});
