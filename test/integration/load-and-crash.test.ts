import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCommand } from '../support/built-command.ts';
import { KEYRING_PROGRAMS } from '../support/keyring.ts';
import type { Program } from '../support/programs.ts';
import { missing } from '../support/requirements.ts';

let command: Program;

beforeAll(async () => {
  command = await buildCommand();
});
afterAll(() => command?.remove());

/** Runs a script of the project with the built command; rejects when it ends with another exit code than 0. */
async function runScript(name: string, ...args: string[]): Promise<string> {
  const script = fileURLToPath(new URL(`../../scripts/${name}.mjs`, import.meta.url));
  const all = [script, '--command', command.path, ...args];
  const { stdout } = await promisify(execFile)(process.execPath, all, { timeout: 110_000 }).catch((error) => {
    // What it found is on its standard output.
    throw new Error(`${error.message}\n${error.stdout}`);
  });
  return stdout;
}

describe('T26 many processes that find the same expired token', () => {
  const stores = ['file', 'passphrase', ...(missing(...KEYRING_PROGRAMS) === undefined ? ['keychain'] : [])];

  it.each(stores)('send one request and all get the token: %s', { timeout: 120_000 }, async (store) => {
    const said = await runScript('load-test', '--processes', '12', '--rounds', '1', '--stores', store);
    expect(said).toMatch(new RegExp(`^${store}: 1 requests in 1 rounds, 0 failures of 12; `, 'm'));
  });
});

describe('T28 refreshes that are killed', () => {
  it('damage no file, and cost a sign-in only between the answer and the disk', {
    timeout: 120_000,
  }, async () => {
    const said = await runScript('crash-test', '--kills', '6');
    expect(said).toMatch(/^\d of 6 processes were killed, .+; 0 damaged files, \d lost sign-ins\n/);
  });
});
