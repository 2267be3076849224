import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { peers } from '../../scripts/peers.mjs';
import { freePort, type PeerServer, serverOf } from './peer-servers.ts';

/** The server of Bluesky with the account of `ada.test`. */
export interface PdsPeer extends PeerServer {
  readonly did: string;
  /** The directory of DIDs that it writes to. */
  readonly directory: string;
}

const file = (name: string) => fileURLToPath(new URL(`../peers/${name}`, import.meta.url));
const env = { PATH: process.env.PATH, HOME: tmpdir() };

/** Starts `@atproto/pds`, and a directory of DIDs for it. */
export async function startPds(): Promise<PdsPeer> {
  const data = mkdtempSync(join(tmpdir(), 'oauth-login-pds-'));
  const [port, other] = [await freePort(), await freePort()];
  const words = [file('run-pds.mjs'), peers.networkPackages, data, String(port), String(other)];
  const child = spawn(peers.networkNode, words, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const said = new Promise<string>((done) => child.stdout.once('data', (line) => done(String(line).trim())));
  const server = await serverOf(child, `http://localhost:${port}`);
  const did = await said;
  return { ...server, did, directory: `http://127.0.0.1:${other}`, close: closing(server, data) };
}

/** Starts `@solid/community-server` with the pod of `ada`, in memory. */
export async function startSolidServer(): Promise<PeerServer> {
  const data = mkdtempSync(join(tmpdir(), 'oauth-login-solid-'));
  const port = await freePort();
  const address = `http://localhost:${port}/`;
  const seed = join(data, 'seed.json');
  const ada = { email: 'ada@example.com', password: 'correct horse', pods: [{ name: 'ada' }] };
  writeFileSync(seed, JSON.stringify([ada]));
  const program = join(peers.networkPackages, '@solid/community-server/bin/server.js');
  const words = [
    program,
    '--port',
    String(port),
    '--baseUrl',
    address,
    '--seedConfig',
    seed,
    '--loggingLevel',
    'error',
  ];
  const child = spawn(peers.networkNode, words, { env, stdio: 'ignore', cwd: data });
  // The pod is there after the server.
  const server = await serverOf(child, `${address}ada/profile/card`, (status) => status === 200);
  return { address, close: closing(server, data) };
}

function closing(server: PeerServer, data: string): () => Promise<void> {
  return async () => {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  };
}
