import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandLine, errorOf, openCommandLine } from '../support/command-line.ts';

const clientSecret = 'canary-of-a-client-secret';

let line: CommandLine;
beforeEach(() => {
  line = openCommandLine({ user: 'nobody' });
});
afterEach(() => line.close());

function stdinWith(text: string) {
  return {
    isTTY: false,
    async *[Symbol.asyncIterator]() {
      yield text;
    },
  };
}

const errorFrom = async (...argv: string[]) => errorOf(await line.run(...argv, '--json'));

describe('a client that is not registered yet', () => {
  it.each(['google', 'facebook'])(
    'is not given a redirect URI to enter at %s, where none is',
    async (name) => {
      const { code, hint } = await errorFrom(name);
      expect(code).toBe('config_missing_client_id');
      expect(hint).toContain('no redirect URI is entered there');
      expect(hint).not.toContain('/callback');
      const { stderr } = await line.run('setup', name);
      expect(stderr).toContain('no redirect URI is entered there');
      expect(stderr).not.toContain('/callback');
    },
  );

  it('is given the redirect URI that was asked for, where the usual one would need none', async () => {
    const { hint } = await errorFrom('google', '--redirect-uri', 'https://client.example/back');
    expect(hint).toContain('with the redirect URI https://client.example/back');
  });

  it.each(['microsoft', 'gitlab', 'x'])(
    'needs no secret at %s, so no variable of one is named',
    async (name) => {
      const { hint } = await errorFrom(name);
      expect(hint).toContain(`OAUTH_LOGIN_${name.toUpperCase()}_CLIENT_ID`);
      expect(hint).not.toContain('CLIENT_SECRET');
    },
  );

  it('may have a secret at a server of which nothing is known', async () => {
    const { hint } = await errorFrom('https://login.example.com');
    expect(hint).toContain('OAUTH_LOGIN_LOGIN_EXAMPLE_COM_CLIENT_SECRET, if it has a secret');
  });

  it.each(['github', 'google', 'facebook', 'x', 'gitlab', 'microsoft', 'twitch'])(
    'is asked for at %s in a line that can be read',
    async (name) => expect((await errorFrom(name)).hint.length).toBeLessThan(360),
  );
});

describe('a client whose secret is missing', () => {
  it('is registered already: the file and the one variable are named, and nothing else', async () => {
    const { code, hint } = await errorFrom('github', '--client-id', 'my-client');
    expect(code).toBe('config_missing_client_secret');
    expect(hint).toContain('--client-secret-file');
    expect(hint).toContain('OAUTH_LOGIN_GITHUB_CLIENT_SECRET');
    expect(hint).not.toMatch(/register|CLIENT_ID/);
  });

  it('is not said to miss it when setup has sealed one for it', async () => {
    const given = ['--client-id', 'my-client', '--client-secret-file', '-'];
    await line.runIn({ stdin: stdinWith(clientSecret) }, 'setup', 'github', ...given);
    const again = await line.run('setup', 'github', '--client-id', 'my-client');
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toBe('');
    expect(again.stdout).toContain('its secret sealed');
    const other = await line.run('setup', 'github', '--client-id', 'another-client');
    expect(other.stderr).toContain('GitHub wants a client secret as well');
  });
});
