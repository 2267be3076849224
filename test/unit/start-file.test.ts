import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const START_FILE = fileURLToPath(new URL('../../bin/oauth-login.js', import.meta.url));

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'oauth-login-start-'));
  for (const part of ['bin', 'dist']) {
    mkdirSync(join(directory, part));
  }
  cpSync(START_FILE, join(directory, 'bin/oauth-login.js'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Starts the file of the command with a program that consists of these words. */
function start(main: string) {
  const program = `
    exports.main = ${main};
    exports.report = (error, argv, stderr) => { stderr.write('told of ' + error.name + ' at ' + argv.join(' ')); return 1; };
    exports.systemContext = (process) => ({ stderr: process.stderr, flush: async () => true, isHeld: () => false, endsBy: async () => undefined });
  `;
  writeFileSync(join(directory, 'dist/main.js'), program);
  return run();
}

function run() {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(directory, 'bin/oauth-login.js'), 'login', 'github'],
    { encoding: 'utf8', env: {} },
  );
  return { status, stderr };
}

describe('the file that starts the command', () => {
  it.each([0, 4, 130])('ends with %i when the program does', (code) => {
    expect(start(`async () => ${code}`)).toEqual({ status: code, stderr: '' });
  });

  it('never ends with 0, nor silently, when nothing is left to wait for and the program has not ended', () => {
    expect(start('() => new Promise(() => {})')).toEqual({
      status: 1,
      stderr: 'told of Error at login github',
    });
  });

  it('says what to do in a checkout that was not built', () => {
    expect(run()).toEqual({
      status: 1,
      stderr:
        'oauth-login: error: the program is not built yet: there is no dist/main.js\n' +
        'oauth-login: hint: run npm run build in the checkout\n',
    });
  });

  it('does not take a package that is missing for that', () => {
    writeFileSync(join(directory, 'dist/main.js'), "require('a-package-that-is-not-there');");
    const { status, stderr } = run();
    expect(status).toBe(1);
    expect(stderr).toContain("Cannot find module 'a-package-that-is-not-there'");
    expect(stderr).not.toContain('not built');
  });
});
