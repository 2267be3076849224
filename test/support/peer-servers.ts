import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { peers } from '../../scripts/peers.mjs';

/** Why a server that needs these parts of `npm run peers` cannot run here; `undefined` when it can. */
export function missingPeer(...parts: readonly (keyof typeof peers)[]): string | undefined {
  const absent = parts.filter((part) => !existsSync(peers[part]));
  return absent.length === 0 ? undefined : 'needs other servers, and Python for one: npm run peers';
}

/** A server of somebody else, in a process of its own. */
export interface PeerServer {
  readonly address: string;
  close(): Promise<void>;
}

const file = (name: string) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
const SDK_EXAMPLE = '@modelcontextprotocol/sdk/dist/esm/examples/server/simpleStreamableHttp.js';

/** The example server of the TypeScript SDK of MCP, which takes tokens for its own address only. */
export async function startSdkExample(): Promise<PeerServer> {
  const [port, other] = [await freePort(), await freePort()];
  const words = [join(peers.packages, SDK_EXAMPLE), '--oauth', '--oauth-strict'];
  const env = { MCP_PORT: String(port), MCP_AUTH_PORT: String(other) };
  return serverOf(spawn(peers.node, words, { stdio: 'ignore', env }), `http://localhost:${port}/mcp`);
}

/** An API on Cloudflare's OAuth provider, in Cloudflare's runtime; its page asks the person to allow. */
export async function startWorker(): Promise<PeerServer> {
  const port = await freePort();
  const words = [file('run-worker.mjs'), peers.packages, String(port)];
  const env = { PATH: process.env.PATH };
  return serverOf(spawn(peers.node, words, { stdio: 'ignore', env }), `http://127.0.0.1:${port}/mcp`);
}

/** A server on FastMCP, with the provider that it keeps in memory. */
export async function startFastMcp(): Promise<PeerServer> {
  const port = await freePort();
  const env = { PATH: process.env.PATH, PYTHONDONTWRITEBYTECODE: '1' };
  const words = [file('fastmcp_server.py'), String(port)];
  return serverOf(spawn(peers.python, words, { stdio: 'ignore', env }), `http://127.0.0.1:${port}/mcp`);
}

/** The names of the tools at an address, as a client prints them that is given its headers and nothing else. */
export async function listTools(address: string, headers: string): Promise<string[]> {
  const child = spawn(peers.node, [file('list-tools.mjs'), peers.packages, address]);
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  child.stdin.end(headers);
  await new Promise((done) => child.once('close', done));
  return said.trim().split('\n');
}

/** The server that this process is, once it answers at the address, with such a status. Throws where it has ended before. */
export async function serverOf(
  child: ChildProcess,
  address: string,
  isUp: (status: number) => boolean = () => true,
): Promise<PeerServer> {
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const close = () => {
    child.kill();
    return ended;
  };
  for (const deadline = Date.now() + 90_000; Date.now() < deadline; await sleep(50)) {
    if (child.exitCode !== null) {
      throw new Error(`the server of ${address} has ended with ${child.exitCode}`);
    }
    const answer = await fetch(address).catch(() => undefined);
    if (answer !== undefined) {
      await answer.body?.cancel();
    }
    if (answer !== undefined && isUp(answer.status)) {
      return { address, close };
    }
  }
  await close();
  throw new Error(`the server of ${address} did not start`);
}

/** A port that nobody listens on; these servers are told theirs. */
export function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}
