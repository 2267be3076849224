import { spawn } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../src/main.ts';
import { providerIndex } from '../../src/providers/provider-index.ts';
import { copyTree } from '../support/copy-tree.ts';
import { fakeContext } from '../support/fake-context.ts';
import { KEYRING_PROGRAMS, withKeyring } from '../support/keyring.ts';
import {
  openPlayedInternet,
  PLAYED_INTERNET_PROGRAMS,
  type PlayedInternet,
} from '../support/played-internet.ts';
import { type CommandLineShown, commandsIn, isAsShown, readPage } from '../support/readme.ts';
import { describeWith } from '../support/requirements.ts';
import { runInShell, type ShellOutcome } from '../support/shell.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const pages = ['README.md', 'docs/troubleshooting.md'];
const blocks = pages.flatMap((page) => commandsIn(readPage(page)).map((block) => ({ ...block, page })));

let internet: PlayedInternet;
let workshop: string;
let signedIn: string;

beforeAll(async () => {
  if (!existsSync(join(root, 'dist/main.js'))) {
    throw new Error('there is no build; run npm run build');
  }
  internet = await openPlayedInternet();
  workshop = mkdtempSync(join(tmpdir(), 'oauth-login-readme-'));
  mkdirSync(join(workshop, 'bin'));
  writeProgram('oauth-login', `exec '${process.execPath}' '${join(root, 'bin/oauth-login.js')}' "$@"`);
  writeProgram('gh', 'test "$*" = "api user" && test -n "$GH_TOKEN"');
  signedIn = newHome();
  expect(await shell('oauth-login github', signedIn)).toMatchObject({ exitCode: 0 });
});
afterAll(async () => {
  await internet.close();
  rmSync(workshop, { recursive: true, force: true });
});

function writeProgram(name: string, script: string): void {
  const file = join(workshop, 'bin', name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** A home with the files that the examples name; the work happens in it, too. */
function newHome(): string {
  const home = mkdtempSync(join(workshop, 'home-'));
  const client = { installed: { client_id: 'my-client', client_secret: 'canary-client-secret' } };
  writeFileSync(join(home, 'client_secret_1234.json'), JSON.stringify(client));
  writeFileSync(join(home, 'github-secret'), 'canary-client-secret\n', { mode: 0o600 });
  copyFileSync(internet.env.NODE_EXTRA_CA_CERTS ?? '', join(home, 'company-ca.pem'));
  return home;
}

function signedInHome(): string {
  const home = newHome();
  copyTree(signedIn, home);
  return home;
}

/** Runs a line as a person would, with what that person has set up: clients, a browser, a store. */
async function shell(command: string, home: string, changes: NodeJS.ProcessEnv = {}): Promise<ShellOutcome> {
  const clients = ['GITHUB', 'GITLAB', 'MICROSOFT', 'GIT_EXAMPLE_COM'].flatMap((name) => [
    [`OAUTH_LOGIN_${name}_CLIENT_ID`, 'my-client'],
    [`OAUTH_LOGIN_${name}_CLIENT_SECRET`, 'canary-client-secret'],
  ]);
  const env: NodeJS.ProcessEnv = {
    PATH: [join(workshop, 'bin'), process.env.PATH].join(delimiter),
    HOME: home,
    BROWSER: internet.browser,
    OAUTH_LOGIN_STORE: 'file',
    OAUTH_LOGIN_PASSPHRASE: 'correct horse battery staple',
    ...internet.env,
    ...Object.fromEntries(clients),
    ...changes,
  };
  let visited = false;
  return runInShell(command, {
    directory: home,
    env,
    onOutput: (terminal) => {
      const [, address] = /^(https:\S+)\n\n/m.exec(terminal) ?? [];
      if (address === undefined || visited || !command.includes('--no-browser')) {
        return;
      }
      visited = true;
      spawn(internet.browser, [address], { stdio: 'ignore' });
    },
  });
}

/** A way to run a line: how it is recognised, and how it proves that it works. */
interface Way {
  readonly lines: RegExp;
  readonly prove: (shown: CommandLineShown, home: string) => Promise<void> | void;
}

async function expectToSucceed({ command }: CommandLineShown, home: string, changes?: NodeJS.ProcessEnv) {
  const outcome = await shell(command, home, changes);
  expect(outcome, outcome.terminal).toMatchObject({ exitCode: 0 });
  expect(outcome.terminal).not.toMatch(/^(oauth-login: error|curl: )/m);
  const printsToken = /oauth-login token\b(?!.*\| curl)/.test(command) && !/^(export|curl) /.test(command);
  expect(outcome.terminal.includes('canary'), 'a secret in the terminal').toBe(printsToken);
  return outcome;
}

const ways: readonly Way[] = [
  {
    lines: /^npm (?:start|test|run [\w:]+)(?: -- --project \w+)?(?: +#.*)?$/,
    prove: ({ command }) => {
      const [, first, named] = /^npm (\w+)(?: ([\w:]+))?/.exec(command) ?? [];
      const script: string | undefined = manifest.scripts[(first === 'run' ? named : first) ?? ''];
      expect(script, command).toBeDefined();
      for (const [file] of (script ?? '').matchAll(/[\w./-]+\.m?js\b/g)) {
        expect(existsSync(join(root, file)), file).toBe(true);
      }
    },
  },
  {
    // The end-to-end tests pack and install the package for real.
    lines: /^npm (?:install|uninstall) --global (?:"\$\(npm pack --silent\)"|oauth-login)$/,
    prove: () => {
      expect(manifest).toMatchObject({ name: 'oauth-login', bin: { 'oauth-login': 'bin/oauth-login.js' } });
      const packed = readFileSync(join(root, 'test/support/packed-command.ts'), 'utf8');
      expect(packed).toMatch(/'pack'[\s\S]*'install',\s*'--global'/);
    },
  },
  {
    lines: /^oauth-login demo$/,
    prove: async (shown, home) => {
      const { terminal } = await shell(shown.command, home, { BROWSER: '', HTTPS_PROXY: '' });
      expect(terminal).toContain('That is all.');
    },
  },
  {
    lines: /^oauth-login setup github(?: *#.*)?$/,
    prove: async () => {
      const terminals = ['stdin', 'stderr'] as const;
      const answers = ['my-client', 'canary-client-secret'];
      const person = fakeContext({ terminals, answers, env: { OAUTH_LOGIN_STORE: 'file' } });
      expect(await main(['setup', 'github'], person.context)).toBe(0);
      expect(person.stderr()).toContain('http://127.0.0.1/callback');
      expect(person.questions).toHaveLength(2);
      await person.remove();
    },
  },
  {
    lines: /^oauth-login github --ca-file ~\/company-ca\.pem$/,
    prove: async (shown, home) => void (await expectToSucceed(shown, home, { NODE_EXTRA_CA_CERTS: '' })),
  },
  {
    lines: /^(?:export GITHUB_TOKEN="\$\()?oauth-login |^curl --fail .*\$\(oauth-login /,
    prove: async (shown, home) => {
      const changes = Object.fromEntries(
        (shown.variables ?? []).map((name) => [name, 'canary-token-of-the-job']),
      );
      const inCi = shown.variables === undefined ? {} : { CI: 'true', BROWSER: '', ...changes };
      const before = internet.server.requests.length;
      await expectToSucceed(shown, home, inCi);
      if (!shown.command.includes('curl')) {
        return;
      }
      const api = internet.server.requests.slice(before).filter(({ path }) => path.startsWith('/api.'));
      expect(api.map(({ headers }) => headers.authorization)).toEqual([
        expect.stringMatching(/^Bearer \S*canary/),
      ]);
    },
  },
];

async function prove(shown: CommandLineShown, home: string): Promise<void> {
  const way = ways.find(({ lines }) => lines.test(shown.command));
  if (way === undefined) {
    throw new Error(`README.md:${shown.line}: there is no way to run: ${shown.command}`);
  }
  await way.prove(shown, home);
}

describe('README.md', () => {
  it('shows command lines of every kind, and stays under 250 lines', () => {
    expect(new Set(blocks.map(({ kind }) => kind))).toEqual(new Set(['ci', 'console', 'sh', 'sentence']));
    expect(readPage('README.md').split('\n').length).toBeLessThan(250);
  });

  it('says how many providers there are', () => {
    expect(readPage('README.md')).toContain(`knows ${providerIndex().length} providers by name`);
  });

  it('links to files that exist, and that the package has', () => {
    const links = [...readPage('README.md').matchAll(/\]\((?!https?:)([^)#]+)/g)].map(
      ([, path = '']) => path,
    );
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const { files } = JSON.parse(readFileSync(join(root, 'scripts/package-contents.json'), 'utf8'));
    expect(links.filter((path) => !files.includes(path))).toEqual([]);
  });
});

describeWith(
  [...PLAYED_INTERNET_PROGRAMS, 'curl'],
  'every command line of README.md and docs/troubleshooting.md works',
  () => {
    it.each(
      blocks
        // Sessions are compared word for word below, jobs run in ci-snippets.test.ts.
        .filter(({ kind }) => kind !== 'console' && kind !== 'ci')
        .map((block) => ({
          block,
          title: `${block.page}:${block.lines[0]?.line}: ${block.lines[0]?.command}`,
        })),
    )('$title', { timeout: 120_000 }, async ({ block }) => {
      const home = signedInHome();
      for (const line of block.lines) {
        await prove(line, home);
      }
    });

    it('and so does the provider that docs/configuration.md defines by its endpoints', async () => {
      const page = readFileSync(join(root, 'docs/configuration.md'), 'utf8');
      const [, source = ''] = /```json\n(\{(?:(?!```).)*"legacy".*?)```/s.exec(page) ?? [];
      const home = newHome();
      mkdirSync(join(home, '.config/oauth-login'), { recursive: true, mode: 0o700 });
      // Any port: another test may hold the one of the page.
      writeFileSync(
        join(home, '.config/oauth-login/config.json'),
        source.replace('localhost:8765', 'localhost'),
      );
      const { terminal } = await shell('oauth-login legacy && oauth-login whoami', home);
      expect(terminal).toMatch(/&scope=profile&/);
      expect(terminal).toMatch(/^Signed in to Legacy as ada/m);
      expect(terminal).toMatch(/^ada \(Ada Lovelace\) <ada@example\.com> at Legacy$/m);
    });

    it('and a line that nobody knows to run fails', async () => {
      await expect(prove({ line: 1, command: 'rm -rf /nowhere' }, '/')).rejects.toThrow('no way to run');
      await expect(prove({ line: 1, command: 'oauth-login wohami' }, signedInHome())).rejects.toThrow(
        'wohami',
      );
    });
  },
);

describeWith([...PLAYED_INTERNET_PROGRAMS, ...KEYRING_PROGRAMS], 'the terminal session of README.md', () => {
  const sessions = blocks.filter(({ kind }) => kind === 'console');

  it('is what the command prints, word for word', async () => {
    expect(sessions).toHaveLength(1);
    await withKeyring(async (keyring) => {
      const home = newHome();
      const variables = {
        ...keyring,
        HOME: home,
        PATH: `${join(workshop, 'bin')}:${keyring.PATH}`,
        OAUTH_LOGIN_STORE: '',
      };
      expect(await shell('oauth-login github', home, variables)).toMatchObject({ exitCode: 0 });
      for (const { command, output = '' } of sessions.flatMap(({ lines }) => lines)) {
        const { terminal } = await shell(command, home, variables);
        expect(isAsShown(terminal, output), `${command}\n${terminal}`).toBe(true);
      }
    });
  });

  it('would not be taken for it with another word', () => {
    expect(isAsShown('Signed in as octocat\n', 'Signed in as octocat')).toBe(true);
    expect(isAsShown('Signed in as octocat\n', 'Signed in as …')).toBe(true);
    expect(isAsShown('Signed in as octocat\nmore\n', 'Signed in as …')).toBe(false);
    expect(isAsShown('Signed out octocat\n', 'Signed in as octocat')).toBe(false);
  });
});
