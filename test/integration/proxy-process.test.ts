import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand } from '../support/built-command.ts';
import type { BundledScript } from '../support/bundled-script.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { homeOf, startCommand } from '../support/command-process.ts';

let command: BundledScript;
let server: AuthorizationServer;
let line: CommandLine;

beforeAll(async () => {
  command = await buildCommand();
  server = await startAuthorizationServer();
  line = openCommandLine({ user: 'ada' });
  const signedIn = await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
  expect(signedIn.exitCode).toBe(0);
});
afterAll(async () => {
  command.remove();
  line.close();
  await server.close();
});

/** What a program sees that looks at everything it was given, and asks the API with the fetch of Node. */
const LOOK_AROUND = `
  const { readFileSync, readdirSync, readlinkSync } = require('node:fs');
  const seen = [];
  const look = (path, read = readFileSync) => {
    try { seen.push(path + ' ' + read(path, 'latin1')); } catch (error) { seen.push(path + ' ' + error.code); }
  };
  for (const process of ['self', require('node:process').ppid]) {
    for (const name of ['environ', 'cmdline', 'maps']) look('/proc/' + process + '/' + name);
    for (const fd of readdirSync('/proc/' + process + '/fd')) look('/proc/' + process + '/fd/' + fd, readlinkSync);
  }
  const env = require('node:process').env;
  const headers = { authorization: 'Bearer ' + env.T };
  (async () => {
    for (const path of ['/me', '/nothing', '/../me']) {
      const reply = await fetch(env.ADDRESS + path, { headers });
      seen.push(path + ' ' + reply.status + ' ' + JSON.stringify([...reply.headers]) + await reply.text());
    }
    console.log(JSON.stringify({ env, seen }));
    process.exitCode = 7;
  })();
`;

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
}

describe('T60 a command behind a proxy', () => {
  it('finds the token in nothing that it was given: environment, arguments, open files, /proc, answers', async () => {
    const { code, stdout, stderr } = await startCommand(
      command,
      ['proxy', server.issuer, '--as', 'T', '--url-as', 'ADDRESS', '--', process.execPath, '-e', LOOK_AROUND],
      { ...homeOf(line), OF_THE_USER: 'kept' },
    ).ended;
    expect([code, stderr]).toEqual([7, expect.stringMatching(/^oauth-login: GET .*\/me 200 \d+ ms$/m)]);
    const { env, seen } = JSON.parse(stdout);
    expect(env).toMatchObject({ OF_THE_USER: 'kept', T: expect.stringMatching(/^olp_/) });
    expect(Object.keys(env).filter((name) => name.startsWith('OAUTH_LOGIN_'))).toEqual(['OAUTH_LOGIN_PROXY']);
    const answer = seen.find((text: string) => text.startsWith('/me 200'));
    expect(answer).toContain('person-1815');
    expect(seen.length).toBeGreaterThan(15);
    expectNoSecrets(stdout, server.issuedSecrets());
    expectNoSecrets(stderr, server.issuedSecrets());
    for (const content of filesBelow(line.directory)) {
      expectNoSecrets(content, server.issuedSecrets());
    }
  });
});
