import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type AuthorizationServer, startAuthorizationServer } from './authorization-server.ts';
import { buildCommand, type CommandHome, openHome } from './built-command.ts';
import { commandOf, type Program, shellWords } from './programs.ts';

const run = promisify(execFile);

/** A home in which Ada is signed in to `forge`, and programs that find the command under its names. */
export interface OtherPrograms {
  readonly server: AuthorizationServer;
  readonly home: CommandHome;
  /** The variables with which a program finds the command. */
  readonly environment: Readonly<Record<string, string>>;
  /** A directory for what the programs write. */
  readonly work: string;
  /** Signs in; the token may be sent to these origins besides the issuer's own. */
  signIn(...origins: readonly string[]): Promise<void>;
  /** Runs a program with the command in its PATH. */
  run(
    program: string,
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ readonly stdout: string; readonly stderr: string }>;
  /** Changes the configuration of a program in the home with `--install` or `--uninstall`; gives what was said. */
  change(
    flag: '--install' | '--uninstall',
    kind: string,
    options?: {
      readonly flags?: readonly string[];
      readonly target?: string;
      readonly env?: Readonly<Record<string, string>>;
    },
  ): Promise<string>;
  close(): Promise<void>;
}

/** The names under which other programs look for the command. */
const names = [
  'oauth-login',
  'docker-credential-oauth-login',
  'bazel-credential-oauth-login',
  'cargo-credential-oauth-login',
  'terraform-credentials-oauth-login',
];

/** The one executable file is told by its name what it is. */
function placeProgram(place: string, program: Pick<Program, 'path'>): void {
  const { OAUTH_LOGIN_TEST_BINARY: binary } = process.env;
  if (binary !== undefined) {
    symlinkSync(binary, place);
  } else {
    writeFileSync(place, `#!/bin/sh\nexec ${shellWords(commandOf(program))} "$@"\n`, { mode: 0o755 });
  }
}

/** Opens the home; nobody is signed in yet. */
export async function openOtherPrograms(): Promise<OtherPrograms> {
  const work = mkdtempSync(join(tmpdir(), 'oauth-login-programs-'));
  const programs = join(work, 'bin');
  mkdirSync(programs);
  const server = await startAuthorizationServer({ accessTokenLifetime: 600, idTokenLifetime: 600 });
  const command = await buildCommand();
  const home = openHome(command);
  for (const name of names) {
    placeProgram(join(programs, name), { path: join(dirname(command.path), `${name}.js`) });
  }
  const environment = {
    ...home.environment,
    PATH: [programs, process.env.PATH].join(delimiter),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
  return {
    server,
    home,
    environment,
    work,
    async signIn(...origins) {
      const directory = join(home.home, '.config/oauth-login');
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const configuration = { providers: { forge: { issuer: server.issuer, api_origins: origins } } };
      writeFileSync(join(directory, 'config.json'), JSON.stringify(configuration), { mode: 0o600 });
      const { code, stderr } = await home.runHere([
        'forge',
        '--client-id',
        server.clientId,
        '--allow-http-loopback',
      ]);
      if (code !== 0) {
        throw new Error(stderr);
      }
    },
    run: (program, args, env = {}) =>
      run(program, [...args], {
        cwd: work,
        env: { ...environment, ...env },
        timeout: 60_000,
      }),
    async change(flag, kind, { flags = [], target = 'forge', env = {} } = {}) {
      const line = ['credential', kind, target, flag, '--yes', ...flags];
      const path = [programs, process.env.PATH].join(delimiter);
      const { code, stdout, stderr } = await home.runHere(line, { env: { PATH: path, ...env } });
      if (code !== 0) {
        throw new Error(stderr);
      }
      return stdout + stderr;
    },
    async close() {
      home.close();
      rmSync(work, { recursive: true, force: true });
      await server.close();
    },
  };
}
