// The client that the conformance suite of MCP drives: `node client.mjs [ARGS…] SERVER-URL`. It signs in with the built
// command, and calls the server with `oauth-login request`. What the command says goes to standard error.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const command = join(here, '../../bin/oauth-login.js');
const server = process.argv.at(-1);
const scenario = process.env.MCP_CONFORMANCE_SCENARIO ?? '';
const given = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
const home = mkdtempSync(join(tmpdir(), 'oauth-login-conformance-'));

const env = {
  PATH: process.env.PATH,
  HOME: home,
  OAUTH_LOGIN_CONFIG_DIR: join(home, 'config'),
  OAUTH_LOGIN_DATA_DIR: join(home, 'data'),
  OAUTH_LOGIN_STORE: 'file',
  BROWSER: join(here, 'browser.mjs'),
};

function run(...args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, [command, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let answer = '';
    let said = '';
    child.stdout.on('data', (data) => {
      answer += data;
    });
    child.stderr.on('data', (data) => {
      said += data;
      process.stderr.write(data);
    });
    child.on('close', (code) => {
      process.stderr.write(`oauth-login ${args[0]}: ${code}\n`);
      done({ code, answer, said });
    });
  });
}

const meta = {
  _meta: {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': { name: 'oauth-login', version: '0' },
    'io.modelcontextprotocol/clientCapabilities': {},
  },
};
const call = (method, params = {}, flags = []) =>
  run(
    'request',
    server,
    server,
    '--fail',
    ...flags,
    ...['-H', 'Accept: application/json, text/event-stream'],
    ...['-H', 'MCP-Protocol-Version: 2026-07-28'],
    ...['-H', `Mcp-Method: ${method}`],
    ...(params.name === undefined ? [] : ['-H', `Mcp-Name: ${params.name}`]),
    ...['--json', JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, ...meta } })],
  );

const own = [];
if (scenario === 'auth/basic-cimd') {
  own.push('--client-metadata-url', 'https://conformance-test.local/client-metadata.json');
}
if (given.client_id !== undefined) {
  own.push('--client-id', given.client_id);
}
if (given.client_secret !== undefined) {
  const file = join(home, 'secret');
  writeFileSync(file, given.client_secret, { mode: 0o600 });
  own.push('--client-secret-file', file);
}
const signIn = (...more) => run(server, '--yes', '--allow-http-loopback', '--timeout', '20', ...own, ...more);

/** The scopes in the hint of a request that wants more of them. */
const scopesOf = (said) => /--scope (?:'([^']+)'|(\S+))/.exec(said)?.slice(1).find(Boolean);

/** Calls the server, and signs in again, twice at most, where a call says that this would help. */
async function use(method, params) {
  for (let turn = 0; turn < 3; turn += 1) {
    const { code, said, answer } = await call(method, params);
    process.stderr.write(`${answer}\n`);
    const scopes = scopesOf(said);
    if (code !== 4 && !said.includes('status 401')) {
      return;
    }
    await signIn(...(scopes === undefined ? [] : ['--scope', scopes]));
  }
}

/** Writes what the suite hands over into a file of this person, and gives its path. */
function fileOf(name, text) {
  const file = join(home, name);
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

/** The flags of the extension scenarios, whose clients have no person at a browser. */
function grantFlags() {
  switch (scenario) {
    case 'auth/client-credentials-jwt':
      return ['--grant', 'client-credentials', '--key-file', fileOf('key', given.private_key_pem)];
    case 'auth/client-credentials-basic':
      return ['--grant', 'client-credentials'];
    case 'auth/wif-jwt-bearer':
      return ['--grant', 'jwt-bearer', '--subject-token-file', fileOf('jwt', given.valid_jwt)];
    case 'auth/enterprise-managed-authorization': {
      const company = { issuer: given.idp_issuer, client_id: given.idp_client_id };
      mkdirSync(env.OAUTH_LOGIN_CONFIG_DIR, { mode: 0o700 });
      const configuration = JSON.stringify({ providers: { company } });
      writeFileSync(join(env.OAUTH_LOGIN_CONFIG_DIR, 'config.json'), configuration, { mode: 0o600 });
      const idToken = fileOf('id-token', given.idp_id_token);
      return ['--grant', 'id-jag', '--identity', 'company', '--subject-token-file', idToken];
    }
    default:
      return undefined;
  }
}

/** The server that the API names, as somebody knows it who sets up a job. */
async function issuerOf(api) {
  const { origin, pathname } = new URL(api);
  const document = await fetch(`${origin}/.well-known/oauth-protected-resource${pathname}`);
  return (await document.json()).authorization_servers[0];
}

try {
  const grant = grantFlags();
  if (grant !== undefined) {
    own.push(...grant, '--issuer', await issuerOf(server), '--allow-http-loopback');
    const { code, said } = await call('tools/list', {}, own);
    // The servers of these scenarios take the token, and refuse a call of this version of MCP with 400.
    process.exitCode = said.includes('answered with status 400') ? 0 : code;
  } else {
    const { code } = await signIn();
    if (code === 0) {
      await use('tools/list');
      await use('tools/call', { name: 'test-tool', arguments: {} });
    }
    process.exitCode = code;
  }
} finally {
  rmSync(home, { recursive: true, force: true });
}
