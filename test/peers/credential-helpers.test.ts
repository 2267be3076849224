import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { peers } from '../../scripts/peers.mjs';
import { type OtherPrograms, openOtherPrograms } from '../support/other-program.ts';
import { missingPeer } from '../support/peer-servers.ts';

const ORIGIN = 'https://api.example.com';
const uv = join(dirname(peers.python), 'uv');
const reason = missingPeer('python') ?? (existsSync(uv) ? undefined : 'needs uv: npm run peers');

if (reason !== undefined && process.env.OAUTH_LOGIN_TEST_NO_SKIP === '1') {
  throw new Error(reason);
}

/** What a helper of Bazel answers to a question on its standard input. */
function ask(program: string, args: readonly string[], question: string, env: Record<string, string>) {
  return new Promise<{ code: number; stdout: string }>((resolve) => {
    const child = execFile(program, args, { env }, (error, stdout) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout }),
    );
    child.stdin?.on('error', () => {});
    child.stdin?.end(question);
  });
}

describe.skipIf(reason !== undefined)('uv, which is a credential helper of Bazel too', () => {
  let programs: OtherPrograms;
  let home: string;

  beforeAll(async () => {
    programs = await openOtherPrograms();
    await programs.signIn(ORIGIN);
    home = mkdtempSync(join(tmpdir(), 'oauth-login-uv-'));
    await ask(uv, ['auth', 'login', ORIGIN, '--token', 'of-uv'], '', { HOME: home });
  });
  afterAll(async () => {
    rmSync(home, { recursive: true, force: true });
    await programs.close();
  });

  it.each([
    JSON.stringify({ uri: `${ORIGIN}/a/b?c=d` }),
    JSON.stringify({ uri: `${ORIGIN}/a`, future: 1 }),
    JSON.stringify({ uri: 'https://other.example.com/' }),
    JSON.stringify({ uri: 'http://api.example.com/' }),
    JSON.stringify({ uri: 'https://api.example.com:8443/' }),
    JSON.stringify({ uri: 'api.example.com' }),
    JSON.stringify({ url: ORIGIN }),
    '{',
    '',
  ])('answers %j in the same form, and with the same exit code', async (question) => {
    const own = await ask(
      join(programs.work, 'bin/bazel-credential-oauth-login'),
      ['get'],
      question,
      programs.environment,
    );
    const other = await ask(uv, ['auth', 'helper', '--protocol', 'bazel', 'get'], question, { HOME: home });
    expect(own.code).toBe(other.code);
    expect(formOf(own.stdout)).toEqual(formOf(other.stdout));
  });
});

/** The names of the headers, each with how many values it has. `expires` may be left out, and uv has none. */
function formOf(text: string): unknown {
  if (text === '') {
    return undefined;
  }
  const { headers, expires: _expires, ...rest } = JSON.parse(text);
  const names = Object.entries<unknown[]>(headers).map(([name, values]) => [name, values.length]);
  return { names, rest };
}
