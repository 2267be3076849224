import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type AuthorizationServer, startAuthorizationServer } from '../support/authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from '../support/built-command.ts';
import { expectNoSecrets } from '../support/canary.ts';
import { type GuardedServer, gitHttpBackend, serveGuarded, tokenIn } from '../support/guarded-server.ts';
import { commandOf, shellWords } from '../support/programs.ts';
import { runInTerminal } from '../support/pseudo-terminal.ts';
import { describeWith } from '../support/requirements.ts';

const run = promisify(execFile);

describeWith(['git'], 'git with the credential helper', () => {
  let server: AuthorizationServer;
  let forge: GuardedServer;
  let evil: GuardedServer;
  let home: CommandHome;
  let work: string;
  let programs: string;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'oauth-login-git-'));
    programs = join(work, 'bin');
    server = await startAuthorizationServer();
    forge = await serveGuarded(server.issuer, 'Basic realm="git"', gitHttpBackend(work));
    evil = await serveGuarded(server.issuer, 'Basic realm="git"', (_request, response) => response.end());
    const command = await buildCommand();
    home = openHome(command);
    mkdirSync(programs);
    writeFileSync(join(programs, 'oauth-login'), `#!/bin/sh\nexec ${shellWords(commandOf(command))} "$@"\n`);
    chmodSync(join(programs, 'oauth-login'), 0o755);
    mkdirSync(join(home.home, '.config/oauth-login'), { recursive: true, mode: 0o700 });
    const configuration = {
      providers: { forge: { issuer: server.issuer, api_origins: [`http://${forge.host}`] } },
    };
    writeFileSync(join(home.home, '.config/oauth-login/config.json'), JSON.stringify(configuration), {
      mode: 0o600,
    });
    await home.runHere(['forge', '--client-id', server.clientId, '--allow-http-loopback']);
    // Another helper would write down whatever git tells it (T51).
    await git('config', '--global', 'credential.helper', 'store');
    const before = readFileSync(join(home.home, '.gitconfig'), 'utf8');
    const install = ['credential', 'git', 'forge', '--install', '--yes'];
    expect((await home.runHere(install)).stderr).toContain(`+ [credential "http://${forge.host}"]`);
    expect((await home.runHere(['credential', 'git', 'forge', '--uninstall', '--yes'])).code).toBe(0);
    expect(readFileSync(join(home.home, '.gitconfig'), 'utf8')).toBe(before);
    await home.runHere(install);
    await git('init', '--quiet', '--bare', '--initial-branch=main', join(work, 'code.git'));
    await git('-C', join(work, 'code.git'), 'config', 'http.receivepack', 'true');
  });
  afterAll(async () => {
    home?.close();
    await Promise.all([forge?.close(), evil?.close(), server?.close()]);
    rmSync(work, { recursive: true, force: true });
  });

  const environment = () => ({
    ...home.environment,
    PATH: [programs, process.env.PATH].join(delimiter),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  });
  const git = (...args: string[]) => run('git', args, { env: environment(), timeout: 60_000 });

  it('clones and pushes with the token, also when the stored one has ended', async () => {
    const remote = `http://${forge.host}/code.git`;
    const clone = join(work, 'clone');
    await git('clone', '--quiet', remote, clone);
    const first = forge.seen.map(tokenIn).filter((token) => token !== undefined);
    expect(new Set(first)).toEqual(new Set([(await home.runHere(['token'])).stdout.trim()]));

    // An hour later.
    const refreshes = server.hits('token');
    await git(
      '-C',
      clone,
      '-c',
      'user.name=Ada',
      '-c',
      'user.email=a@b',
      'commit',
      '-qm',
      'one',
      '--allow-empty',
    );
    await run('git', ['-C', clone, 'push', '--quiet', 'origin', 'HEAD:main'], {
      env: { ...environment(), ...home.clockAhead(3_600) },
      timeout: 60_000,
    });
    expect(server.hits('token')).toBeGreaterThan(refreshes);
    expect((await git('-C', join(work, 'code.git'), 'log', '--format=%s', 'main')).stdout).toBe('one\n');
  });

  it('T02, T50 gives a foreign host nothing', async () => {
    await expect(git('clone', `http://${evil.host}/code.git`, join(work, 'evil'))).rejects.toThrow(
      /could not read Username/,
    );
    expect(evil.seen.length).toBeGreaterThan(0);
    expect(evil.seen.filter((authorization) => authorization !== undefined)).toEqual([]);
  });

  it('T51 leaves nothing to other helpers, which would store it', () => {
    const written = join(home.home, '.git-credentials');
    expect(existsSync(written) ? readFileSync(written, 'utf8') : '').toBe('');
    expectNoSecrets({ directory: home.home }, server.issuedSecrets('refresh_token'));
  });

  const atTerminal = (command: string, ...types: (readonly [RegExp, string])[]) =>
    runInTerminal(command, { cwd: work, env: environment(), columns: 72, rows: 24, types });

  it('tells a person at a terminal what is waited for, and how git is set up', async () => {
    const install = 'To let git ask by itself: oauth-login credential git forge --install';
    const get = await atTerminal('oauth-login credential git forge get', [/--install/, '\x04']);
    expect(get.code).toBe(0);
    expect(get.lines.join('\n')).toContain(
      `Waiting for the question that git writes to standard input; Ctrl-D ends\nit.\n${install}`,
    );
    const alone = await atTerminal('oauth-login credential git forge');
    expect(alone.lines.join('\n')).toContain(`There is no answer: git asks with other words.\n${install}`);
  });

  it('shows at a terminal each line of the change as it is, and keeps the file after a no', async () => {
    const file = join(home.home, '.gitconfig');
    const before = readFileSync(file, 'utf8');
    const no = await atTerminal('oauth-login credential git forge --uninstall', [/Change the file/, 'n']);
    expect(no.lines.filter((text) => text.startsWith('    - ')).slice(0, 5)).toEqual([
      `    - # begin oauth-login credential git http://${forge.host}`,
      `    - [credential "http://${forge.host}"]`,
      '    -     helper =',
      '    -     helper = !oauth-login credential git forge',
      `    - # end oauth-login credential git http://${forge.host}`,
    ]);
    expect([no.code, readFileSync(file, 'utf8')]).toEqual([130, before]);
  });
});
