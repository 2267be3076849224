import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  bearerTokenAuthenticationPolicy,
  createEmptyPipeline,
  createHttpHeaders,
  createPipelineRequest,
  type PipelineRequest,
} from '@azure/core-rest-pipeline';
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type Account, signIn } from '../../src/api.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { writeConfiguration } from '../support/configuration-file.ts';
import { openLibraryCaller } from '../support/library-caller.ts';

type PolicyOptions = Parameters<typeof bearerTokenAuthenticationPolicy>[0];

/** What the examples of the page export. */
interface Examples {
  azureCredential(account: Account): NonNullable<PolicyOptions['credential']>;
  mcpProvider(account: Account): OAuthClientProvider;
  mcpOptions(account: Account): { readonly fetch: Account['request'] };
}

let folder: string;
let examples: Examples;

beforeAll(async () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/library.md', import.meta.url)), 'utf8');
  const blocks = [...page.matchAll(/```js\n(export [\s\S]*?)```/g)].map(([, block]) => block);
  folder = mkdtempSync(join(tmpdir(), 'oauth-login-examples-'));
  const file = join(folder, 'examples.mjs');
  writeFileSync(file, blocks.join('\n'));
  examples = await import(pathToFileURL(file).href);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An MCP server that answers who has the token of each request; the first tokens can be refused. */
async function openMcpServer(refused: number) {
  const tokens: string[] = [];
  const http = createServer(async (request, response) => {
    const [, token = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    tokens.push(token);
    if (token === '' || tokens.length <= refused) {
      response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      return;
    }
    const mcp = new McpServer({ name: 'test', version: '1.0.0' });
    mcp.registerTool('hello', {}, async () => ({ content: [{ type: 'text', text: 'hello' }] }));
    const transport = new StreamableHTTPServerTransport({});
    await mcp.connect(transport as Parameters<McpServer['connect']>[0]);
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    tokens,
    url: new URL(`http://127.0.0.1:${port}/mcp`),
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function hello(transport: StreamableHTTPClientTransport): Promise<unknown> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  const { content } = await client.callTool({ name: 'hello' });
  await client.close();
  return content;
}

describe('an account of docs/library.md', () => {
  it("is a credential for Azure's pipeline", async () => {
    const { options } = openLibraryCaller(server, line.directory);
    const account = await signIn(server.issuer, options);
    const pipeline = createEmptyPipeline();
    const credential = examples.azureCredential(account);
    pipeline.addPolicy(bearerTokenAuthenticationPolicy({ credential, scopes: 'api/.default' }));
    const sent: PipelineRequest[] = [];
    const request = createPipelineRequest({ url: 'https://api.example.com/' });
    const sendRequest = async (one: PipelineRequest) => {
      sent.push(one);
      return { request: one, status: 200, headers: createHttpHeaders() };
    };
    await pipeline.sendRequest({ sendRequest }, request);
    expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${(await account.token()).token}`);
  });

  it('gives the MCP SDK its tokens, as a provider and as a fetch that replaces a refused token', async () => {
    const mcp = await openMcpServer(0);
    const wary = await openMcpServer(1);
    try {
      const apis = [mcp.url.origin, wary.url.origin];
      writeConfiguration(line, { providers: { work: { issuer: server.issuer, api_origins: apis } } });
      const { options } = openLibraryCaller(server, line.directory);
      const account = await signIn('work', options);
      const { token } = await account.token();
      const authProvider = examples.mcpProvider(account);
      const answer = [{ type: 'text', text: 'hello' }];
      expect(await hello(new StreamableHTTPClientTransport(mcp.url, { authProvider }))).toEqual(answer);
      expect(new Set(mcp.tokens)).toEqual(new Set([token]));
      const own = new StreamableHTTPClientTransport(wary.url, examples.mcpOptions(account));
      expect(await hello(own)).toEqual(answer);
      expect(wary.tokens[0]).toBe(token);
      expect(wary.tokens[1]).not.toBe(token);
    } finally {
      await Promise.all([mcp.close(), wary.close()]);
    }
  });
});
