// Runs a server of Bluesky (@atproto/pds) with one account, and the directory of DIDs that it writes to:
// `node run-pds.mjs PACKAGES DATA PORT DIRECTORY_PORT`. It prints the DID of the account once it can be signed in to.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [packages, data, port, directoryPort] = process.argv.slice(2);
const fromPackages = createRequire(join(packages, 'package.json'));
const load = (name) => import(pathToFileURL(fromPackages.resolve(name)).href);
const plc = await load('@did-plc/lib');
const operations = new Map();

// The directory is a service of its own, which keeps its operations in a database; this one keeps the first in memory.
createServer(async (request, response) => {
  const [, did = '', kind] = decodeURIComponent(request.url).split('/');
  if (request.method === 'POST') {
    const parts = [];
    for await (const part of request) {
      parts.push(part);
    }
    operations.set(did, JSON.parse(Buffer.concat(parts)));
    response.end();
    return;
  }
  const operation = operations.get(did);
  if (operation === undefined) {
    response.writeHead(404).end();
    return;
  }
  const known = plc.opToData(did, operation);
  response.setHeader('content-type', 'application/did+ld+json');
  response.end(JSON.stringify(kind === 'data' ? known : plc.formatDidDoc(known)));
}).listen(Number(directoryPort), '127.0.0.1');

Object.assign(process.env, {
  PDS_PORT: port,
  PDS_HOSTNAME: 'localhost',
  PDS_DEV_MODE: 'true',
  PDS_DATA_DIRECTORY: data,
  PDS_BLOBSTORE_DISK_LOCATION: join(data, 'blobs'),
  PDS_DID_PLC_URL: `http://127.0.0.1:${directoryPort}`,
  PDS_SERVICE_HANDLE_DOMAINS: '.test',
  PDS_JWT_SECRET: 'of-a-test-and-of-nothing-else-at-all',
  PDS_DPOP_SECRET: '1d'.repeat(32),
  PDS_ADMIN_PASSWORD: 'of-a-test',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '1c'.repeat(32),
  PDS_INVITE_REQUIRED: 'false',
  PDS_DISABLE_SSRF_PROTECTION: 'true',
  LOG_ENABLED: 'false',
});
const { PDS, envToCfg, envToSecrets, readEnv } = await load('@atproto/pds');
const env = readEnv();
const pds = await PDS.create(envToCfg(env), envToSecrets(env));
await pds.start();
const answer = await fetch(`http://localhost:${port}/xrpc/com.atproto.server.createAccount`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ handle: 'ada.test', email: 'ada@example.com', password: 'correct horse' }),
});
const { did, message } = await answer.json();
console.log(did ?? `failed: ${message}`);
