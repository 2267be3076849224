// An MCP client that knows nothing of OAuth: `node list-tools.mjs PACKAGES ADDRESS`. It sends the headers that come as one
// JSON object on standard input, and prints the names of the tools.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

const [packages, address] = process.argv.slice(2);
const { resolve } = createRequire(join(packages, 'index.js'));
const load = (path) => import(pathToFileURL(resolve(`@modelcontextprotocol/sdk/client/${path}.js`)).href);
const [{ Client }, { StreamableHTTPClientTransport }] = await Promise.all([
  load('index'),
  load('streamableHttp'),
]);
const headers = JSON.parse(await text(process.stdin));
const client = new Client({ name: 'a client of somebody else', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } }));
const { tools } = await client.listTools();
process.stdout.write(`${tools.map(({ name }) => name).join('\n')}\n`);
await client.close();
