import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { closeAfterTest } from '../support/close-after-test.ts';
import { openCommandLine } from '../support/command-line.ts';
import { startProtectedResource, startServerOfResources } from '../support/protected-resource.ts';

const page = readFileSync(new URL('../../docs/agents.md', import.meta.url), 'utf8');
const commands = [...page.matchAll(/oauth-login (?:token|exec|request) [^"`\n]*(?:"[^`\n]*)?/g)].map(
  ([text]) => text,
);
const ADDRESS = 'https://mcp.example.com/mcp';

/** The words of a line of the page, quoted ones without their quotes, with the API that is played here. */
function wordsOf(text: string, address: string): string[] {
  const words = text.match(/'[^']*'|[^\s'"]+/g) ?? [];
  return words.slice(1).map((word) => word.replaceAll("'", '').replaceAll(ADDRESS, address));
}

describe('docs/agents.md', () => {
  it('shows commands that work for an API that was signed in to', async () => {
    expect(commands.length).toBe(5);
    const server = closeAfterTest(await startServerOfResources());
    const api = closeAfterTest(
      await startProtectedResource({
        issuers: [server.issuer],
        isValid: (token) => server.issuedSecrets('access_token').includes(token),
      }),
    );
    const line = closeAfterTest(openCommandLine({ user: 'ada' }));
    expect((await line.run(api.identifier, '--allow-http-loopback', '--yes')).exitCode).toBe(0);
    const token = (await line.run('token', api.identifier)).stdout.trim();
    const started: string[] = [];
    for (const command of commands) {
      const startChild: (typeof line.context)['startChild'] = async ({ program, env }) => {
        started.push(program, env.EXAMPLE_TOKEN ?? env.MCP_EXAMPLE_COM_TOKEN ?? '');
        return { exitCode: Promise.resolve(0) };
      };
      const outcome = await line.runIn({ startChild }, ...wordsOf(command, api.identifier));
      expect([command, outcome.exitCode]).toEqual([command, 0]);
      const expected = command.includes('headers-json')
        ? { Authorization: `Bearer ${token}` }
        : { answer: 'for the bearer' };
      if (/^oauth-login token \S+$/.test(command)) {
        expect(outcome.stdout.trim()).toBe(token);
      } else if (!command.includes(' exec ')) {
        expect(JSON.parse(outcome.stdout)).toEqual(expected);
      }
    }
    expect(started).toEqual(['cursor', token, 'codex', token]);
  });
});
