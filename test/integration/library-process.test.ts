import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { type FinalPage, playUserAgent } from '../../src/demo/http-user-agent.ts';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';

const program = fileURLToPath(new URL('../support/programs/library-process.mjs', import.meta.url));

let server: AuthorizationServer;
let home: string;
let page: FinalPage;
let report: Record<string, unknown>;
let stdout: string;

/** One run of a program that does everything with the library, and tells what became of its process. */
beforeAll(async () => {
  server = await startAuthorizationServer();
  home = mkdtempSync(join(tmpdir(), 'oauth-login-library-'));
  const api = pathToFileURL(join(dirname(dirname(inject('builtCommand'))), 'dist/api.mjs')).href;
  const env = { HOME: home, PATH: process.env.PATH, LANG: 'C.UTF-8', OAUTH_LOGIN_CONFIG_DIR: '/nowhere' };
  const child = spawn(process.execPath, [program, api, server.issuer, server.clientId], { env, cwd: home });
  let said = '';
  let visit: Promise<FinalPage> | undefined;
  stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said += chunk;
    const url = /"event":"authorization_url","url":"([^"]+)"/.exec(said)?.[1];
    if (url !== undefined) {
      visit ??= playUserAgent(url, { user: 'ada', consent: true });
    }
  });
  await once(child, 'close');
  expect(said).toContain('"lingered"');
  page = await (visit ?? Promise.reject(new Error(said)));
  report = JSON.parse(said.trim().split('\n').at(-1) ?? '');
});

afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

describe('a program with accounts of its own, in a process that a hostile package has prepared', () => {
  it('signs in with its own options alone', () => {
    expect(report).toMatchObject({ sub: 'person-1815', tokens: 1, stopped: 'aborted' });
    expect(report.plain).toBe('config_invalid_value');
    const asked = server.requestsTo('authorization').find(({ query }) => query.has('client_id'));
    expect(asked?.query.get('client_id')).toBe(server.clientId);
    expect(asked?.query.toString()).not.toContain('evil');
  });

  it('has directories and pages of its own, whatever is set for the command', () => {
    expect(
      readdirSync(join(home, '.local/share')).concat(readdirSync(join(home, '.local/share/acme'))),
    ).toEqual(['acme', 'oauth-login']);
    expect(existsSync('/nowhere')).toBe(false);
    expect(page.title).toMatch(/ – acme$/);
    expect(page.body).not.toContain('oauth-login');
  });
});

describe('the library', () => {
  it('writes nothing to the standard output', () => {
    expect([report.stdout, stdout]).toEqual([[], '']);
  });

  it('ends no process, and sets no exit code', () => {
    expect(report).toMatchObject({ exits: 0, code: 0 });
  });

  it('listens to no signal', () => {
    expect(report.signals).toEqual([]);
  });

  it('changes no variable of the process', () => {
    expect(report.untouched).toBe(true);
  });

  it('leaves no rejection that nobody handles, and warns of nothing', () => {
    expect(report).toMatchObject({ unhandled: [], warnings: [] });
  });

  it('keeps no process running after its last result', () => {
    expect(report.lingered).toBeLessThan(2_000);
  });
});
