import { execFile } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import {
  type CommandHome,
  copyBuiltCommand,
  openHome,
  takeWholeProgramAway,
} from '../support/built-command.ts';
import { commandOf, type Program, shellWords } from '../support/programs.ts';

let server: AuthorizationServer;
let command: Program;
let home: CommandHome;
const people = ['ada', 'grace'] as const;
const directoryOf = (user: string) => join(home.home, `of-${user}`, 'project');

beforeAll(async () => {
  server = await startAuthorizationServer();
  command = copyBuiltCommand();
  home = openHome(command);
  const configuration = join(home.home, '.config', 'oauth-login');
  mkdirSync(configuration, { recursive: true, mode: 0o700 });
  const acme = { issuer: server.issuer, client_id: server.clientId };
  writeFileSync(join(configuration, 'config.json'), JSON.stringify({ providers: { acme } }));
  for (const user of people) {
    mkdirSync(directoryOf(user), { recursive: true });
    expect((await home.runHere(['acme', '--allow-http-loopback'], { user })).code).toBe(0);
  }
});
afterAll(async () => {
  home?.close();
  command?.remove();
  await server?.close();
});

/** What three commands print, one after the other, in one shell that has changed to the directory; nobody names anyone. */
async function inShell(directory: string): Promise<string[]> {
  const oauthLogin = shellWords(commandOf(command));
  const script = `cd "$0" && ${oauthLogin} token && ${oauthLogin} whoami --offline && ${oauthLogin} exec acme --as T -- printenv T`;
  const { stdout } = await promisify(execFile)('sh', ['-c', script, directory], { env: home.environment });
  return stdout.trimEnd().split('\n');
}

describe('two people at one provider, in two directories', () => {
  it('are told apart in three shells at once, with no flag typed and without the whole program', async () => {
    const tokens = new Map<string, string>();
    for (const user of people) {
      const used = await home.run(['use', `acme:${user}`, '--here'], { cwd: join(home.home, `of-${user}`) });
      expect([used.code, used.stderr]).toEqual([0, '']);
      tokens.set(user, (await home.run(['token', `acme:${user}`])).stdout.trim());
    }
    expect(new Set(tokens.values()).size).toBe(2);
    symlinkSync(directoryOf('grace'), join(home.home, 'of-ada', 'link'));
    const bringBack = takeWholeProgramAway(command);
    try {
      const shells = [
        ['ada', directoryOf('ada')],
        ['grace', directoryOf('grace')],
        // A link leads to the directory that it names.
        ['grace', join(home.home, 'of-ada', 'link')],
      ] as const;
      const said = await Promise.all(shells.map(([, directory]) => inShell(directory)));
      for (const [index, [user]] of shells.entries()) {
        const [token, who = ''] = said[index] ?? [];
        const variable = said[index]?.at(-1);
        expect([token, variable]).toEqual([tokens.get(user), tokens.get(user)]);
        expect(who).toMatch(new RegExp(`^${user} `));
      }
    } finally {
      bringBack();
    }
    const status = await home.run(['status'], { cwd: directoryOf('grace') });
    expect(status.stdout).toContain(`here:      used, because ${join(home.home, 'of-grace')} means it`);
    expect((await home.run(['token'])).code).toBe(2);
  });
});
