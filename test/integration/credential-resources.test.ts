import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { type CommandLine, openCommandLine } from '../support/command-line.ts';
import { FakeKeychain } from '../support/fake-keychain.ts';
import {
  type ProtectedResourceServer,
  startProtectedResource,
  startServerOfResources,
} from '../support/protected-resource.ts';
import { standardInput } from '../support/standard-input.ts';

let server: AuthorizationServer;
let api: ProtectedResourceServer;
let line: CommandLine;
let token: string;
const keychain = new FakeKeychain();
const env = { BROWSER: 'played', OAUTH_LOGIN_STORE: 'keychain' };

beforeAll(async () => {
  server = await startServerOfResources();
  api = await startProtectedResource({ issuers: [server.issuer] });
  line = openCommandLine({ user: 'ada' });
  await run('', api.identifier, '--allow-http-loopback', '--yes');
  token = (await run('', 'token', api.identifier)).stdout.trim();
});
afterAll(async () => {
  line.close();
  await Promise.all([api.close(), server.close()]);
});

const run = (input: string, ...argv: string[]) =>
  line.runIn({ env, openKeychain: keychain.open, stdin: standardInput(input) }, ...argv);

/** How each program asks about an address. */
const questions: Readonly<Record<string, (url: URL) => readonly [input: string, ...words: string[]]>> = {
  bazel: (url) => [JSON.stringify({ uri: url.href }), 'bazel', 'get'],
  cargo: (url) => [
    `${JSON.stringify({ v: 1, registry: { 'index-url': `sparse+${url}` }, kind: 'get', args: [] })}\n`,
    'cargo',
  ],
  git: (url) => [
    `protocol=${url.protocol.slice(0, -1)}\nhost=${url.host}\npath=${url.pathname.slice(1)}\n\n`,
    'git',
    'get',
  ],
  mcp: (url) => ['', 'mcp', url.href],
  docker: (url) => [url.href, 'docker', 'get'],
  terraform: (url) => ['', 'terraform', 'get', url.host],
};

async function ask(kind: string, address: string) {
  const [input, ...words] = questions[kind]?.(new URL(address)) ?? [''];
  const before = keychain.calls.open;
  const { stdout } = await run(input, 'credential', ...words);
  return { isGiven: stdout.includes(token), isOpened: keychain.calls.open > before };
}

it.each(['bazel', 'cargo', 'git', 'mcp'])('gives %s the token for the protected resource', async (kind) => {
  for (const path of ['', '/index/config.json']) {
    expect(await ask(kind, api.identifier + path)).toEqual({ isGiven: true, isOpened: true });
  }
});

it.each(['bazel', 'cargo', 'git', 'mcp'])(
  'T02 gives %s nothing for the rest of its server, and opens no keychain',
  async (kind) => {
    for (const path of ['', '/', '/mcpx', '/mcp%2f..%2fadmin', '/admin/mcp']) {
      expect(await ask(kind, api.origin + path)).toEqual({ isGiven: false, isOpened: false });
    }
  },
);

it.each(['docker', 'terraform'])(
  'T02 gives %s nothing, since it would send the token to the whole server',
  async (kind) => {
    for (const address of [api.origin, api.identifier, `${api.identifier}/v2/`]) {
      expect(await ask(kind, address)).toEqual({ isGiven: false, isOpened: false });
    }
  },
);
