import { UsageError } from '../ground/errors.ts';
import { type Helper, jsonLine } from './helper.ts';
import { headersFor } from './token-for.ts';

/** The headers of requests to an API by its address, for MCP clients that run a command for them. */
export const mcpHelper: Helper = {
  of: 'an MCP client, which gets headers as JSON',

  reads: () => undefined,

  async answer({ words, options }, access) {
    const [url = ''] = words;
    if (!URL.canParse(url)) {
      throw new UsageError('usage_invalid', 'the address of the MCP server is needed', {
        hint: 'name it: oauth-login credential mcp https://mcp.example.com/mcp',
      });
    }
    const found = await headersFor({ address: new URL(url), account: options.account }, access);
    if (found === undefined) {
      throw new UsageError('usage_foreign_origin', 'no account here has a token for that address', {
        hint: 'sign in with the address itself, for example: oauth-login https://mcp.example.com/mcp',
      });
    }
    return { text: jsonLine(found.headers) };
  },
};
