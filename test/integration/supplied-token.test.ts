import { describe, expect } from 'vitest';
import { variableName } from '../../src/settings/variables.ts';
import { it, line, server } from '../support/ada-signs-in.ts';
import { errorOf, openCommandLine } from '../support/command-line.ts';

const withToken = (provider: string, token: string) => ({
  env: { ...line.context.env, [variableName(provider, 'TOKEN')]: token },
});

describe('a token from the environment', () => {
  it('is printed for the provider it is named after, without an account', async () => {
    const { stdout } = await line.runIn(withToken('github', 'gho_1'), 'token', 'github');
    expect(stdout).toBe('gho_1\n');
  });

  it('is taken without a target, where it is the only one and nobody is signed in', async () => {
    const only = withToken('github', 'gho_1');
    expect((await line.runIn(only, 'token')).stdout).toBe('gho_1\n');
    expect((await line.runIn(only, 'token', '--format', 'netrc')).stdout).toContain('api.github.com');
    const two = { env: { ...only.env, OAUTH_LOGIN_GITLAB_TOKEN: 'glpat_1' } };
    const unknown = withToken('git.example.com', 'gl_1');
    for (const changes of [two, unknown]) {
      const outcome = await line.runIn(changes, 'token', '--json');
      expect(outcome.exitCode).toBe(4);
      expect(outcome.stdout).toBe('');
      expect(errorOf(outcome).hint).toMatch(
        /^name the provider whose token you mean; these variables are set: OAUTH_LOGIN_GIT/,
      );
    }
    for (const flags of [
      ['--account', 'ada'],
      ['--host', 'git.example.com'],
      ['--tenant', 'contoso'],
    ]) {
      expect((await line.runIn(only, 'token', ...flags)).stdout).toBe('');
    }
  });

  it('is what whoami asks with then, but not --offline', async () => {
    const configured = ['setup', 'work', '--issuer', server.issuer, '--client-id', server.clientId];
    expect((await line.run(...configured, '--allow-http-loopback')).exitCode).toBe(0);
    const only = withToken('work', 'not-a-token-of-the-server');
    const asked = await line.runIn(only, 'whoami', '--json');
    // Plain http is allowed for an account only, which shows that it would have been asked.
    expect(errorOf(asked).message).toContain('plain http');
    expect(errorOf(await line.runIn(only, 'whoami', '--offline', '--json')).code).toBe('login_required');
  });

  it('is found under the name of the provider, whatever name was typed', async () => {
    expect((await line.runIn(withToken('x', 'x_1'), 'token', 'twitter')).stdout).toBe('x_1\n');
    const hosted = withToken('git.example.com', 'gl_1');
    for (const argv of [['gitlab', '--host', 'git.example.com'], ['git.example.com']]) {
      expect((await line.runIn(hosted, 'token', ...argv)).stdout).toBe('gl_1\n');
    }
  });

  it.each<[string, string[], number?]>([
    ['another provider', ['gitlab']],
    ['another host', ['github', '--host', 'git.example.com']],
    ['an issuer', ['--issuer', 'https://github.com/login']],
    ['an address of the provider', ['https://github.com/login'], 2],
  ])('is not handed out for %s (T02)', async (_subject, argv, code = 4) => {
    const { stdout, exitCode } = await line.runIn(withToken('github', 'gho_1'), 'token', ...argv);
    expect(stdout).toBe('');
    expect(exitCode).toBe(code);
  });

  it('wins over the stored account for every command that uses a token, and is named as the source', async () => {
    await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
    const other = openCommandLine({ user: 'grace' });
    await other.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
    const token = (await other.run('token')).stdout.trim();
    other.close();
    const supplied = withToken(new URL(server.issuer).host.replace(':', '-'), token);
    expect((await line.runIn(supplied, 'token')).stdout).toBe(`${token}\n`);
    const { stdout, stderr } = await line.runIn(supplied, 'whoami');
    expect(stdout).toMatch(/^grace /);
    expect(stderr).toContain(Object.keys(supplied.env).at(-1));
    expect((await line.runIn(supplied, 'whoami', '--offline')).stdout).toMatch(/^ada /);
    expect((await line.run('whoami')).stdout).toMatch(/^ada /);
  });

  it('that the provider does not accept is named in the error', async () => {
    await line.run(server.issuer, '--client-id', server.clientId, '--allow-http-loopback');
    const supplied = withToken(new URL(server.issuer).host.replace(':', '-'), 'stale');
    const error = errorOf(await line.runIn(supplied, 'whoami', '--json'));
    expect(error).toMatchObject({ code: 'token_rejected', exit_code: 4 });
    expect(error.hint).toMatch(/OAUTH_LOGIN_127_0_0_1_\d+_TOKEN/);
  });

  it.each([
    ['token', 'github'],
    ['whoami', 'github'],
  ])('that is no token ends `%s` with exit 3', async (...argv) => {
    const outcome = await line.runIn(withToken('github', 'two\nlines'), ...argv, '--json');
    expect(errorOf(outcome)).toMatchObject({ code: 'config_invalid_value', exit_code: 3 });
    expect(outcome.stdout + outcome.stderr).not.toContain('two');
  });
});
