import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthorizationServer } from '../support/authorization-server.ts';
import { endOf } from '../support/bundled-script.ts';
import { type CiIdentityStub, startCiIdentity } from '../support/ci-identity.ts';
import { CLIENT_SECRET, clientKey, startMachineServer } from '../support/machine-server.ts';
import { commandsIn, readPage } from '../support/readme.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const blocks = commandsIn(readPage('README.md')).filter(({ kind }) => kind === 'ci');
const ISSUER = 'https://login.example.com';

let ci: CiIdentityStub;
let server: AuthorizationServer;
let workshop: string;

beforeAll(async () => {
  if (!existsSync(join(root, 'dist/main.js'))) {
    throw new Error('there is no build; run npm run build');
  }
  ci = await startCiIdentity();
  const keys = { clients: new Map([['ES256', clientKey('ES256')] as const]), assertionIssuers: new Map() };
  server = await startMachineServer(keys, () => ci);
  workshop = mkdtempSync(join(tmpdir(), 'oauth-login-ci-'));
  mkdirSync(join(workshop, 'bin'));
  const program = join(workshop, 'bin/oauth-login');
  writeFileSync(
    program,
    `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/oauth-login.js')}' "$@"\n`,
  );
  chmodSync(program, 0o755);
});
afterAll(async () => {
  rmSync(workshop, { recursive: true, force: true });
  await server.close();
  await ci.close();
});

/** Runs a step as the job would, with the addresses of the stubs in place of the made-up ones. */
async function runStep(command: string, client: string, env: Record<string, string>) {
  const here = command
    .replaceAll(ISSUER, server.issuer)
    .replace('my-client', client)
    .replace(/oauth-login (token|exec) work/, '$& --allow-http-loopback');
  const child = spawn('sh', ['-c', here], {
    env: {
      PATH: [join(workshop, 'bin'), process.env.PATH].join(delimiter),
      HOME: workshop,
      CI: 'true',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return endOf(child);
}

describe('the snippets for CI in README.md', () => {
  it('are one for each system', () => {
    expect(blocks.map(({ lines }) => lines[0]?.output)).toEqual(['# GitHub Actions', '# GitLab CI']);
    expect(
      blocks.every(({ lines }) => lines.length === 1 && lines[0]?.command.startsWith('oauth-login ')),
    ).toBe(true);
  });

  it('run in GitHub Actions with the identity of the job, masked before it is printed', async () => {
    const before = ci.requests.length;
    const step = await runStep(blocks[0]?.lines[0]?.command ?? '', 'machine-public', {
      ...ci.env,
      GITHUB_ACTIONS: 'true',
    });
    const token = server.issuedSecrets('access_token').at(-1);
    expect(step).toMatchObject({ code: 0, stdout: `${token}\n`, stderr: `::add-mask::${token}\n` });
    expect(ci.requests.length).toBe(before + 1);
  });

  it('run in GitLab CI with the variable that the job asks for', async () => {
    const [, variable = ''] = /id_tokens:\n {2}(\w+):/.exec(readPage('README.md')) ?? [];
    const env = { [variable]: ci.sign({ aud: server.issuer }), GITLAB_CI: 'true' };
    const step = await runStep(blocks[1]?.lines[0]?.command ?? '', 'machine-public', env);
    expect(step).toMatchObject({
      code: 0,
      stdout: `${server.issuedSecrets('access_token').at(-1)}\n`,
      stderr: '',
    });
  });

  it('and without the identity the job knows at once what is missing', async () => {
    const step = await runStep(blocks[0]?.lines[0]?.command ?? '', 'machine-public', {});
    expect(step.code === 3 || step.code === 4).toBe(true);
    expect(step.stderr).toMatch(/ACTIONS_ID_TOKEN_REQUEST_URL|id-token: write/);
    expect(step.stdout).toBe('');
  });
});

describe('the command lines of docs/ci.md', () => {
  const page = readFileSync(join(root, 'docs/ci.md'), 'utf8');
  const lines = commandsIn(page)
    .filter(({ kind }) => kind === 'sh')
    .flatMap((block) => block.lines)
    // It takes an API to send one: grants-in-use.test.ts has it.
    .filter(({ command }) => !command.startsWith('oauth-login request '));

  it('run as they stand', async () => {
    expect(lines.length).toBeGreaterThan(1);
    for (const { command } of lines) {
      const env = { OAUTH_LOGIN_WORK_CLIENT_SECRET: CLIENT_SECRET };
      const step = await runStep(command, 'machine-client_secret_post', env);
      expect(step).toMatchObject({ code: 0, stdout: `${server.issuedSecrets('access_token').at(-1)}\n` });
    }
  });

  it('name every grant and every format that the command knows', async () => {
    const help = await runStep('oauth-login help token; oauth-login help grants', '', {});
    const words = help.stdout.replace(/\s+/g, ' ');
    const grants = /without a person: ([\w, -]+?) --/.exec(words)?.[1]?.split(/, | or /) ?? [];
    expect(grants.length).toBeGreaterThan(3);
    for (const grant of grants) {
      expect(page).toContain(`\`${grant}\``);
    }
    const formats = /--format <format> ([\w, -]+) \(default/.exec(words)?.[1]?.split(/, | or /) ?? [];
    expect(formats.length).toBeGreaterThan(8);
    for (const format of formats) {
      expect(page).toContain(`| \`${format}\` |`);
    }
  });
});
