import { UsageError } from '../../ground/errors.ts';
import { homeFile } from './home-file.ts';
import type { Installation, InstallWish } from './installation.ts';
import { jsonInstallation } from './json-file.ts';
import { plainWords } from './plain-words.ts';

/** Claude Code runs a command for the headers of a server. */
const claudeInstallation = jsonInstallation(
  {
    what: 'the configuration of Claude Code',
    file: ({ surroundings }) => homeFile(surroundings, '.claude.json'),
  },
  (wish) => {
    const { url, name } = serverOf(wish);
    const headersHelper = `oauth-login credential mcp ${plainWords(wish.words)}`;
    return [[['mcpServers', name], { type: 'http', url, headersHelper }]];
  },
);

/** Cursor runs no command for headers. It reads a variable, which `oauth-login exec` gives it. */
const cursorInstallation = jsonInstallation(
  {
    what: 'the configuration of Cursor',
    file: ({ surroundings }) => homeFile(surroundings, '.cursor', 'mcp.json'),
    next: startLine,
  },
  (wish) => {
    const { url, name, headers } = serverOf(wish);
    return [[['mcpServers', name], { url, headers }]];
  },
);

const clients: Readonly<Record<string, Installation>> = {
  'claude-code': claudeInstallation,
  cursor: cursorInstallation,
};

/** The installation for the MCP client of `--for`, which is Claude Code when nobody says. Throws a `UsageError`. */
export function mcpInstallationFor(client = 'claude-code'): Installation {
  const found = Object.hasOwn(clients, client) ? clients[client] : undefined;
  if (found === undefined) {
    throw new UsageError('usage_invalid', `there is nothing to install for ${JSON.stringify(client)}`, {
      hint: `the MCP clients are ${Object.keys(clients).join(' and ')}; docs/agents.md says what to do for others`,
    });
  }
  return found;
}

function serverOf({ words: [url = ''] }: InstallWish) {
  if (!/^https?:\/\/[\w.:/%~-]+$/.test(url) || !URL.canParse(url)) {
    throw new UsageError('usage_invalid', 'the address of the MCP server is needed', {
      hint: 'name it: oauth-login credential mcp https://mcp.example.com/mcp --install',
    });
  }
  const name = new URL(url).hostname;
  return { url, name, headers: { Authorization: `Bearer \${env:${variableOf(name)}}` } };
}

/** The variable of a server: MCP_EXAMPLE_COM_TOKEN. */
const variableOf = (host: string) => `${host.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}_TOKEN`;

function startLine(wish: InstallWish): string {
  const { url, name } = serverOf(wish);
  return `Cursor runs no command for headers, so start it with the token: oauth-login exec ${url} --as ${variableOf(name)} -- cursor`;
}
